// ARRAY: a fixed number of elements of one C type in memory that several processes share.
#include "model/c_type.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

using namespace std::string_literals;

class ArrayConformance : public Conformance {
 protected:
  Object make(const std::string& typecode, const Value& size_or_items) {
    return main().make("Array", {typecode, size_or_items});
  }
  void expect_elements(const Object& array, const Value& elements) {
    EXPECT_THAT(main().call(array, "to_list"), Returns(elements));
  }
  void set(Actor& actor, const Object& array, const Value& index, const Value& element) {
    EXPECT_THAT(actor.call(array, "__setitem__", {index, element}), Returns(Value()));
  }
  void expect_at(Actor& actor, const Object& array, const Value& index, const Value& element) {
    EXPECT_THAT(actor.call(array, "__getitem__", {index}), Returns(element));
  }
  void expect_raw(const Object& array, const std::string& characters) {
    EXPECT_THAT(main().call(array, "raw"), Returns(bytes(characters)));
  }
  Outcome try_acquire(Actor& actor, const Object& lock) {
    return actor.call(lock, "acquire", {false});
  }
};

TEST_F(ArrayConformance, ARRAY_001_FromASize) {
  expect_elements(make("i", 4), list({0, 0, 0, 0}));
  expect_elements(make("d", 2), list({0.0, 0.0}));
  expect_elements(make("c", 2), list({bytes("\0"s), bytes("\0"s)}));
  for (const CType& type : CType::all()) {
    const Object array = make(type.typecode(), 1000);
    EXPECT_THAT(main().call(array, "__len__"), Returns(1000));
    expect_elements(array, list(std::vector<Value>(1000, type.zero())));
  }
}

TEST_F(ArrayConformance, ARRAY_001_OfSizeZero) {
  const Object array = make("i", 0);
  EXPECT_THAT(main().call(array, "__len__"), Returns(0));
  expect_elements(array, list());
}

TEST_F(ArrayConformance, ARRAY_002_FromASequence) {
  expect_elements(make("i", list({1, 2, 3, 4, 5})), list({1, 2, 3, 4, 5}));
  expect_elements(make("d", list({1.5, -0.5, 3.0})), list({1.5, -0.5, 3.0}));
  expect_elements(make("i", tuple({7, 8})), list({7, 8}));
  expect_elements(make("i", list()), list());
  expect_raw(make("c", bytes("hello")), "hello");
}

TEST_F(ArrayConformance, ARRAY_003_NegativeSize) {
  EXPECT_THAT(main().try_make("Array", {"i", -1}), FailsWith("ValueError"));
  EXPECT_THAT(main().try_make("Array", {"c", -1000}), FailsWith("ValueError"));
}

TEST_F(ArrayConformance, ARRAY_004_RangesAndWrapping) {
  for (const CType& type : CType::all()) {
    if (!type.is_integer()) continue;
    expect_elements(make(type.typecode(), list({type.smallest(), type.largest()})),
                    list({type.smallest(), type.largest()}));
    expect_elements(make(type.typecode(), list({type.smallest() - 1, type.largest() + 1})),
                    list({type.largest(), type.smallest()}));
  }
}

TEST_F(ArrayConformance, ARRAY_004_Rounding) {
  expect_elements(make("f", list({0.1, 0.5})), list({0.10000000149011612, 0.5}));
  expect_elements(make("d", list({98.6, 1})), list({98.6, 1.0}));
}

TEST_F(ArrayConformance, ARRAY_004_UnknownTypecodes) {
  for (const char* typecode : {"x", "?", ""}) {
    EXPECT_THAT(main().try_make("Array", {typecode, 3}), FailsWith("TypeError")) << typecode;
    EXPECT_THAT(main().try_make("Array", {typecode, list({1})}), FailsWith("TypeError"))
        << typecode;
  }
}

TEST_F(ArrayConformance, ARRAY_005_NoProcessIsStarted) {
  const Child child = main().spawn();
  const Outcome before = main().call("Process.active_children");
  ASSERT_EQ(before.value().get_if<List>()->items.size(), 1U);
  const Object array = make("i", 3);
  set(main(), array, 1, 5);
  expect_elements(array, list({0, 5, 0}));
  EXPECT_THAT(main().call("Process.active_children"), Returns(before.value()));
}

TEST_F(ArrayConformance, ARRAY_006_AnElementIsWhatWasAssigned) {
  const Object array = make("i", list({10, 20, 30}));
  set(main(), array, 0, 11);
  set(main(), array, 2, 33);
  set(main(), array, 2, 34);
  expect_at(main(), array, 0, 11);
  expect_at(main(), array, 1, 20);
  expect_at(main(), array, 2, 34);
}

