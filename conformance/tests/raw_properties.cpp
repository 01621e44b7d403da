// RAW: sequences of operations agree with the models of Value and Array.
#include "tests/support/conformance.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/shared_numbers.hpp"

namespace mpspec {
namespace {

using RawProperties = Conformance;

TEST_F(RawProperties, RAW_001_ValuesAgreeWithTheModelOfValue) {
  using namespace numbers_of;
  // What a character refuses has a case of its own.
  check_property([&] {
    const CType type = *gen::numeric_c_type();
    Subject subject{{&main()}, {main().make("RawValue", {type.typecode()})}};
    check_sequence(ValueModel(type), subject,
                   rc::state::gen::execOneOfWithArgs<Read<>, Assign<>, AssignRefused>());
  });
}

TEST_F(RawProperties, RAW_001_AssignmentsOfSeveralProcessesAgreeWithTheModel) {
  using namespace numbers_of;
  std::vector<Object> values;
  for (const CType& type : CType::all())
    values.push_back(main().make("RawValue", {type.typecode()}));
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

TEST_F(RawProperties, RAW_002_ArraysAgreeWithTheModelOfArray) {
  using namespace array_of;
  check_property([&] {
    check_round<GetItem<>, SetItem<>, SetItemRefused, GetSlice, SetSlice, ToList, Length>(
        main(), "RawArray", *gen::c_type());
  });
}

}  // namespace
}  // namespace mpspec
