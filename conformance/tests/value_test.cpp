// VALUE: one number or character of a C type in memory that several processes share.
#include <limits>

#include "model/c_type.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class ValueConformance : public Conformance {
 protected:
  void assign(Actor& actor, const Object& value, const Value& number) {
    EXPECT_THAT(actor.call(value, "value.set", {number}), Returns(Value()));
  }
  void expect_value(Actor& actor, const Object& value, const Value& number) {
    EXPECT_THAT(actor.call(value, "value"), Returns(number));
  }
  /// Stored, and read back as `number` or as the other one given.
  void expect_stored(const Object& value, const Value& number, const Value& read_back) {
    assign(main(), value, number);
    expect_value(main(), value, read_back);
  }
  void expect_refused(const Object& value, const Value& wrong) {
    const Outcome before = main().call(value, "value");
    EXPECT_THAT(main().call(value, "value.set", {wrong}), FailsWith("TypeError"));
    expect_value(main(), value, before.value());
  }
  Outcome acquire(Actor& actor, const Object& lock) { return actor.call(lock, "acquire"); }
  Outcome try_acquire(Actor& actor, const Object& lock) {
    return actor.call(lock, "acquire", {false});
  }
  void release(Actor& actor, const Object& lock) {
    EXPECT_THAT(actor.call(lock, "release"), Returns(Value()));
  }
  /// While main() holds the lock, neither reading nor assigning in another process returns.
  void expect_access_waits(const Object& value, const Object& lock) {
    const Child child = main().spawn({value});
    const auto while_held = [&](const std::string& method, const Args& args) {
      return expect_waits(
          [&] {
            EXPECT_THAT(acquire(main(), lock), Returns(true));
            return child.actor.begin(value, method, args);
          },
          [&] { return main().call(lock, "release"); });
    };
    EXPECT_THAT(while_held("value", {}), Returns(7));
    EXPECT_THAT(while_held("value.set", {8}), Returns(Value()));
    expect_value(main(), value, 8);
  }
};

TEST_F(ValueConformance, VALUE_001_ZeroByDefault) {
  for (const CType& type : CType::all()) {
    expect_value(main(), main().make("Value", {type.typecode()}), type.zero());
  }
}

TEST_F(ValueConformance, VALUE_002_InitialAndAssigned) {
  const Object value = main().make("Value", {"i", 42});
  expect_value(main(), value, 42);
  assign(main(), value, -1);
  assign(main(), value, 43);
  expect_value(main(), value, 43);
  expect_value(main(), value, 43);
  const Object number = main().make("Value", {"d", 3.5});
  expect_value(main(), number, 3.5);
}

TEST_F(ValueConformance, VALUE_003_SeenByParentAndSiblings) {
  const Object value = main().make("Value", {"i", 1});
  const Child one = main().spawn({value});
  const Child other = main().spawn({value});
  Actor* actors[] = {&main(), &one.actor, &other.actor};
  int number = 100;
  for (Actor* writer : actors) {
    assign(*writer, value, ++number);
    for (Actor* reader : actors) expect_value(*reader, value, number);
  }
}

TEST_F(ValueConformance, VALUE_003_AnAssignmentOutlivesItsProcess) {
  const Object value = main().make("Value", {"d"});
  const Child child = main().spawn({value});
  assign(child.actor, value, 3.25);
  child.actor.release();
  EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
  expect_value(main(), value, 3.25);
}

TEST_F(ValueConformance, VALUE_004_SmallestAndLargest) {
  for (const CType& type : CType::all()) {
    if (!type.is_integer()) continue;
    const Object value = main().make("Value", {type.typecode(), type.largest()});
    expect_value(main(), value, type.largest());
    expect_stored(value, type.smallest(), type.smallest());
    expect_stored(value, type.largest(), type.largest());
  }
}

TEST_F(ValueConformance, VALUE_005_Doubles) {
  const Object value = main().make("Value", {"d"});
  constexpr double inf = std::numeric_limits<double>::infinity();
  for (const double number : {98.6, 0.1, -0.0, 0.0, inf, -inf, 1e300, 5e-324, std::nan("")}) {
    expect_stored(value, number, number);
  }
  expect_stored(value, 5, 5.0);
  expect_stored(value, -3, -3.0);
}

TEST_F(ValueConformance, VALUE_006_SinglePrecision) {
  const Object value = main().make("Value", {"f", 0.1});
  expect_value(main(), value, 0.10000000149011612);
  expect_stored(value, 0.5, 0.5);
  expect_stored(value, 16777217.0, 16777216.0);
  expect_stored(value, -0.0, -0.0);
}

TEST_F(ValueConformance, VALUE_007_OneCharacter) {
  using namespace std::string_literals;
  const Object value = main().make("Value", {"c", bytes("a")});
  expect_value(main(), value, bytes("a"));
  for (const auto& character : {"z"s, "\0"s, "\xff"s}) {
    expect_stored(value, bytes(character), bytes(character));
  }
  for (const Value& wrong : {bytes("ab"), bytes(""), Value("a"), Value("")}) {
    expect_refused(value, wrong);
  }
}

