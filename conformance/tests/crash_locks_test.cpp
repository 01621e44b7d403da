// CRASH: locks, and memory with a lock, after a process was killed that held or wanted them.
#include "tests/support/crash.hpp"

namespace mpspec {
namespace {

class LockCrashConformance : public CrashConformance {
 protected:
  /// A waiter is killed while `main` holds the lock; then the lock goes to another waiter, and
  /// later on to a caller that comes when nobody waits.
  void expect_no_trace_of_a_waiter(const std::string& type) {
    const Object lock = main().make(type);
    const auto children = spawn(2, {lock});
    acquire(main(), lock);
    const Pending victim = children[0].actor.begin(lock, "acquire");
    const Pending waiter = children[1].actor.begin(lock, "acquire");
    wait_until_blocked(children[1].actor, waiter);
    kill_waiting(children[0], victim);
    EXPECT_FALSE(waiter.ready());
    release(main(), lock);
    EXPECT_THAT(waiter.wait(), Returns(true));
    expect_locked(main(), lock);
    release(children[1].actor, lock);
    acquire(main(), lock);
    expect_locked(children[1].actor, lock);
  }

  void expect_a_later_caller_acquires(const std::string& type) {
    const Object lock = main().make(type);
    const Child child = main().spawn({lock});
    acquire(main(), lock);
    kill_waiting(child, child.actor.begin(lock, "acquire"));
    release(main(), lock);
    const Child later = main().spawn({lock});
    acquire(later.actor, lock);
    expect_locked(main(), lock);
  }

  /// The holder is killed `levels` deep; one release by the next holder frees the lock.
  void expect_next_at_level_one(int levels) {
    const Object lock = main().make("RLock");
    const auto children = spawn(2, {lock});
    for (int level = 0; level < levels; ++level) acquire(children[0].actor, lock);
    kill(children[0]);
    ASSERT_THAT(main().call(lock, "acquire", {true, kPatience}), Acquires());
    expect_locked(children[1].actor, lock);
    release(main(), lock);
    EXPECT_THAT(children[1].actor.call(lock, "acquire", {false}), Returns(true));
    expect_locked(main(), lock);
  }

  /// Reading and assigning have no timeout of their own, acquiring the lock that they need has.
  void expect_lock_left(const Object& shared) {
    const Outcome acquired = main().call(shared, "acquire", {true, kPatience});
    if (acquired == Outcome(false))
      adapter().stop(Verdict::fail, "the dead process keeps the lock");
    ASSERT_THAT(acquired, Acquires());
    release(main(), shared);
  }
};

TEST_F(LockCrashConformance, CRASH_001_TheNextCallerAcquiresTheLock) {
  const Object lock = main().make("Lock");
  const auto children = spawn(2, {lock});
  acquire(children[0].actor, lock);
  kill(children[0]);
  ASSERT_THAT(main().call(lock, "acquire", {true, kPatience}), Acquires());
  expect_locked(children[1].actor, lock);
  release(main(), lock);
  acquire(children[1].actor, lock);
  expect_locked(main(), lock);
}

TEST_F(LockCrashConformance, CRASH_001_AWaitingCallerAcquiresTheLock) {
  const Object lock = main().make("Lock");
  const auto children = spawn(2, {lock});
  acquire(children[0].actor, lock);
  const Pending waiter = main().begin(lock, "acquire", {true, 3 * kPatience});
  wait_until_blocked(main(), waiter);
  kill(children[0]);
  ASSERT_THAT(waiter.wait(), Acquires());
  expect_locked(children[1].actor, lock);
  release(main(), lock);
  acquire(children[1].actor, lock);
}

TEST_F(LockCrashConformance, CRASH_002_AnotherProcessReleasesForTheDeadOne) {
  const Object lock = main().make("Lock");
  const auto children = spawn(2, {lock});
  Actor& other = children[1].actor;
  acquire(children[0].actor, lock);
  kill(children[0]);
  release(main(), lock);
  ASSERT_THAT(other.call(lock, "acquire", {true, kPatience}), Acquires());
  expect_locked(main(), lock);
  release(other, lock);
  acquire(main(), lock);
  expect_locked(other, lock);
}

TEST_F(LockCrashConformance, CRASH_003_TheNextCallerAcquiresTheRLock) {
  expect_next_at_level_one(1);
}

TEST_F(LockCrashConformance, CRASH_003_TheLevelsOfTheDeadDoNotCount) {
  expect_next_at_level_one(3);
}

TEST_F(LockCrashConformance, CRASH_004_AKilledWaiterOfALockLeavesItToAnotherOne) {
  expect_no_trace_of_a_waiter("Lock");
}

TEST_F(LockCrashConformance, CRASH_004_AKilledWaiterOfAnRLockLeavesItToAnotherOne) {
  expect_no_trace_of_a_waiter("RLock");
}

TEST_F(LockCrashConformance, CRASH_004_AKilledWaiterLeavesTheLockToALaterCaller) {
  expect_a_later_caller_acquires("Lock");
  expect_a_later_caller_acquires("RLock");
}

TEST_F(LockCrashConformance, CRASH_005_AValueWhoseLockTheDeadHeldIsReadAndAssigned) {
  const Object value = main().make("Value", {"i", 5});
  const auto children = spawn(2, {value});
  acquire(children[0].actor, value);
  kill(children[0]);
  expect_lock_left(value);
  EXPECT_THAT(main().call(value, "value"), Returns(5));
  EXPECT_THAT(main().call(value, "value.set", {6}), Returns(Value()));
  EXPECT_THAT(children[1].actor.call(value, "value"), Returns(6));
}

TEST_F(LockCrashConformance, CRASH_005_AnArrayWhoseLockTheDeadHeldIsReadAndAssigned) {
  const Object array = main().make("Array", {"i", list({1, 2, 3})});
  const auto children = spawn(2, {array});
  acquire(children[0].actor, array);
  kill(children[0]);
  expect_lock_left(array);
  EXPECT_THAT(main().call(array, "__setitem__", {1, 20}), Returns(Value()));
  EXPECT_THAT(children[1].actor.call(array, "to_list"), Returns(list({1, 20, 3})));
}

class TornValueConformance : public CrashConformance {
 protected:
  /// Kills a process that assigns the two in turn, again and again; `value` has no lock that it
  /// could take with it.
  void expect_one_of(const std::string& typecode, const Value& one, const Value& other) {
    const Object value = main().make("Value", {typecode, one}, {{"lock", false}});
    for (int round = 0; round < 4; ++round) {
      const Child child = main().spawn({value});
      Program body, program;
      body.call(value, "value.set", {other}).call(value, "value.set", {one});
      const Pending assigning = child.actor.begin_run(program.forever(body));
      await_change(value, one);
      kill_within(2ms, child, assigning);
      const Outcome left = main().call(value, "value");
      EXPECT_TRUE(left == Outcome(one) || left == Outcome(other)) << to_text(left);
    }
  }
  /// The child is at it.
  void await_change(const Object& value, const Value& before) {
    const auto deadline = adapter().deadline();
    while (main().call(value, "value") == Outcome(before)) {
      if (Clock::now() > deadline) inconclusive("no assignment was seen");
    }
  }
};

TEST_F(TornValueConformance, CRASH_006_IntegersAreWhole) {
  expect_one_of("q", 0x0102030405060708, -0x0102030405060709);
  expect_one_of("i", 0, -1);
}

TEST_F(TornValueConformance, CRASH_006_FloatsAreWhole) {
  expect_one_of("d", 0.0, -1.2345678901234567e-67);
}

}  // namespace
}  // namespace mpspec
