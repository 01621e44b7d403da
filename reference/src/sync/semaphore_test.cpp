#include "mp/semaphore.hpp"

#include <gtest/gtest.h>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "base/testing/single_step.hpp"
#include "mp/value.hpp"

namespace mp {
namespace {

using namespace std::chrono_literals;
using mp::testing::Forked;
using mp::testing::kTestDeadline;
using mp::testing::Signal;

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result.error().code;
}

TEST(Semaphore, HandsOutItsPermits) {
  const Semaphore semaphore = *Semaphore::create(2);
  EXPECT_TRUE(semaphore.acquire(kPoll));
  EXPECT_TRUE(semaphore.acquire(kPoll));
  EXPECT_EQ(semaphore.get_value(), 0);
  EXPECT_EQ(code_of(semaphore.acquire(kPoll)), ErrorCode::TimedOut);
  EXPECT_EQ(code_of(semaphore.acquire(-1s)), ErrorCode::TimedOut);
  const Clock::time_point started = Clock::now();
  EXPECT_EQ(code_of(semaphore.acquire(20ms)), ErrorCode::TimedOut);
  EXPECT_GE(Clock::now() - started, 20ms);
  EXPECT_TRUE(semaphore.release());
  EXPECT_EQ(semaphore.get_value(), 1);
}

TEST(Semaphore, MayRiseAboveItsFirstValueButNotForEver) {
  const Semaphore semaphore = *Semaphore::create();
  EXPECT_TRUE(semaphore.release());
  EXPECT_EQ(semaphore.get_value(), 2);
  EXPECT_EQ(code_of(Semaphore::create(kSemaphoreValueMax)->release()), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Semaphore::create(kSemaphoreValueMax + 1)), ErrorCode::OutOfRange);
  EXPECT_EQ(code_of(Semaphore::create(-1)), ErrorCode::InvalidArgument);
}

TEST(BoundedSemaphore, DoesNotRiseAboveItsFirstValue) {
  const BoundedSemaphore semaphore = *BoundedSemaphore::create(1);
  const Error too_often{ErrorCode::InvalidArgument, "semaphore or lock released too many times"};
  EXPECT_EQ(semaphore.release().error(), too_often);
  EXPECT_TRUE(semaphore.acquire());
  EXPECT_TRUE(semaphore.release());
  EXPECT_EQ(semaphore.release().error(), too_often);
  EXPECT_EQ(BoundedSemaphore::create(0)->release().error(), too_often);
  EXPECT_EQ(code_of(BoundedSemaphore::create(-1)), ErrorCode::InvalidArgument);
}

TEST(Semaphore, AReleaseInAnotherProcessLetsAWaiterGo) {
  const Semaphore semaphore = *Semaphore::create(0);
  Forked waiter([&] { EXPECT_TRUE(semaphore.acquire()); });
  waiter.await_asleep();
  Forked releaser([&] { EXPECT_TRUE(semaphore.release()); });
  EXPECT_EQ(waiter.reap(), 0);
  EXPECT_EQ(releaser.reap(), 0);
  EXPECT_EQ(semaphore.get_value(), 0);
}

TEST(Semaphore, NeverHasMoreHoldersThanPermits) {
  constexpr int kPermits = 2;
  const Semaphore semaphore = *Semaphore::create(kPermits);
  const Value<int> holders = *Value<int>::create();
  const auto change_holders = [&](int by) {
    EXPECT_TRUE(holders.acquire());
    const int now = holders.value() + by;
    holders.set_value(now);
    EXPECT_TRUE(holders.release());
    return now;
  };
  std::vector<Forked> children;
  for (int i = 0; i < 4; ++i) {
    children.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        EXPECT_TRUE(semaphore.acquire());
        EXPECT_LE(change_holders(+1), kPermits);
        change_holders(-1);
        EXPECT_TRUE(semaphore.release());
      }
    });
  }
  for (Forked& child : children) EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(semaphore.get_value(), kPermits);
}

TEST(Semaphore, AKilledWaiterHoldsNobodyUp) {
  const Semaphore semaphore = *Semaphore::create(0);
  const auto acquire = [&] { EXPECT_TRUE(semaphore.acquire()); };
  Forked victim(acquire);
  Forked survivor(acquire);
  victim.await_asleep();
  survivor.await_asleep();
  victim.kill_and_reap();
  EXPECT_TRUE(semaphore.release());
  EXPECT_EQ(survivor.reap(), 0);
}

/// Acquires so many permits and waits until it is killed.
Forked holder_of(const Semaphore& semaphore, int permits) {
  Signal holds;
  Forked holder([&] {
    for (int n = 0; n < permits; ++n) EXPECT_TRUE(semaphore.acquire());
    holds.raise();
    mp::testing::sleep_for_ever();
  });
  EXPECT_TRUE(holds.await());
  return holder;
}

