#include "mp/semaphore.hpp"

#include <gtest/gtest.h>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
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

}  // namespace
}  // namespace mp
