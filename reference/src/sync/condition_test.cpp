#include "mp/condition.hpp"

#include <gtest/gtest.h>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "base/testing/single_step.hpp"
#include "mp/value.hpp"

namespace mp {
namespace {

using namespace std::chrono_literals;
using mp::testing::Forked;
using mp::testing::kill_everywhere;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result.error().code;
}

class ConditionTest : public ::testing::Test {
 protected:
  /// A process that waits, and raises `woken` when it was notified.
  Forked waiter() {
    Forked child([this] {
      EXPECT_TRUE(condition.acquire());
      ready.raise();
      EXPECT_TRUE(condition.wait().value_or(false));
      EXPECT_TRUE(condition.release());
      woken.raise();
    });
    ready.await();
    return child;
  }
  std::vector<Forked> waiters(int count) {
    std::vector<Forked> children;
    for (int i = 0; i < count; ++i) children.push_back(waiter());
    return children;
  }

  /// Once the lock is held, everyone who said that it is ready has begun to wait.
  void notify(std::int64_t n) {
    EXPECT_TRUE(condition.acquire());
    EXPECT_TRUE(condition.notify(n));
    EXPECT_TRUE(condition.release());
  }
  void notify_all() {
    EXPECT_TRUE(condition.acquire());
    EXPECT_TRUE(condition.notify_all());
    EXPECT_TRUE(condition.release());
  }
  void expect_woken(int count) {
    for (int i = 0; i < count; ++i) EXPECT_TRUE(woken.await());
    // Long enough for every sleeper to have looked once more by itself.
    EXPECT_FALSE(woken.came_within(150ms)) << "more than were notified";
  }

  Condition condition = *Condition::create();
  Signal ready;
  Signal woken;
};

TEST_F(ConditionTest, NeedsItsLock) {
  EXPECT_EQ(condition.wait().error(),
            (Error{ErrorCode::NotOwner, "must acquire() condition before using wait()"}));
  EXPECT_EQ(condition.notify().error(), (Error{ErrorCode::NotOwner, "lock is not owned"}));
  EXPECT_EQ(code_of(condition.notify_all()), ErrorCode::NotOwner);
  ASSERT_TRUE(condition.acquire());
  Forked other([&] { EXPECT_EQ(code_of(condition.notify()), ErrorCode::NotOwner); });
  EXPECT_EQ(other.reap(), 0);
}

TEST_F(ConditionTest, TimesOutNotBeforeItsTimeAndHoldsTheLockAgain) {
  ASSERT_TRUE(condition.acquire());
  EXPECT_FALSE(*condition.wait(kPoll));
  EXPECT_FALSE(*condition.wait(-1s));
  const Clock::time_point started = Clock::now();
  EXPECT_FALSE(*condition.wait(20ms));
  EXPECT_GE(Clock::now() - started, 20ms);
  EXPECT_TRUE(condition.release());
}

TEST_F(ConditionTest, WakesAsManyAsAskedFor) {
  std::vector<Forked> children = waiters(4);
  notify(1);
  expect_woken(1);
  notify(2);
  expect_woken(2);
  notify_all();
  expect_woken(1);
  for (Forked& child : children) EXPECT_EQ(child.reap(), 0);
}

TEST_F(ConditionTest, ANotificationIsNotRemembered) {
  notify(1);
  notify_all();
  ASSERT_TRUE(condition.acquire());
  EXPECT_FALSE(*condition.wait(5ms));
  EXPECT_TRUE(condition.release());
  const std::vector<Forked> children = waiters(1);
  notify(0);
  notify(-1);
  expect_woken(0);
}

TEST_F(ConditionTest, ALaterWaiterDoesNotTakeIt) {
  Forked first = waiter();
  ASSERT_TRUE(condition.acquire());
  EXPECT_TRUE(condition.notify());
  EXPECT_FALSE(*condition.wait(kPoll)) << "it was for the one that waited before";
  EXPECT_TRUE(condition.release());
  EXPECT_EQ(first.reap(), 0);
}

TEST_F(ConditionTest, ReleasesAllLevels) {
  ASSERT_TRUE(condition.acquire());
  ASSERT_TRUE(condition.acquire());
  Forked notifier([&] { notify(1); });
  EXPECT_TRUE(*condition.wait());
  EXPECT_EQ(notifier.reap(), 0);
  EXPECT_TRUE(condition.release());
  Forked refused([&] { EXPECT_EQ(code_of(condition.acquire(kPoll)), ErrorCode::TimedOut); });
  EXPECT_EQ(refused.reap(), 0) << "both levels are back";
  EXPECT_TRUE(condition.release());
}

TEST_F(ConditionTest, WorksWithALockOfTheCallers) {
  const Lock lock = *Lock::create();
  condition = *Condition::create(lock);
  Forked child = waiter();
  ASSERT_TRUE(lock.acquire());
  EXPECT_TRUE(condition.notify());
  EXPECT_TRUE(lock.release());
  EXPECT_EQ(child.reap(), 0);
}

TEST_F(ConditionTest, WaitsForAPredicate) {
  const Value<int> value = *Value<int>::create();
  const auto is_three = [&] { return value.value() == 3; };
  ASSERT_TRUE(condition.acquire());
  EXPECT_FALSE(*condition.wait_for(is_three, 5ms));
  Forked counter([&] {
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(condition.acquire());
      value.set_value(value.value() + 1);
      EXPECT_TRUE(condition.notify_all());
      EXPECT_TRUE(condition.release());
    }
  });
  EXPECT_TRUE(*condition.wait_for(is_three));
  EXPECT_TRUE(*condition.wait_for(is_three, kPoll)) << "at once when it holds";
  EXPECT_TRUE(condition.release());
  EXPECT_EQ(counter.reap(), 0);
}

