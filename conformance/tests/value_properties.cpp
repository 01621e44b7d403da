// VALUE: any sequence of any assignments agrees with a number of the model.
#include "tests/support/conformance.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/shared_numbers.hpp"

namespace mpspec {
namespace {

class ValueProperties : public Conformance {
 protected:
  /// One object of each type.
  std::vector<Object> make_all(const std::vector<CType>& types) {
    std::vector<Object> out;
    for (const CType& type : types) out.push_back(main().make("Value", {type.typecode()}));
    return out;
  }
  /// Assigning it has the model's outcome, and so has reading afterwards.
  void expect_model(const Object& value, ValueModel model, const Value& number) {
    RC_ASSERT(main().call(value, "value.set", {number}) == to_outcome(model.set(number)));
    RC_ASSERT(main().call(value, "value") == to_outcome(model.get()));
  }
};

TEST_F(ValueProperties, VALUE_002_AnySequenceAgreesWithTheModel) {
  using namespace numbers_of;
  check_property([&] {
    const CType type = *gen::c_type();
    Subject subject{{&main()}, {main().make("Value", {type.typecode()})}};
    check_sequence(ValueModel(type), subject,
                   rc::state::gen::execOneOfWithArgs<Read<>, Assign<>>());
  });
}

TEST_F(ValueProperties, VALUE_003_AssignmentsOfSeveralProcessesAgreeWithTheModel) {
  using namespace numbers_of;
  const auto values = make_all(CType::all());
  const Child one = main().spawn(values);
  const Child other = main().spawn(values);
  check_property([&] {
    const auto which = *gen::in_range<std::size_t>(0, values.size());
    const CType& type = CType::all()[which];
    Subject subject{{&main(), &one.actor, &other.actor}, {values[which]}};
    RC_ASSERT(main().call(values[which], "value.set", {type.zero()}) == Outcome(Value()));
    check_sequence(ValueModel(type), subject,
                   rc::state::gen::execOneOfWithArgs<Read<3>, Assign<3>>());
  });
}

TEST_F(ValueProperties, VALUE_004_AnyIntegerOfTheRangeIsReadBack) {
  const auto values = make_all(CType::all());
  check_property([&](std::uint64_t any) {
    const auto which = *gen::in_range<std::size_t>(0, values.size());
    const CType& type = CType::all()[which];
    RC_PRE(type.is_integer());
    const BigInt number = type.smallest() + any % (type.largest() - type.smallest() + 1);
    RC_ASSERT(main().call(values[which], "value.set", {number}) == Outcome(Value()));
    RC_ASSERT(main().call(values[which], "value") == Outcome(number));
  });
}

TEST_F(ValueProperties, VALUE_005_AnyDoubleIsReadBack) {
  const Object value = main().make("Value", {"d"});
  check_property([&] {
    const Value number = *gen::floating();
    RC_ASSERT(main().call(value, "value.set", {number}) == Outcome(Value()));
    RC_ASSERT(main().call(value, "value") == Outcome(number));
  });
}

TEST_F(ValueProperties, VALUE_006_AnyFloatIsRounded) {
  const Object value = main().make("Value", {"f"});
  check_property([&] { expect_model(value, ValueModel(*CType::of("f")), *gen::floating()); });
}

TEST_F(ValueProperties, VALUE_009_AnyRefusedValueLeavesItUnchanged) {
  check_property([&] {
    const CType type = *gen::numeric_c_type();
    const Object value = main().make("Value", {type.typecode()});
    ValueModel model(type);
    const Value before = *gen::assignable(type);
    const Value wrong = *gen::refused(type);
    RC_ASSERT(main().call(value, "value.set", {before}) == to_outcome(model.set(before)));
    RC_ASSERT(main().call(value, "value.set", {wrong}).error() == "TypeError");
    RC_ASSERT(main().call(value, "value") == to_outcome(model.get()));
  });
}

TEST_F(ValueProperties, VALUE_010_AnyIntegerWraps) {
  const auto values = make_all(CType::all());
  check_property([&] {
    const auto which = *gen::in_range<std::size_t>(0, values.size());
    RC_PRE(CType::all()[which].is_integer());
    expect_model(values[which], ValueModel(CType::all()[which]), *gen::integer());
  });
}

}  // namespace
}  // namespace mpspec
