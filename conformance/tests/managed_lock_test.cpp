// MLOCK: a lock in a manager's server.
#include "tests/support/managed.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class ManagedLockConformance : public ManagedConformance {
 protected:
  static Outcome acquire(Actor& actor, const Object& lock) { return actor.call(lock, "acquire"); }
  static Outcome try_acquire(Actor& actor, const Object& lock) {
    return actor.call(lock, "acquire", {}, {{"blocking", false}});
  }
  static Outcome release(Actor& actor, const Object& lock) { return actor.call(lock, "release"); }

  void expect_held(const Object& lock) { EXPECT_THAT(try_acquire(main(), lock), Returns(false)); }
  /// Leaves it free.
  void expect_free(const Object& lock) {
    EXPECT_THAT(try_acquire(main(), lock), Returns(true));
    EXPECT_THAT(release(main(), lock), Returns(kNone));
  }
};

TEST_F(ManagedLockConformance, MLOCK_001_AcquireWaitsForTheRelease) {
  const Object lock = make("Lock");
  const Child child = main().spawn({lock});
  EXPECT_THAT(acquire(main(), lock), Returns(true));
  const Outcome acquired = expect_waits([&] { return child.actor.begin(lock, "acquire"); },
                                        [&] { return release(main(), lock); });
  EXPECT_THAT(acquired, Returns(true));
  expect_held(lock);
}

TEST_F(ManagedLockConformance, MLOCK_001_OneReleaseLetsOneProcessIn) {
  const Object lock = make("Lock");
  constexpr int kProcesses = 3;
  const auto children = spawn(kProcesses, {lock});
  acquire(main(), lock);
  std::vector<Pending> waiting;
  for (const Child& child : children) waiting.push_back(child.actor.begin(lock, "acquire"));
  const auto entered = [&] {
    return std::count_if(waiting.begin(), waiting.end(),
                         [](const Pending& p) { return p.ready(); });
  };
  for (int releases = 1; releases <= kProcesses; ++releases) {
    release(main(), lock);
    const auto deadline = adapter().deadline();
    while (entered() < releases) ASSERT_LT(Clock::now(), deadline);
    expect_held(lock);
    EXPECT_EQ(entered(), releases);
  }
}

TEST_F(ManagedLockConformance, MLOCK_002_WithoutWaitingItReturnsFalse) {
  const Object lock = make("Lock");
  const Child child = main().spawn({lock});
  EXPECT_THAT(acquire(child.actor, lock), Returns(true));
  EXPECT_THAT(try_acquire(main(), lock), Returns(false));
  EXPECT_THAT(try_acquire(child.actor, lock), Returns(false));
  expect_held(lock);
  release(child.actor, lock);
  expect_free(lock);
}

TEST_F(ManagedLockConformance, MLOCK_003_NotBeforeTheTimeoutHasPassed) {
  const Object lock = make("Lock");
  const Child child = main().spawn({lock});
  acquire(child.actor, lock);
  const Outcome timed = main().call(lock, "acquire", {}, {{"timeout", 0.05}});
  EXPECT_THAT(timed, Returns(false));
  EXPECT_GE(duration(timed), 50ms);
  expect_held(lock);
  release(child.actor, lock);
  EXPECT_THAT(main().call(lock, "acquire", {true, 0.05}), Returns(true));
}

TEST_F(ManagedLockConformance, MLOCK_004_AnotherProcessMayRelease) {
  const Object lock = make("Lock");
  const auto children = spawn(2, {lock});
  acquire(children[0].actor, lock);
  EXPECT_THAT(release(children[1].actor, lock), Returns(kNone));
  expect_free(lock);
}

TEST_F(ManagedLockConformance, MLOCK_005_ReleaseOfAFreeLock) {
  const Object lock = make("Lock");
  EXPECT_THAT(release(main(), lock), FailsWith("RuntimeError"));
  expect_free(lock);
  EXPECT_THAT(release(main().spawn({lock}).actor, lock), FailsWith("RuntimeError"));
  expect_free(lock);
}

TEST_F(ManagedLockConformance, MLOCK_006_MakesAddingToADictExact) {
  const Object lock = make("Lock");
  const Object d = make("dict", {dict({{"count", 0}})});
  constexpr int kProcesses = 3;
  constexpr int kEach = 60;
  const auto children = spawn(kProcesses, {lock, d});
  // On a busy machine the processes of one race may run one after another.
  for (int round = 1; round <= 4; ++round) {
    race(children, [&](Program& program, int) {
      Program body;
      body.call(lock, "acquire").let("x", d, "__getitem__", {"count"});
      body.add("x", var("x"), 1).call(d, "__setitem__", {"count", var("x")}).call(lock, "release");
      program.repeat(kEach, body);
    });
    ASSERT_THAT(main().call(d, "__getitem__", {"count"}), Returns(round * kProcesses * kEach));
  }
}

TEST_F(ManagedLockConformance, MLOCK_007_NotWaitingWithATimeout) {
  const Object lock = make("Lock");
  EXPECT_THAT(main().call(lock, "acquire", {false, 1.0}), FailsWith("ValueError"));
  expect_free(lock);
  acquire(main(), lock);
  EXPECT_THAT(main().call(lock, "acquire", {false, 1.0}), FailsWith("ValueError"));
  expect_held(lock);
}

TEST_F(ManagedLockConformance, MLOCK_008_ReadFromAContainerItIsTheSameLock) {
  const Object lock = make("Lock");
  const Object l = make("list", {list({lock})});
  const Object d = make("dict", {dict({{"lock", lock}})});
  const Child child = main().spawn({l, d});
  const Object from_list = child.actor.keep(l, "__getitem__", "manager.Lock", {0});
  const Object from_dict = child.actor.keep(d, "__getitem__", "manager.Lock", {"lock"});
  EXPECT_THAT(acquire(child.actor, from_list), Returns(true));
  expect_held(lock);
  EXPECT_THAT(try_acquire(child.actor, from_dict), Returns(false));
  release(child.actor, from_dict);
  expect_free(lock);
}

}  // namespace
}  // namespace mpspec
