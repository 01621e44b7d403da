// LOCK: one at a time.
#include <algorithm>

#include "tests/support/holders.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class LockConformance : public Conformance {
 protected:
  static Outcome acquire(Actor& actor, const Object& lock, const Args& args = {}) {
    return actor.call(lock, "acquire", args);
  }
  static Outcome release(Actor& actor, const Object& lock) { return actor.call(lock, "release"); }

  Object held_lock() {
    const Object lock = main().make("Lock");
    EXPECT_THAT(acquire(main(), lock), Returns(true));
    return lock;
  }
  /// Held and free are told apart by trying; a free lock is freed again.
  static void expect_held(Actor& actor, const Object& lock) {
    EXPECT_THAT(acquire(actor, lock, {false}), Returns(false));
  }
  static void expect_free(Actor& actor, const Object& lock) {
    EXPECT_THAT(acquire(actor, lock, {false}), Returns(true));
    EXPECT_THAT(acquire(actor, lock, {false}), Returns(false));
    EXPECT_THAT(release(actor, lock), Returns(Value()));
  }
};

TEST_F(LockConformance, LOCK_001_AcquireLocksAndReleaseFrees) {
  const Object lock = main().make("Lock");
  const Child child = main().spawn({lock});
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(acquire(main(), lock), Returns(true));
    expect_held(child.actor, lock);
    EXPECT_THAT(release(main(), lock), Returns(Value()));
    expect_free(child.actor, lock);
  }
}

TEST_F(LockConformance, LOCK_001_WithATimeoutToo) {
  const Object lock = main().make("Lock");
  const Child child = main().spawn({lock});
  EXPECT_THAT(acquire(main(), lock, {true, 3600.0}), Returns(true));
  expect_held(child.actor, lock);
}

TEST_F(LockConformance, LOCK_002_AnotherProcessWaits) {
  const Object lock = main().make("Lock");
  const Child child = main().spawn({lock});
  const Outcome outcome = expect_waits(
      [&] {
        EXPECT_THAT(acquire(main(), lock), Returns(true));
        return child.actor.begin(lock, "acquire");
      },
      [&] { return release(main(), lock); }, [&] { release(child.actor, lock); });
  EXPECT_THAT(outcome, Returns(true));
  expect_held(main(), lock);
}

TEST_F(LockConformance, LOCK_002_TheHolderItselfWaits) {
  const Object lock = main().make("Lock");
  const Child child = main().spawn({lock});
  const Outcome outcome = expect_waits(
      [&] {
        EXPECT_THAT(acquire(main(), lock), Returns(true));
        return main().begin(lock, "acquire");
      },
      [&] { return release(child.actor, lock); }, [&] { release(main(), lock); });
  EXPECT_THAT(outcome, Returns(true));
}

TEST_F(LockConformance, LOCK_002_AnotherThreadWaits) {
  main().need_feature("threads");
  const Object lock = main().make("Lock");
  const Outcome outcome = expect_waits(
      [&] {
        EXPECT_THAT(acquire(main(), lock), Returns(true));
        return main().begin_on("t1", lock, "acquire");
      },
      [&] { return release(main(), lock); }, [&] { release(main(), lock); });
  EXPECT_THAT(outcome, Returns(true));
}

TEST_F(LockConformance, LOCK_003_FalseAndStillHeld) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  for (Actor* actor : {&child.actor, &main()}) {
    EXPECT_THAT(acquire(*actor, lock, {false}), Returns(false));
    EXPECT_THAT(actor->call(lock, "acquire", {}, {{"block", false}}), Returns(false));
    expect_held(child.actor, lock);
  }
}

TEST_F(LockConformance, LOCK_003_WhateverTheTimeout) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  for (const Value& timeout : {Value(), Value(-1), Value(0), Value(3600), Value(3600.0)}) {
    EXPECT_THAT(acquire(child.actor, lock, {false, timeout}), Returns(false)) << timeout;
    EXPECT_THAT(acquire(main(), lock, {false, timeout}), Returns(false)) << timeout;
  }
  expect_held(child.actor, lock);
}