TEST_F(ArrayConformance, ARRAY_007_LengthNeverChanges) {
  const Object array = make("h", 5);
  const Child child = main().spawn({array});
  for (Actor* actor : {&main(), &child.actor}) {
    EXPECT_THAT(actor->call(array, "__len__"), Returns(5));
    for (const int last : {1, 0}) {
      set(*actor, array, 4, last);
      EXPECT_THAT(main().call(array, "__len__"), Returns(5));
    }
  }
}

TEST_F(ArrayConformance, ARRAY_008_NegativeIndexes) {
  const Object array = make("i", list({1, 2, 3}));
  for (int back = 1; back <= 3; ++back) expect_at(main(), array, -back, 4 - back);
  set(main(), array, -1, 30);
  set(main(), array, -3, 10);
  expect_elements(array, list({10, 2, 30}));
}

TEST_F(ArrayConformance, ARRAY_009_IndexesOutOfRange) {
  const Object array = make("i", list({1, 2, 3}));
  for (const Value& index :
       {Value(3), Value(-4), Value(1000), Value(BigInt(1) << 100), Value(-(BigInt(1) << 100))}) {
    EXPECT_THAT(main().call(array, "__getitem__", {index}), FailsWith("IndexError"));
    EXPECT_THAT(main().call(array, "__setitem__", {index, 9}), FailsWith("IndexError"));
  }
  expect_elements(array, list({1, 2, 3}));
  EXPECT_THAT(main().call(make("i", 0), "__getitem__", {0}), FailsWith("IndexError"));
}

TEST_F(ArrayConformance, ARRAY_010_IterationYieldsAllElements) {
  const Object array = make("i", list({3, 1, 2}));
  expect_elements(array, list({3, 1, 2}));
  set(main(), array, 1, 9);
  expect_elements(array, list({3, 9, 2}));
}

TEST_F(ArrayConformance, ARRAY_011_ASliceIsACopy) {
  const Object array = make("i", list({1, 2, 3}));
  Program program;
  program.let("part", array, "__getitem__", {slice(Value(), Value())})
      .append("part", 4)
      .let("after", array, "to_list");
  const Value result = main().run(program).value();
  EXPECT_EQ(variable(result, "part"), list({1, 2, 3, 4}));
  EXPECT_EQ(variable(result, "after"), list({1, 2, 3}));
}

TEST_F(ArrayConformance, ARRAY_012_AssigningASlice) {
  const Object array = make("i", list({1, 2, 3, 4, 5}));
  set(main(), array, slice(1, 3), list({20, 30}));
  expect_elements(array, list({1, 20, 30, 4, 5}));
  set(main(), array, slice(Value(), Value(), -2), list({-5, -3, -1}));
  expect_elements(array, list({-1, 20, -3, 4, -5}));
  for (const Value& wrong : {list({1}), list({1, 2, 3}), list()}) {
    EXPECT_THAT(main().call(array, "__setitem__", {slice(1, 3), wrong}), FailsWith("ValueError"));
  }
  expect_elements(array, list({-1, 20, -3, 4, -5}));
}

TEST_F(ArrayConformance, ARRAY_013_TheSizeIsFixed) {
  const Object array = make("i", list({1, 2, 3}));
  EXPECT_THAT(main().call(array, "append", {4}), FailsWith("AttributeError"));
  EXPECT_THAT(main().call(array, "__len__"), Returns(3));
  expect_elements(array, list({1, 2, 3}));
}

TEST_F(ArrayConformance, ARRAY_014_NoObjectsAsElements) {
  const Object integers = make("i", list({1, 2}));
  const Object floats = make("d", list({1.0, 2.0}));
  for (const Value& wrong : {Value("1"), list({1}), Value()}) {
    EXPECT_THAT(main().call(integers, "__setitem__", {0, wrong}), FailsWith("TypeError"));
    EXPECT_THAT(main().call(floats, "__setitem__", {0, wrong}), FailsWith("TypeError"));
    EXPECT_THAT(main().try_make("Array", {"i", list({1, wrong})}), FailsWith("TypeError"));
    EXPECT_THAT(main().try_make("Array", {"d", list({wrong, 1.0})}), FailsWith("TypeError"));
  }
  expect_elements(integers, list({1, 2}));
  expect_elements(floats, list({1.0, 2.0}));
}

TEST_F(ArrayConformance, ARRAY_015_SeenByParentAndSiblings) {
  const Object array = make("d", 3);
  const Child one = main().spawn({array});
  const Child other = main().spawn({array});
  Actor* actors[] = {&main(), &one.actor, &other.actor};
  for (int i = 0; i < 3; ++i) {
    set(*actors[i], array, i, i + 0.5);
    for (Actor* reader : actors) expect_at(*reader, array, i, i + 0.5);
  }
  set(one.actor, array, slice(Value(), Value()), list({7, 8, 9}));
  for (Actor* reader : actors) {
    EXPECT_THAT(reader->call(array, "to_list"), Returns(list({7.0, 8.0, 9.0})));
  }
}

