// CONDITION: waiting for a notification without holding the lock.
#include <algorithm>

#include "tests/support/condition_waiter.hpp"
#include "tests/support/holders.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class ConditionConformance : public Conformance {
 protected:
  static Outcome acquire(Actor& actor, const Object& condition, const Args& args = {}) {
    return actor.call(condition, "acquire", args);
  }
  static Outcome release(Actor& actor, const Object& condition) {
    return actor.call(condition, "release");
  }
  static void expect_held(Actor& other, const Object& condition) {
    EXPECT_THAT(acquire(other, condition, {false}), Returns(false));
  }
  static void expect_free(Actor& actor, const Object& condition) {
    EXPECT_THAT(acquire(actor, condition, {false}), Returns(true));
    EXPECT_THAT(release(actor, condition), Returns(Value()));
  }
  /// The main process acquires, notifies and releases; when it did what.
  struct Notification {
    Outcome notified;
    Outcome released;
  };
  Notification notify(const Object& condition, const std::string& method, const Args& args = {}) {
    EXPECT_THAT(acquire(main(), condition), Returns(true));
    const Outcome notified = main().call(condition, method, args);
    EXPECT_THAT(notified, Returns(Value()));
    const Outcome released = release(main(), condition);
    EXPECT_THAT(released, Returns(Value()));
    return {notified, released};
  }
};

TEST_F(ConditionConformance, CONDITION_001_AnRLockOfItsOwn) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  EXPECT_THAT(acquire(main(), condition), Returns(true));
  EXPECT_THAT(acquire(main(), condition), Returns(true));
  expect_held(child.actor, condition);
  EXPECT_THAT(release(child.actor, condition), FailsWith("AssertionError"));
  EXPECT_THAT(release(main(), condition), Returns(Value()));
  expect_held(child.actor, condition);
  EXPECT_THAT(release(main(), condition), Returns(Value()));
  expect_free(child.actor, condition);
}

TEST_F(ConditionConformance, CONDITION_001_TheLockThatWasGiven) {
  const Object lock = main().make("Lock");
  const Object condition = main().make("Condition", {lock});
  const Child child = main().spawn({lock, condition});
  EXPECT_THAT(acquire(main(), condition), Returns(true));
  EXPECT_THAT(acquire(main(), condition, {false}), Returns(false));
  EXPECT_THAT(child.actor.call(lock, "acquire", {false}), Returns(false));
  EXPECT_THAT(release(main(), condition), Returns(Value()));
  EXPECT_THAT(child.actor.call(lock, "acquire", {false}), Returns(true));
  expect_held(main(), condition);
}

TEST_F(ConditionConformance, CONDITION_001_TheRLockThatWasGiven) {
  const Object lock = main().make("RLock");
  const Object condition = main().make("Condition", {lock});
  const Child child = main().spawn({lock, condition});
  EXPECT_THAT(acquire(main(), condition), Returns(true));
  EXPECT_THAT(main().call(lock, "acquire"), Returns(true));
  EXPECT_THAT(release(main(), condition), Returns(Value()));
  expect_held(child.actor, condition);
  EXPECT_THAT(main().call(lock, "release"), Returns(Value()));
  expect_free(child.actor, condition);
}

TEST_F(ConditionConformance, CONDITION_001_AcquireGivesUp) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  EXPECT_THAT(acquire(main(), condition), Returns(true));
  const Outcome outcome = acquire(child.actor, condition, {true, 0.05});
  EXPECT_THAT(outcome, Returns(false));
  EXPECT_GE(duration(outcome), 50ms);
}

TEST_F(ConditionConformance, CONDITION_002_NobodyHoldsTheLock) {
  const Object condition = main().make("Condition");
  EXPECT_THAT(main().call(condition, "wait"), FailsWith("AssertionError"));
  EXPECT_THAT(main().call(condition, "wait", {0.01}), FailsWith("AssertionError"));
  EXPECT_THAT(main().call(condition, "notify"), FailsWith("AssertionError"));
  EXPECT_THAT(main().call(condition, "notify_all"), FailsWith("AssertionError"));
  expect_free(main(), condition);
}

TEST_F(ConditionConformance, CONDITION_002_AnotherHoldsTheLock) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  EXPECT_THAT(acquire(child.actor, condition), Returns(true));
  EXPECT_THAT(main().call(condition, "wait"), FailsWith("AssertionError"));
  EXPECT_THAT(main().call(condition, "notify"), FailsWith("AssertionError"));
  EXPECT_THAT(main().call(condition, "notify_all"), FailsWith("AssertionError"));
  expect_held(main(), condition);
}

TEST_F(ConditionConformance, CONDITION_002_NobodyIsWoken) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  const ConditionWaiter waiter(child.actor, condition, main());
  EXPECT_THAT(main().call(condition, "notify"), FailsWith("AssertionError"));
  EXPECT_THAT(main().call(condition, "notify_all"), FailsWith("AssertionError"));
  EXPECT_FALSE(waiter.returned_within(20ms));
  const Notification notification = notify(condition, "notify");
  const Outcome outcome = waiter.outcome();
  EXPECT_THAT(outcome, Returns(true));
  EXPECT_LE(notification.notified.began, outcome.ended);
}