TEST_F(LockConformance, LOCK_004_FalseAfterTheTimeout) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  for (Actor* actor : {&child.actor, &main()}) {
    const Outcome outcome = actor->call(lock, "acquire", {}, {{"timeout", 0.05}});
    EXPECT_THAT(outcome, Returns(false));
    EXPECT_GE(duration(outcome), 50ms);
    expect_held(child.actor, lock);
  }
}

TEST_F(LockConformance, LOCK_004_WhoGaveUpNoLongerWaits) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  EXPECT_THAT(acquire(child.actor, lock, {true, 0.02}), Returns(false));
  EXPECT_THAT(release(main(), lock), Returns(Value()));
  expect_free(main(), lock);
}

TEST_F(LockConformance, LOCK_005_AHeldLock) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  for (const Value& timeout : {Value(0), Value(0.0), Value(-1), Value(-0.5)}) {
    EXPECT_THAT(acquire(child.actor, lock, {true, timeout}), Returns(false)) << timeout;
    EXPECT_THAT(acquire(main(), lock, {true, timeout}), Returns(false)) << timeout;
  }
}

TEST_F(LockConformance, LOCK_005_AFreeLock) {
  const Object lock = main().make("Lock");
  for (const Value& timeout : {Value(0), Value(0.0), Value(-1), Value(-0.5)}) {
    EXPECT_THAT(acquire(main(), lock, {true, timeout}), Returns(true)) << timeout;
    expect_held(main(), lock);
    EXPECT_THAT(release(main(), lock), Returns(Value()));
  }
}

TEST_F(LockConformance, LOCK_006_OneReleaseLetsOneReturn) {
  const Object lock = held_lock();
  std::vector<Child> children;
  for (int i = 0; i < 3; ++i) children.push_back(main().spawn({lock}));
  // Those that are not let in give up by themselves: they need not be seen waiting.
  for (double timeout = 0.2; timeout < 5; timeout *= 2) {
    std::vector<Pending> waiting;
    for (const Child& child : children)
      waiting.push_back(child.actor.begin(lock, "acquire", {true, timeout}));
    static_cast<void>(waiting.back().wait_until(Clock::now() + 20ms));
    const Outcome released = release(main(), lock);
    EXPECT_THAT(released, Returns(Value()));
    std::vector<Outcome> outcomes;
    for (const Pending& pending : waiting) outcomes.push_back(pending.wait());
    const auto winners = std::count(outcomes.begin(), outcomes.end(), Outcome(Value(true)));
    const auto losers = std::count(outcomes.begin(), outcomes.end(), Outcome(Value(false)));
    EXPECT_LE(winners, 1);
    EXPECT_EQ(winners + losers, 3);
    const auto allowance = std::chrono::duration<double>(timeout);
    const bool all_waited = std::all_of(outcomes.begin(), outcomes.end(), [&](const Outcome& seen) {
      return seen.began < released.began && released.ended - seen.began < allowance;
    });
    if (all_waited) {
      EXPECT_EQ(winners, 1);
      return;
    }
    if (winners == 0) {
      ASSERT_THAT(acquire(main(), lock), Returns(true));
    }
  }
  inconclusive("three processes never waited at the same time");
}

TEST_F(LockConformance, LOCK_006_ThreeReleasesLetThreeReturn) {
  const Object lock = held_lock();
  std::vector<Child> children;
  for (int i = 0; i < 3; ++i) children.push_back(main().spawn({lock}));
  Program once;
  once.let("got", lock, "acquire").call(lock, "release");
  std::vector<Pending> waiting;
  for (const Child& child : children) waiting.push_back(child.actor.begin_run(once));
  EXPECT_THAT(release(main(), lock), Returns(Value()));
  for (const Pending& pending : waiting)
    EXPECT_EQ(variable(pending.wait().value(), "got"), Value(true));
  expect_free(main(), lock);
}