TEST_F(ArrayConformance, ARRAY_015_AssignmentsOutliveTheirProcess) {
  const Object array = make("i", list({1, 2, 3}));
  const Child child = main().spawn({array});
  set(child.actor, array, 0, -1);
  child.actor.release();
  EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
  expect_elements(array, list({-1, 2, 3}));
}

TEST_F(ArrayConformance, ARRAY_016_ValueEndsAtTheFirstNul) {
  for (const auto& [all, value] : {std::pair("hello"s, "hello"s), std::pair("he\0lo"s, "he"s),
                                   std::pair("\0abc"s, ""s), std::pair("abc\0"s, "abc"s)}) {
    const Object array = make("c", bytes(all));
    EXPECT_THAT(main().call(array, "value"), Returns(bytes(value)));
    expect_raw(array, all);
  }
}

TEST_F(ArrayConformance, ARRAY_017_AssigningValueWritesOneNul) {
  const Object array = make("c", bytes("hello"));
  const auto assign = [&](const std::string& value) {
    return main().call(array, "value.set", {bytes(value)});
  };
  EXPECT_THAT(assign("hi"), Returns(Value()));
  expect_raw(array, "hi\0lo"s);
  EXPECT_THAT(assign("world"), Returns(Value()));
  expect_raw(array, "world");
  EXPECT_THAT(assign("longer"), FailsWith("ValueError"));
  expect_raw(array, "world");
  EXPECT_THAT(assign(""), Returns(Value()));
  expect_raw(array, "\0orld"s);
}

TEST_F(ArrayConformance, ARRAY_018_ElementsAndSlicesAreBytes) {
  const Object array = make("c", bytes("hello"));
  expect_at(main(), array, 0, bytes("h"));
  expect_at(main(), array, -1, bytes("o"));
  expect_at(main(), array, slice(1, 3), bytes("el"));
  expect_at(main(), array, slice(Value(), Value(), -1), bytes("olleh"));
  expect_at(main(), array, slice(2, 2), bytes(""));
}

TEST_F(ArrayConformance, ARRAY_019_AccessWaitsForTheHolder) {
  const Object array = make("i", list({7, 8}));
  const Object lock = main().keep(array, "get_lock", "RLock");
  const Child child = main().spawn({array});
  const auto while_held = [&](const std::string& method, const Args& args) {
    return expect_waits(
        [&] {
          EXPECT_THAT(main().call(lock, "acquire"), Returns(true));
          return child.actor.begin(array, method, args);
        },
        [&] { return main().call(lock, "release"); });
  };
  EXPECT_THAT(while_held("__getitem__", {0}), Returns(7));
  EXPECT_THAT(while_held("__getitem__", {slice(Value(), Value())}), Returns(list({7, 8})));
  EXPECT_THAT(while_held("__setitem__", {1, 9}), Returns(Value()));
  expect_elements(array, list({7, 9}));
}

TEST_F(ArrayConformance, ARRAY_019_TheHolderReadsAndAssigns) {
  const Object array = make("i", list({7, 8}));
  const Object lock = main().keep(array, "get_lock", "RLock");
  const Child other = main().spawn({lock});
  for (int i = 0; i < 2; ++i) EXPECT_THAT(main().call(lock, "acquire"), Returns(true));
  set(main(), array, 0, 9);
  expect_elements(array, list({9, 8}));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(try_acquire(other.actor, lock), Returns(false));
    EXPECT_THAT(main().call(lock, "release"), Returns(Value()));
  }
  EXPECT_THAT(try_acquire(other.actor, lock), Returns(true));
}

TEST_F(ArrayConformance, ARRAY_020_AcquireAndReleaseAreThoseOfItsLock) {
  const Object array = make("i", 1);
  const Object lock = main().keep(array, "get_lock", "RLock");
  const Child other = main().spawn({array, lock});
  for (const auto& [acquired, released] : {std::pair(array, lock), std::pair(lock, array)}) {
    EXPECT_THAT(main().call(acquired, "acquire"), Returns(true));
    EXPECT_THAT(try_acquire(other.actor, lock), Returns(false));
    EXPECT_THAT(try_acquire(other.actor, array), Returns(false));
    EXPECT_THAT(main().call(released, "release"), Returns(Value()));
    EXPECT_THAT(try_acquire(other.actor, acquired), Returns(true));
    EXPECT_THAT(other.actor.call(released, "release"), Returns(Value()));
  }
}

TEST_F(ArrayConformance, ARRAY_021_WithoutALock) {
  const Object array = main().make("Array", {"i", list({1, 2})}, {{"lock", false}});
  EXPECT_THAT(main().call(array, "get_lock"), FailsWith("AttributeError"));
  const Child child = main().spawn({array});
  expect_at(child.actor, array, 1, 2);
  set(child.actor, array, 0, 5);
  expect_elements(array, list({5, 2}));
}

}  // namespace
}  // namespace mpspec