TEST_F(ConditionConformance, CONDITION_003_OthersAcquireWhileItWaits) {
  for (const int levels : {1, 3}) {
    const Object condition = main().make("Condition");
    const Child child = main().spawn({condition});
    for (int i = 0; i < levels; ++i) EXPECT_THAT(acquire(child.actor, condition), Returns(true));
    const Pending waiter = child.actor.begin(condition, "wait");
    EXPECT_THAT(acquire(main(), condition), Returns(true));
    EXPECT_THAT(main().call(condition, "notify"), Returns(Value()));
    EXPECT_THAT(release(main(), condition), Returns(Value()));
    EXPECT_THAT(waiter.wait(), Returns(true));
    for (int i = 0; i < levels; ++i) {
      expect_held(main(), condition);
      EXPECT_THAT(release(child.actor, condition), Returns(Value()));
    }
    expect_free(main(), condition);
  }
}

TEST_F(ConditionConformance, CONDITION_003_TheLockThatWasGiven) {
  const Object lock = main().make("Lock");
  const Object condition = main().make("Condition", {lock});
  const Child child = main().spawn({lock, condition});
  EXPECT_THAT(acquire(child.actor, condition), Returns(true));
  const Pending waiter = child.actor.begin(condition, "wait");
  EXPECT_THAT(main().call(lock, "acquire"), Returns(true));
  EXPECT_THAT(main().call(condition, "notify"), Returns(Value()));
  EXPECT_THAT(main().call(lock, "release"), Returns(Value()));
  EXPECT_THAT(waiter.wait(), Returns(true));
  EXPECT_THAT(main().call(lock, "acquire", {false}), Returns(false));
  EXPECT_THAT(release(child.actor, condition), Returns(Value()));
  EXPECT_THAT(main().call(lock, "acquire", {false}), Returns(true));
}

TEST_F(ConditionConformance, CONDITION_004_NotBeforeANotification) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  for (const std::string method : {"notify", "notify_all"}) {
    const ConditionWaiter waiter(child.actor, condition, main());
    EXPECT_FALSE(waiter.returned_within(20ms));
    const Notification notification = notify(condition, method);
    const Outcome outcome = waiter.outcome();
    EXPECT_THAT(outcome, Returns(true));
    EXPECT_LE(notification.notified.began, outcome.ended);
  }
}

TEST_F(ConditionConformance, CONDITION_004_NotBeforeTheLockIsReleased) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  for (const std::string method : {"notify", "notify_all"}) {
    const ConditionWaiter waiter(child.actor, condition, main());
    EXPECT_THAT(acquire(main(), condition), Returns(true));
    EXPECT_THAT(main().call(condition, method), Returns(Value()));
    EXPECT_FALSE(waiter.returned_within(20ms));
    const Outcome released = release(main(), condition);
    const Outcome outcome = waiter.outcome();
    EXPECT_THAT(outcome, Returns(true));
    EXPECT_LE(released.began, outcome.ended);
  }
}

TEST_F(ConditionConformance, CONDITION_004_ANotificationWithinTheTimeout) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  const ConditionWaiter waiter(child.actor, condition, main(), {3600.0});
  notify(condition, "notify");
  EXPECT_THAT(waiter.outcome(), Returns(true));
}

TEST_F(ConditionConformance, CONDITION_005_FalseAfterTheTimeoutWithTheLock) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  EXPECT_THAT(acquire(child.actor, condition), Returns(true));
  const Outcome outcome = child.actor.call(condition, "wait", {0.05});
  EXPECT_THAT(outcome, Returns(false));
  EXPECT_GE(duration(outcome), 50ms);
  expect_held(main(), condition);
  EXPECT_THAT(release(child.actor, condition), Returns(Value()));
  expect_free(main(), condition);
}

TEST_F(ConditionConformance, CONDITION_005_ZeroAndLessDoNotWait) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  EXPECT_THAT(acquire(child.actor, condition), Returns(true));
  for (const Value& timeout : {Value(0), Value(0.0), Value(-1), Value(-0.5)}) {
    EXPECT_THAT(child.actor.call(condition, "wait", {timeout}), Returns(false)) << timeout;
    expect_held(main(), condition);
  }
}

TEST_F(ConditionConformance, CONDITION_005_TheLockIsWaitedForAfterTheTimeout) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  const ConditionWaiter waiter(child.actor, condition, main(), {0.05});
  EXPECT_THAT(acquire(main(), condition), Returns(true));
  EXPECT_FALSE(waiter.returned_within(100ms));
  const Outcome released = release(main(), condition);
  const Outcome outcome = waiter.outcome();
  EXPECT_THAT(outcome, Returns(false));
  EXPECT_LE(released.began, outcome.ended);
}

