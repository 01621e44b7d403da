// MARRAY: an array.array in a manager's server.
#include "model/list_model.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/managed.hpp"

namespace mpspec {
namespace {

class ManagedArrayConformance : public ManagedConformance {
 protected:
  Object make_array(const std::string& typecode, const Value& elements) {
    return make("Array", {typecode, elements});
  }
  Outcome elements(const Object& a) { return main().call(a, "to_list"); }
};

struct IntegerType {
  std::string typecode;
  BigInt min;
  BigInt max;
};

IntegerType integer_type(const std::string& typecode, unsigned bits, bool has_sign) {
  const BigInt values = BigInt(1) << bits;
  if (!has_sign) return {typecode, 0, values - 1};
  return {typecode, -values / 2, values / 2 - 1};
}

/// Those whose width is the same everywhere; l and L are a machine's own.
std::vector<IntegerType> integer_types() {
  return {integer_type("b", 8, true),   integer_type("B", 8, false), integer_type("h", 16, true),
          integer_type("H", 16, false), integer_type("i", 32, true), integer_type("I", 32, false),
          integer_type("q", 64, true),  integer_type("Q", 64, false)};
}

TEST_F(ManagedArrayConformance, MARRAY_001_HasTheSequencesElements) {
  const Object from_list = make_array("i", list({3, -1, 2}));
  EXPECT_THAT(main().call(from_list, "__len__"), Returns(3));
  EXPECT_THAT(elements(from_list), Returns(list({3, -1, 2})));
  EXPECT_THAT(elements(make_array("h", tuple({5, 6}))), Returns(list({5, 6})));
  EXPECT_THAT(elements(make_array("q", Range{{0, 4, 1}})), Returns(list({0, 1, 2, 3})));
  EXPECT_THAT(main().call(make_array("d", list()), "__len__"), Returns(0));
}

TEST_F(ManagedArrayConformance, MARRAY_001_OfEveryTypecode) {
  for (const auto& type : integer_types()) {
    EXPECT_THAT(elements(make_array(type.typecode, list({type.min, 1, type.max}))),
                Returns(list({type.min, 1, type.max})))
        << type.typecode;
  }
  for (const std::string typecode : {"l", "L"})
    EXPECT_THAT(elements(make_array(typecode, list({0, 7}))), Returns(list({0, 7}))) << typecode;
  EXPECT_THAT(elements(make_array("d", list({0.1, 2}))), Returns(list({0.1, 2.0})));
  EXPECT_THAT(elements(make_array("f", list({0.5, -0.0}))), Returns(list({0.5, -0.0})));
}

TEST_F(ManagedArrayConformance, MARRAY_002_AnElementIsWhatAnyProcessAssignedLast) {
  const Object a = make_array("i", list({0, 0, 0}));
  const auto children = spawn(2, {a});
  EXPECT_THAT(children[0].actor.call(a, "__setitem__", {0, 10}), Returns(kNone));
  EXPECT_THAT(children[1].actor.call(a, "__setitem__", {-1, 30}), Returns(kNone));
  EXPECT_THAT(main().call(a, "__setitem__", {-2, 20}), Returns(kNone));
  for (Actor* actor : {&main(), &children[0].actor, &children[1].actor}) {
    EXPECT_THAT(actor->call(a, "__getitem__", {-3}), Returns(10));
    EXPECT_THAT(actor->call(a, "__getitem__", {1}), Returns(20));
    EXPECT_THAT(actor->call(a, "__getitem__", {2}), Returns(30));
  }
}

TEST_F(ManagedArrayConformance, MARRAY_003_ASliceIsAnArrayAndACopy) {
  const Object a = make_array("h", Range{{0, 6, 1}});
  EXPECT_THAT(main().call(a, "__getitem__", {slice(1, 3)}), Returns(Array{"h", {1, 2}}));
  EXPECT_THAT(main().call(a, "__getitem__", {slice({}, {}, -2)}), Returns(Array{"h", {5, 3, 1}}));
  const Object copy = main().keep(a, "__getitem__", "manager.Array", {slice(0, 2)});
  EXPECT_THAT(main().call(copy, "__setitem__", {0, 99}), Returns(kNone));
  EXPECT_THAT(main().call("actor.echo", {copy}), Returns(Array{"h", {99, 1}}));
  EXPECT_THAT(main().call(a, "__getitem__", {0}), Returns(0));
}

TEST_F(ManagedArrayConformance, MARRAY_003_AssigningAnArrayToASlice) {
  const Object a = make_array("h", Range{{0, 6, 1}});
  EXPECT_THAT(main().call(a, "__setitem__", {slice(1, 3), Array{"h", {-1, -2}}}), Returns(kNone));
  EXPECT_THAT(main().call(a, "__setitem__", {slice({}, {}, -3), Array{"h", {50, 20}}}),
              Returns(kNone));
  EXPECT_THAT(elements(a), Returns(list({0, -1, 20, 3, 4, 50})));
}

TEST_F(ManagedArrayConformance, MARRAY_003_AnySliceOfTheSameLengthAgreesWithAList) {
  const std::vector<Value> initial = {0, 1, 2, 3, 4, 5, 6};
  const Object a = make_array("i", list(initial));
  check_property([&] {
    RC_ASSERT(main().call(a, "__setitem__", {slice({}, {}), Array{"i", initial}}).ok());
    ListModel model(initial);
    const auto bound =
        rc::gen::oneOf(rc::gen::just(Value()),
                       rc::gen::map(gen::in_range(-9, 10), [](int n) { return Value(n); }));
    const Value part =
        slice(*bound, *bound, *rc::gen::element<Value>(Value(), 1, 2, 3, -1, -2, -3));
    const ModelResult read = model.getitem(part);
    Array replacement{"i", std::get<Value>(read).get_if<List>()->items};
    RC_ASSERT(main().call(a, "__getitem__", {part}) == Outcome(Value(replacement)));
    for (Value& element : replacement.items) element = 100 + as_int(element);
    model.setitem(part, replacement);
    RC_ASSERT(main().call(a, "__setitem__", {part, replacement}) == Outcome(Value()));
    RC_ASSERT(main().call(a, "to_list") == Outcome(model.value()));
  });
}

TEST_F(ManagedArrayConformance, MARRAY_004_IndexOutOfRange) {
  const Object a = make_array("i", list({1, 2}));
  for (const int index : {2, -3, 1000}) {
    EXPECT_THAT(main().call(a, "__getitem__", {index}), FailsWith("IndexError"));
    EXPECT_THAT(main().call(a, "__setitem__", {index, 0}), FailsWith("IndexError"));
  }
  EXPECT_THAT(elements(a), Returns(list({1, 2})));
}

TEST_F(ManagedArrayConformance, MARRAY_005_IntegersOutsideTheRangeOfTheType) {
  for (const auto& [typecode, min, max] : integer_types()) {
    const Object a = make_array(typecode, list({1}));
    for (const BigInt& outside : {BigInt(min - 1), BigInt(max + 1)})
      EXPECT_THAT(main().call(a, "__setitem__", {0, outside}), FailsWith("OverflowError"))
          << typecode << " " << outside;
    EXPECT_THAT(elements(a), Returns(list({1}))) << typecode;
  }
}

TEST_F(ManagedArrayConformance, MARRAY_005_ValuesOfAWrongType) {
  const Object integers = make_array("i", list({1}));
  for (const Value& wrong : {Value("1"), Value(1.5), Value(kNone), list({1})})
    EXPECT_THAT(main().call(integers, "__setitem__", {0, wrong}), FailsWith("TypeError"));
  EXPECT_THAT(elements(integers), Returns(list({1})));
  const Object floats = make_array("d", list({1.0}));
  EXPECT_THAT(main().call(floats, "__setitem__", {0, "1"}), FailsWith("TypeError"));
  EXPECT_THAT(elements(floats), Returns(list({1.0})));
}

TEST_F(ManagedArrayConformance, MARRAY_006_IterationYieldsAllInEveryProcess) {
  const Value expected = list({0.5, -2.0, 1e300});
  const Object a = make_array("d", expected);
  EXPECT_THAT(elements(a), Returns(expected));
  for (const Child& child : spawn(2, {a}))
    EXPECT_THAT(child.actor.call(a, "to_list"), Returns(expected));
}

TEST_F(ManagedArrayConformance, MARRAY_007_BadArguments) {
  EXPECT_THAT(main().try_make_in(server(), "Array", {"i", 5}), FailsWith("RemoteError"));
  for (const std::string typecode : {"x", "", "ii"})
    EXPECT_THAT(main().try_make_in(server(), "Array", {typecode, list({1})}),
                FailsWith("RemoteError"))
        << typecode;
}

}  // namespace
}  // namespace mpspec
