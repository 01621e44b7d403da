// RAW: RawValue and RawArray, shared memory without a lock.
#include <signal.h>

#include "model/c_type.hpp"
#include "tests/support/conformance.hpp"

namespace mpspec {
namespace {

class RawConformance : public Conformance {
 protected:
  /// Adds 1 to a RawValue, or to the first element of a RawArray, that often.
  static Program increments(const Object& number, int times, const Object* lock,
                            Clock::time_point start) {
    const bool is_value = number.type == "RawValue";
    Program body;
    if (lock != nullptr) body.call(*lock, "acquire");
    if (is_value) {
      body.let("n", number, "value").add("n", var("n"), 1).call(number, "value.set", {var("n")});
    } else {
      body.let("n", number, "__getitem__", {0}).add("n", var("n"), 1);
      body.call(number, "__setitem__", {0, var("n")});
    }
    if (lock != nullptr) body.call(*lock, "release");
    Program program;
    return program.start_at(start).repeat(times, body);
  }
  /// What three children's increments come to, each that many.
  long long count(const Object& number, int times, const Object* lock) {
    std::vector<Object> objects = {number};
    if (lock != nullptr) objects.push_back(*lock);
    const Child children[] = {main().spawn(objects), main().spawn(objects), main().spawn(objects)};
    const auto start = soon();
    std::vector<Pending> running;
    for (const Child& child : children)
      running.push_back(child.actor.begin_run(increments(number, times, lock, start)));
    for (const Pending& pending : running) EXPECT_THAT(pending.wait(), Succeeds());
    const bool is_value = number.type == "RawValue";
    return as_int(
        (is_value ? main().call(number, "value") : main().call(number, "__getitem__", {0}))
            .value());
  }
};

TEST_F(RawConformance, RAW_001_ZeroByDefault) {
  for (const CType& type : CType::all()) {
    const Object value = main().make("RawValue", {type.typecode()});
    EXPECT_THAT(main().call(value, "value"), Returns(type.zero()));
  }
}

TEST_F(RawConformance, RAW_001_InitialValue) {
  EXPECT_THAT(main().call(main().make("RawValue", {"i", 42}), "value"), Returns(42));
  EXPECT_THAT(main().call(main().make("RawValue", {"b", 128}), "value"), Returns(-128));
}

TEST_F(RawConformance, RAW_001_OneCharacter) {
  const Object value = main().make("RawValue", {"c", bytes("a")});
  EXPECT_THAT(main().call(value, "value"), Returns(bytes("a")));
  for (const Value& wrong : {bytes(""), bytes("ab"), Value("a"), Value("")}) {
    EXPECT_THAT(main().call(value, "value.set", {wrong}), FailsWith("TypeError")) << wrong;
    EXPECT_THAT(main().call(value, "value"), Returns(bytes("a"))) << wrong;
  }
}

TEST_F(RawConformance, RAW_001_UnknownTypecodes) {
  for (const char* typecode : {"x", "?", ""}) {
    EXPECT_THAT(main().try_make("RawValue", {typecode, 1}), FailsWith("TypeError")) << typecode;
  }
}

TEST_F(RawConformance, RAW_002_Creation) {
  const auto expect = [&](const Value& size_or_items, const Value& elements) {
    const Object array = main().make("RawArray", {"i", size_or_items});
    EXPECT_THAT(main().call(array, "to_list"), Returns(elements));
    EXPECT_THAT(main().call(array, "__len__"), Returns(elements.get_if<List>()->items.size()));
  };
  expect(3, list({0, 0, 0}));
  expect(0, list());
  expect(list({1, 2}), list({1, 2}));
  expect(tuple({3}), list({3}));
}

TEST_F(RawConformance, RAW_002_RefusedCreation) {
  EXPECT_THAT(main().try_make("RawArray", {"i", -1}), FailsWith("ValueError"));
  EXPECT_THAT(main().try_make("RawArray", {"x", 1}), FailsWith("TypeError"));
  EXPECT_THAT(main().try_make("RawArray", {"i", list({1, "a"})}), FailsWith("TypeError"));
}

TEST_F(RawConformance, RAW_002_SeenByEveryProcess) {
  const Object array = main().make("RawArray", {"d", 3});
  const Child child = main().spawn({array});
  EXPECT_THAT(child.actor.call(array, "__setitem__", {0, 1.5}), Returns(Value()));
  EXPECT_THAT(main().call(array, "__setitem__", {-1, 2.5}), Returns(Value()));
  for (Actor* actor : {&main(), &child.actor}) {
    EXPECT_THAT(actor->call(array, "to_list"), Returns(list({1.5, 0.0, 2.5})));
  }
}

TEST_F(RawConformance, RAW_003_AccessDoesNotWaitForAStoppedProcess) {
  const Object value = main().make("RawValue", {"i"});
  const Object array = main().make("RawArray", {"i", 1});
  const Child busy = main().spawn({value, array});
  Program body;
  body.call(value, "value.set", {1}).call(array, "__setitem__", {0, 1});
  Program program;
  const Pending running = busy.actor.begin_run(program.repeat(5000, body));
  // Wherever in its access the other process happens to be stopped.
  for (int i = 0; i < 20; ++i) {
    busy.actor.signal(SIGSTOP);
    EXPECT_THAT(main().call(value, "value.set", {2}), Returns(Value()));
    EXPECT_THAT(main().call(value, "value"), Succeeds());
    EXPECT_THAT(main().call(array, "__setitem__", {0, 2}), Returns(Value()));
    EXPECT_THAT(main().call(array, "to_list"), Succeeds());
    busy.actor.signal(SIGCONT);
  }
  EXPECT_THAT(running.wait(), Succeeds());
}

TEST_F(RawConformance, RAW_004_UnderALockAValueCountsExactly) {
  const Object lock = main().make("Lock");
  EXPECT_EQ(count(main().make("RawValue", {"i"}), 300, &lock), 900);
}

TEST_F(RawConformance, RAW_004_UnderALockAnElementCountsExactly) {
  const Object lock = main().make("Lock");
  EXPECT_EQ(count(main().make("RawArray", {"i", 3}), 300, &lock), 900);
}

TEST_F(RawConformance, RAW_005_WithoutALockIncrementsMayBeLost) {
  for (const auto& [kind, argument] : {std::pair("RawValue", 0), std::pair("RawArray", 2)}) {
    const long long counted = count(main().make(kind, {"i", argument}), 1000, nullptr);
    EXPECT_GE(counted, 1);
    EXPECT_LE(counted, 3000);
    observe(counted == 3000, std::string(kind) + ": none was lost",
            std::string(kind) + ": some were lost");
  }
}

}  // namespace
}  // namespace mpspec