TEST_F(LockConformance, LOCK_007_AnotherProcessMayRelease) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  EXPECT_THAT(release(child.actor, lock), Returns(Value()));
  expect_free(child.actor, lock);
  expect_free(main(), lock);
}

TEST_F(LockConformance, LOCK_007_AParentMayReleaseForItsChild) {
  const Object lock = main().make("Lock");
  const Child child = main().spawn({lock});
  EXPECT_THAT(acquire(child.actor, lock), Returns(true));
  EXPECT_THAT(release(main(), lock), Returns(Value()));
  expect_free(main(), lock);
  expect_free(child.actor, lock);
}

TEST_F(LockConformance, LOCK_007_AnotherThreadMayRelease) {
  main().need_feature("threads");
  const Object lock = held_lock();
  EXPECT_THAT(main().begin_on("t1", lock, "release").wait(), Returns(Value()));
  expect_free(main(), lock);
}

TEST_F(LockConformance, LOCK_008_AFreeLockIsNotFreedTwice) {
  const Object lock = main().make("Lock");
  const Child child = main().spawn({lock});
  for (Actor* actor : {&main(), &child.actor}) {
    EXPECT_THAT(release(*actor, lock), FailsWith("ValueError"));
    expect_free(*actor, lock);
    EXPECT_THAT(release(*actor, lock), FailsWith("ValueError"));
    expect_free(main(), lock);
  }
}

TEST_F(LockConformance, LOCK_009_EntersAndLeaves) {
  const Object lock = main().make("Lock");
  EXPECT_THAT(main().call(lock, "with_release"), Returns(true));
  expect_free(main(), lock);
}

TEST_F(LockConformance, LOCK_009_EnteringAcquires) {
  const Object lock = main().make("Lock");
  const Child child = main().spawn({lock});
  const Outcome outcome = expect_waits(
      [&] {
        EXPECT_THAT(acquire(main(), lock), Returns(true));
        return child.actor.begin(lock, "with_release");
      },
      [&] { return release(main(), lock); });
  EXPECT_THAT(outcome, Returns(true));
  expect_free(main(), lock);
}

TEST_F(LockConformance, LOCK_010_NeverTwoHolders) {
  const Object lock = main().make("Lock");
  const Child one = main().spawn({lock});
  const Child other = main().spawn({lock});
  EXPECT_LE(race_for(adapter(), {&main(), &one.actor, &other.actor}, lock), 1U);
}

TEST_F(LockConformance, LOCK_011_AnotherLockIsFree) {
  const Object held = held_lock();
  const Object free = main().make("Lock");
  const Child child = main().spawn({held, free});
  expect_free(child.actor, free);
  EXPECT_THAT(acquire(main(), free), Returns(true));
  EXPECT_THAT(release(main(), held), Returns(Value()));
  expect_held(child.actor, free);
  expect_free(child.actor, held);
}

TEST_F(LockConformance, LOCK_012_HeldForTheChildToo) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  EXPECT_THAT(acquire(child.actor, lock, {false}), Returns(false));
  EXPECT_THAT(release(main(), lock), Returns(Value()));
  EXPECT_THAT(acquire(child.actor, lock, {false}), Returns(true));
}

TEST_F(LockConformance, LOCK_013_AWaiterOrTheOneThatComesBack) {
  const Object lock = held_lock();
  const Child child = main().spawn({lock});
  const Pending waiter = child.actor.begin(lock, "acquire");
  static_cast<void>(waiter.wait_until(Clock::now() + 20ms));
  Program program;
  program.call(lock, "release").let("again", lock, "acquire", {false});
  const Value again = variable(main().run(program).value(), "again");
  ASSERT_TRUE(again.is<bool>()) << again;
  if (again == Value(true)) {
    EXPECT_THAT(release(main(), lock), Returns(Value()));
  }
  EXPECT_THAT(waiter.wait(), Returns(true));
  observe(again == Value(true), "the releaser overtook the waiter", "the waiter was served");
}

}  // namespace
}  // namespace mpspec