TEST_F(ConditionConformance, CONDITION_006_OneByOne) {
  const Object condition = main().make("Condition");
  std::vector<Child> children;
  std::deque<ConditionWaiter> waiters;
  for (int i = 0; i < 3; ++i) children.push_back(main().spawn({condition}));
  for (const Child& child : children) waiters.emplace_back(child.actor, condition, main());
  std::vector<Notification> notifications;
  for (std::size_t woken = 1; woken <= 3; ++woken) {
    notifications.push_back(notify(condition, "notify"));
    EXPECT_EQ(wait_for_returns(adapter(), waiters, woken), woken);
  }
  std::vector<Clock::time_point> returns;
  for (const ConditionWaiter& waiter : waiters) {
    EXPECT_THAT(waiter.outcome(), Returns(true));
    returns.push_back(waiter.outcome().ended);
  }
  std::sort(returns.begin(), returns.end());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_LE(notifications[i].notified.began, returns[i]) << i;
}

TEST_F(ConditionConformance, CONDITION_007_EveryWaiterReturnsHoldingTheLock) {
  const Object condition = main().make("Condition");
  std::vector<Child> children;
  std::deque<ConditionWaiter> waiters;
  for (int i = 0; i < 3; ++i) children.push_back(main().spawn({condition}));
  for (const Child& child : children) waiters.emplace_back(child.actor, condition, main());
  notify(condition, "notify_all");
  std::vector<Holding> holdings;
  for (const ConditionWaiter& waiter : waiters) {
    EXPECT_THAT(waiter.outcome(), Returns(true));
    holdings.push_back(waiter.holding());
  }
  EXPECT_EQ(most_at_once(holdings), 1U);
}

TEST_F(ConditionConformance, CONDITION_008_NotifyWithoutWaiters) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  for (const std::string method : {"notify", "notify_all"}) {
    notify(condition, method);
    EXPECT_THAT(acquire(child.actor, condition), Returns(true));
    const Outcome outcome = child.actor.call(condition, "wait", {0.05});
    EXPECT_THAT(outcome, Returns(false)) << method;
    EXPECT_GE(duration(outcome), 50ms);
    EXPECT_THAT(release(child.actor, condition), Returns(Value()));
  }
}

TEST_F(ConditionConformance, CONDITION_008_ManyNotificationsWithoutWaiters) {
  const Object condition = main().make("Condition");
  const Child child = main().spawn({condition});
  notify(condition, "notify", {3});
  const ConditionWaiter waiter(child.actor, condition, main());
  EXPECT_FALSE(waiter.returned_within(20ms));
  const Notification notification = notify(condition, "notify_all");
  const Outcome outcome = waiter.outcome();
  EXPECT_THAT(outcome, Returns(true));
  EXPECT_LE(notification.notified.began, outcome.ended);
}

TEST_F(ConditionConformance, CONDITION_009_NoNotificationIsLost) {
  constexpr int kRounds = 100;
  const Object condition = main().make("Condition");
  // A waiter releases it while it holds the lock: from then on it counts as one that began to wait
  // before the notifier can have acquired the lock.
  const Object ready = main().make("Semaphore", {0});
  std::vector<Pending> running;
  Program wait;
  wait.call(condition, "acquire")
      .call(ready, "release")
      .let("woken", condition, "wait")
      .append("outcomes", var("woken"))
      .call(condition, "release");
  Program waiter;
  waiter.repeat(kRounds, wait);
  for (int i = 0; i < 3; ++i)
    running.push_back(main().spawn({condition, ready}).actor.begin_run(waiter));
  Program notify_once;
  for (int i = 0; i < 3; ++i) notify_once.call(ready, "acquire");
  notify_once.call(condition, "acquire").call(condition, "notify_all").call(condition, "release");
  Program notifier;
  notifier.repeat(kRounds, notify_once);
  EXPECT_THAT(main().run(notifier), Succeeds());
  const Value all_woken = list(std::vector<Value>(kRounds, true));
  for (const Pending& pending : running)
    EXPECT_EQ(variable(pending.wait().value(), "outcomes"), all_woken);
}

TEST_F(ConditionConformance, CONDITION_010_SomeWaiterIsWoken) {
  const Object condition = main().make("Condition");
  const Child one = main().spawn({condition});
  const Child other = main().spawn({condition});
  std::deque<ConditionWaiter> waiters;
  for (const Child& child : {one, other}) waiters.emplace_back(child.actor, condition, main());
  notify(condition, "notify");
  EXPECT_EQ(wait_for_returns(adapter(), waiters, 1), 1U);
  observe(waiters[0].returned_within(0ms), "the one that waited longest was woken",
          "another one than that which waited longest was woken");
  notify(condition, "notify");
  for (const ConditionWaiter& waiter : waiters) EXPECT_THAT(waiter.outcome(), Returns(true));
}

}  // namespace
}  // namespace mpspec