TEST_F(ValueConformance, VALUE_008_UnknownTypecodes) {
  for (const char* typecode : {"x", "?", ""}) {
    EXPECT_THAT(main().try_make("Value", {typecode}), FailsWith("TypeError")) << typecode;
    EXPECT_THAT(main().try_make("Value", {typecode, 1}), FailsWith("TypeError")) << typecode;
  }
}

TEST_F(ValueConformance, VALUE_009_OnlySimpleValues) {
  const Object number = main().make("Value", {"i", 5});
  for (const Value& wrong : {Value(1.5), Value(1.0), Value("5"), list({5}), Value()}) {
    expect_refused(number, wrong);
  }
  const Object floating = main().make("Value", {"d", 5.0});
  for (const Value& wrong : {Value("5.0"), list({5.0}), Value()}) {
    expect_refused(floating, wrong);
  }
}

TEST_F(ValueConformance, VALUE_010_IntegersWrap) {
  const Object number = main().make("Value", {"i"});
  expect_stored(number, BigInt(1) << 31, -(BigInt(1) << 31));
  expect_stored(number, (BigInt(1) << 32) + 5, 5);
  expect_stored(number, -(BigInt(1) << 31) - 1, (BigInt(1) << 31) - 1);
  const Object byte = main().make("Value", {"B"});
  expect_stored(byte, -1, 255);
  expect_stored(byte, 256, 0);
  expect_value(main(), main().make("Value", {"b", 128}), -128);
}

TEST_F(ValueConformance, VALUE_011_NoProcessIsStarted) {
  const Child child = main().spawn();
  const Outcome before = main().call("Process.active_children");
  ASSERT_EQ(before.value().get_if<List>()->items.size(), 1U);
  const Object value = main().make("Value", {"i"});
  expect_stored(value, 1, 1);
  EXPECT_THAT(main().call("Process.active_children"), Returns(before.value()));
}

TEST_F(ValueConformance, VALUE_012_TheHolderReadsAndAssigns) {
  const Object value = main().make("Value", {"i", 1});
  const Object lock = main().keep(value, "get_lock", "RLock");
  EXPECT_THAT(acquire(main(), lock), Returns(true));
  expect_stored(value, 2, 2);
  release(main(), lock);
}

TEST_F(ValueConformance, VALUE_012_TheLockIsRecursive) {
  const Object value = main().make("Value", {"i", 1});
  const Object lock = main().keep(value, "get_lock", "RLock");
  const Child other = main().spawn({lock});
  for (int i = 0; i < 3; ++i) EXPECT_THAT(acquire(main(), lock), Returns(true));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(try_acquire(other.actor, lock), Returns(false));
    release(main(), lock);
  }
  EXPECT_THAT(try_acquire(other.actor, lock), Returns(true));
  release(other.actor, lock);
}

TEST_F(ValueConformance, VALUE_013_AccessWaitsForTheHolder) {
  const Object value = main().make("Value", {"i", 7});
  expect_access_waits(value, main().keep(value, "get_lock", "RLock"));
}

TEST_F(ValueConformance, VALUE_014_AcquireAndReleaseAreThoseOfItsLock) {
  const Object value = main().make("Value", {"i"});
  const Object lock = main().keep(value, "get_lock", "RLock");
  const Child other = main().spawn({value, lock});
  for (const auto& [acquired, released] : {std::pair(value, lock), std::pair(lock, value)}) {
    EXPECT_THAT(acquire(main(), acquired), Returns(true));
    EXPECT_THAT(try_acquire(other.actor, lock), Returns(false));
    EXPECT_THAT(try_acquire(other.actor, value), Returns(false));
    release(main(), released);
    EXPECT_THAT(try_acquire(other.actor, acquired), Returns(true));
    release(other.actor, released);
  }
}

TEST_F(ValueConformance, VALUE_015_WithoutALock) {
  const Object value = main().make("Value", {"i", 7}, {{"lock", false}});
  EXPECT_THAT(main().call(value, "get_lock"), FailsWith("AttributeError"));
  const Child child = main().spawn({value});
  expect_value(child.actor, value, 7);
  assign(child.actor, value, 8);
  expect_value(main(), value, 8);
}

TEST_F(ValueConformance, VALUE_016_WithAGivenLock) {
  for (const char* kind : {"Lock", "RLock"}) {
    const Object lock = main().make(kind);
    expect_access_waits(main().make("Value", {"i", 7}, {{"lock", lock}}), lock);
  }
}

TEST_F(ValueConformance, VALUE_016_OneLockForTwoValues) {
  const Object lock = main().make("RLock");
  const Object one = main().make("Value", {"i", 7}, {{"lock", lock}});
  const Object other = main().make("Value", {"i", 7}, {{"lock", lock}});
  expect_access_waits(one, main().keep(other, "get_lock", "RLock"));
}

}  // namespace
}  // namespace mpspec