TEST_F(ConditionTest, AKilledWaiterHoldsNobodyUp) {
  std::vector<Forked> victims = waiters(2);
  Forked survivor = waiter();
  for (Forked& victim : victims) victim.kill_and_reap();
  notify(1);
  EXPECT_TRUE(woken.await()) << "the notification went to a dead waiter";
  EXPECT_EQ(survivor.reap(), 0);
  notify_all();
  std::vector<Forked> children = waiters(2);
  notify(1);
  expect_woken(1);
  notify(1);
  expect_woken(1);
}

TEST_F(ConditionTest, AKilledNotifierIsTold) {
  Forked child([this] {
    EXPECT_TRUE(condition.acquire());
    ready.raise();
    EXPECT_EQ(code_of(condition.wait()), ErrorCode::OwnerDied);
    EXPECT_TRUE(condition.release());
  });
  ASSERT_TRUE(ready.await());
  Forked notifier([&] {
    EXPECT_TRUE(condition.acquire());
    EXPECT_TRUE(condition.notify());
    ready.raise();
    sleep_for_ever();
  });
  ASSERT_TRUE(ready.await());
  notifier.kill_and_reap();
  EXPECT_EQ(child.reap(), 0);
}

/// After a death anywhere in an operation the condition still wakes whoever waits.
void expect_usable(const Condition& condition) {
  Signal ready;
  Forked child([&] {
    EXPECT_TRUE(condition.acquire() || true);  // OwnerDied holds it too
    ready.raise();
    EXPECT_TRUE(condition.wait().value_or(false));
    EXPECT_TRUE(condition.release());
  });
  ASSERT_TRUE(ready.await());
  EXPECT_TRUE(condition.acquire());
  EXPECT_TRUE(condition.notify());
  EXPECT_TRUE(condition.release());
  EXPECT_EQ(child.reap(), 0);
}

TEST(ConditionDeath, OfANotifierAnywhere) {
  for (const std::int64_t n : {1, 2}) {
    kill_everywhere(
        60,
        [] {
          // Two that wait and were killed: the notifier finds somebody to notify.
          const Condition condition = *Condition::create();
          for (int i = 0; i < 3; ++i) {
            Signal ready;
            Forked child([&] {
              EXPECT_TRUE(condition.acquire());
              ready.raise();
              static_cast<void>(condition.wait());
            });
            EXPECT_TRUE(ready.await());
            EXPECT_TRUE(condition.acquire()) << "it waits now";
            EXPECT_TRUE(condition.release());
            child.kill_and_reap();
          }
          return condition;
        },
        [n](const Condition& condition) {
          static_cast<void>(condition.acquire());
          static_cast<void>(condition.notify(n));
          static_cast<void>(condition.release());
        },
        expect_usable);
  }
}

TEST(ConditionDeath, OfAWaiterAnywhere) {
  kill_everywhere(
      60, [] { return *Condition::create(); },
      [](const Condition& condition) {
        static_cast<void>(condition.acquire());
        static_cast<void>(condition.wait(kPoll));
        static_cast<void>(condition.release());
      },
      expect_usable);
}

}  // namespace
}  // namespace mp
