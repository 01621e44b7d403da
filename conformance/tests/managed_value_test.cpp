// MVALUE: one value in a manager's server.
#include "tests/support/generators.hpp"
#include "tests/support/managed.hpp"

namespace mpspec {
namespace {

class ManagedValueConformance : public ManagedConformance {};

TEST_F(ManagedValueConformance, MVALUE_001_BothWaysOfReadingAndOfReplacing) {
  const Object v = make("Value", {"i", 7});
  const auto expect_value = [&](const Value& expected) {
    EXPECT_THAT(main().call(v, "get"), Returns(expected));
    EXPECT_THAT(main().call(v, "value"), Returns(expected));
  };
  expect_value(7);
  EXPECT_THAT(main().call(v, "set", {8}), Returns(kNone));
  expect_value(8);
  EXPECT_THAT(main().call(v, "value.set", {-9}), Returns(kNone));
  expect_value(-9);
}

TEST_F(ManagedValueConformance, MVALUE_002_EveryProcessReadsWhatOneHasSet) {
  const Object v = make("Value", {"d", 0.5});
  const auto children = spawn(2, {v});
  for (Actor* writer : {&children[0].actor, &main(), &children[1].actor}) {
    const Value value = writer->hello().actor + 0.25;
    writer->call(v, "value.set", {value});
    for (Actor* reader : {&main(), &children[0].actor, &children[1].actor})
      EXPECT_THAT(reader->call(v, "value"), Returns(value));
  }
}

TEST_F(ManagedValueConformance, MVALUE_003_TheTypecodeIsNotEnforced) {
  const Object v = make("Value", {"i", "text"});
  EXPECT_THAT(main().call(v, "get"), Returns("text"));
  for (const Value& value : {Value(1.5), Value("x"), Value(kNone), Value(BigInt(1) << 100)}) {
    EXPECT_THAT(main().call(v, "set", {value}), Returns(kNone));
    EXPECT_THAT(main().call(v, "get"), Returns(value));
  }
}

TEST_F(ManagedValueConformance, MVALUE_003_AnyValueIsTakenAndGivenBack) {
  const Object v = make("Value", {"i", 0});
  check_property([&](const Value& value) {
    RC_ASSERT(main().call(v, "value.set", {value}) == Outcome(Value()));
    RC_ASSERT(main().call(v, "value") == Outcome(value));
  });
}

TEST_F(ManagedValueConformance, MVALUE_004_AddingWithoutALockMayLoseAdditions) {
  add_without_lock(make("Value", {"i", 5}), "value", "value.set", {});
}

}  // namespace
}  // namespace mpspec