TEST(SemaphoreRecovery, GivesBackThePermitsOfTheDead) {
  const Semaphore semaphore = *Semaphore::create(5);
  Forked living = holder_of(semaphore, 1);
  Forked dead = holder_of(semaphore, 2);
  Forked also_dead = holder_of(semaphore, 2);
  EXPECT_EQ(*semaphore.recover(), 0) << "nobody has died";
  dead.kill_and_reap();
  also_dead.kill_and_reap();
  EXPECT_EQ(semaphore.get_value(), 0) << "only who asks gets them back";
  EXPECT_EQ(*semaphore.recover(), 4);
  EXPECT_EQ(semaphore.get_value(), 4);
  EXPECT_EQ(*semaphore.recover(), 0) << "once";
  living.kill_and_reap();
  EXPECT_EQ(*semaphore.recover(), 1);
}

TEST(SemaphoreRecovery, WakesWhoWaits) {
  const BoundedSemaphore semaphore = *BoundedSemaphore::create(1);
  Forked dead = holder_of(semaphore, 1);
  Forked waiter([&] { EXPECT_TRUE(semaphore.acquire()); });
  waiter.await_asleep();
  dead.kill_and_reap();
  EXPECT_EQ(*semaphore.recover(), 1);
  EXPECT_EQ(waiter.reap(), 0);
}

TEST(SemaphoreRecovery, NeverGivesWhatALivingProcessHolds) {
  const Semaphore semaphore = *Semaphore::create(2);
  Forked living = holder_of(semaphore, 1);
  Forked dead = holder_of(semaphore, 1);
  dead.kill_and_reap();
  EXPECT_TRUE(semaphore.release()) << "by hand, for the dead one";
  EXPECT_EQ(*semaphore.recover(), 0);
  EXPECT_EQ(semaphore.get_value(), 1);
}

TEST(SemaphoreRecovery, OfASemaphoreThatSignals) {
  const Semaphore items = *Semaphore::create(0);
  Forked producer([&] {
    for (int n = 0; n < 5; ++n) EXPECT_TRUE(items.release());
  });
  EXPECT_EQ(producer.reap(), 0);
  Forked consumer = holder_of(items, 3);
  consumer.kill_and_reap();
  EXPECT_EQ(*items.recover(), 0) << "what was consumed is no permit that was held";
  EXPECT_EQ(items.get_value(), 2);
}

TEST(SemaphoreRecovery, GoesOnWithMoreProcessesThanEntriesOneAfterTheOther) {
  const Semaphore semaphore = *Semaphore::create(1000);
  for (int n = 0; n < 300; ++n) {
    Forked passing([&] { EXPECT_TRUE(semaphore.acquire()); });
    EXPECT_EQ(passing.reap(), 0);
  }
  EXPECT_EQ(*semaphore.recover(), 300);
}

TEST(SemaphoreRecovery, AProcessKilledAnywhereLeavesExactlyItsPermit) {
  const auto prepare = [] { return *Semaphore::create(3); };
  const auto check = [](const Semaphore& semaphore) {
    const std::int64_t missing = 3 - semaphore.get_value();
    EXPECT_EQ(*semaphore.recover(), missing);
    EXPECT_EQ(semaphore.get_value(), 3);
  };
  mp::testing::kill_everywhere(
      80, prepare, [](const Semaphore& semaphore) { static_cast<void>(semaphore.acquire()); },
      check);
  mp::testing::kill_everywhere(
      80, prepare,
      [](const Semaphore& semaphore) {
        static_cast<void>(semaphore.acquire());
        static_cast<void>(semaphore.release());
      },
      check);
}

TEST(SemaphoreRecovery, AProcessKilledAnywhereInARecoveryRecoversOrNot) {
  const auto prepare = [] {
    const Semaphore semaphore = *Semaphore::create(3);
    holder_of(semaphore, 2).kill_and_reap();
    return semaphore;
  };
  mp::testing::kill_everywhere(
      20, prepare, [](const Semaphore& semaphore) { static_cast<void>(semaphore.recover()); },
      [](const Semaphore& semaphore) {
        EXPECT_TRUE(semaphore.get_value() == 1 || semaphore.get_value() == 3);
        EXPECT_TRUE(semaphore.recover());
        EXPECT_EQ(semaphore.get_value(), 3);
      });
}

TEST(SemaphoreRecovery, OthersMayAcquireAndReleaseMeanwhile) {
  const Semaphore semaphore = *Semaphore::create(4);
  holder_of(semaphore, 2).kill_and_reap();
  Signal stop;
  std::vector<Forked> busy;
  for (int n = 0; n < 2; ++n) {
    busy.emplace_back([&] {
      while (!stop.came_within(kPoll)) {
        if (!semaphore.acquire(kPoll)) continue;
        EXPECT_TRUE(semaphore.release());
      }
    });
  }
  std::int64_t recovered = 0;
  for (int n = 0; n < 5; ++n) recovered += semaphore.recover().value_or(0);
  stop.raise();
  stop.raise();
  for (Forked& process : busy) EXPECT_EQ(process.reap(), 0);
  recovered += *semaphore.recover();
  EXPECT_EQ(recovered, 2);
  EXPECT_EQ(semaphore.get_value(), 4);
}

}  // namespace
}  // namespace mp
