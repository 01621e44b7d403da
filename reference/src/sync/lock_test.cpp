#include "mp/lock.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/guard.hpp"
#include "mp/rlock.hpp"

namespace mp {
namespace {

using namespace std::chrono_literals;
using mp::testing::Forked;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result.error().code;
}

/// A process that acquired `lock` and waits to be killed.
template <class L>
Forked holder_of(const L& lock) {
  Signal holds;
  Forked child([&] {
    EXPECT_TRUE(lock.acquire());
    holds.raise();
    sleep_for_ever();
  });
  holds.await();
  return child;
}

TEST(Lock, IsNotRecursive) {
  const Lock lock = *Lock::create();
  EXPECT_TRUE(lock.acquire());
  EXPECT_EQ(code_of(lock.acquire(kPoll)), ErrorCode::TimedOut);
  EXPECT_EQ(code_of(lock.acquire(5ms)), ErrorCode::TimedOut);
  EXPECT_TRUE(lock.release());
  EXPECT_TRUE(lock.acquire(kPoll));
}

TEST(Lock, ReleasingAFreeLockIsAnError) {
  const Lock lock = *Lock::create();
  EXPECT_EQ(lock.release().error(),
            (Error{ErrorCode::InvalidArgument, "semaphore or lock released too many times"}));
}

TEST(Lock, AnotherProcessMayReleaseIt) {
  const Lock lock = *Lock::create();
  ASSERT_TRUE(lock.acquire());
  Forked other([&] { EXPECT_TRUE(lock.release()); });
  EXPECT_EQ(other.reap(), 0);
  EXPECT_TRUE(lock.acquire(kPoll));
}

TEST(Lock, AKilledHolderPassesItOn) {
  const Lock lock = *Lock::create();
  holder_of(lock).kill_and_reap();
  EXPECT_EQ(code_of(lock.acquire()), ErrorCode::OwnerDied);
  EXPECT_EQ(code_of(lock.acquire(kPoll)), ErrorCode::TimedOut) << "it is held now";
  EXPECT_TRUE(lock.release());
  EXPECT_TRUE(lock.acquire());
}

TEST(Lock, AHolderThatExitedPassesItOn) {
  const Lock lock = *Lock::create();
  Forked other([&] { EXPECT_TRUE(lock.acquire()); });
  EXPECT_EQ(other.reap(), 0);
  EXPECT_EQ(code_of(lock.acquire()), ErrorCode::OwnerDied);
}

TEST(RLock, CountsItsLevels) {
  const RLock lock = *RLock::create();
  EXPECT_TRUE(lock.acquire());
  EXPECT_TRUE(lock.acquire(kPoll));
  const auto other_may_acquire = [&] {
    Forked other([&] { EXPECT_TRUE(lock.acquire(kPoll) && lock.release()); });
    return other.reap() == 0;
  };
  EXPECT_TRUE(lock.release());
  Forked refused([&] { EXPECT_EQ(code_of(lock.acquire(kPoll)), ErrorCode::TimedOut); });
  EXPECT_EQ(refused.reap(), 0);
  EXPECT_TRUE(lock.release());
  EXPECT_TRUE(other_may_acquire());
  EXPECT_EQ(lock.release().error(),
            (Error{ErrorCode::NotOwner, "attempt to release recursive lock not owned by thread"}));
}

TEST(RLock, BelongsToOneThread) {
  const RLock lock = *RLock::create();
  ASSERT_TRUE(lock.acquire());
  std::thread([&] {
    EXPECT_EQ(code_of(lock.acquire(kPoll)), ErrorCode::TimedOut);
    EXPECT_EQ(code_of(lock.release()), ErrorCode::NotOwner);
  }).join();
  Forked child([&] {
    EXPECT_EQ(code_of(lock.acquire(kPoll)), ErrorCode::TimedOut) << "not inherited";
    EXPECT_EQ(code_of(lock.release()), ErrorCode::NotOwner);
  });
  EXPECT_EQ(child.reap(), 0);
  EXPECT_TRUE(lock.release());
}

TEST(RLock, AKilledHolderPassesItOnWhateverItsDepth) {
  const RLock lock = *RLock::create();
  Signal holds;
  Forked other([&] {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(lock.acquire());
    holds.raise();
    sleep_for_ever();
  });
  ASSERT_TRUE(holds.await());
  other.kill_and_reap();
  EXPECT_EQ(code_of(lock.acquire()), ErrorCode::OwnerDied);
  EXPECT_TRUE(lock.release());
  EXPECT_EQ(code_of(lock.release()), ErrorCode::NotOwner) << "one level, not four";
}

TEST(RLock, AThreadThatEndedPassesItOn) {
  const RLock lock = *RLock::create();
  std::thread([&] { EXPECT_TRUE(lock.acquire()); }).join();
  EXPECT_EQ(code_of(lock.acquire()), ErrorCode::OwnerDied);
}

TEST(Guard, HoldsForAScope) {
  const Lock lock = *Lock::create();
  {
    const auto guard = Guard<Lock>::acquire(lock);
    ASSERT_TRUE(guard);
    EXPECT_FALSE(guard->owner_died());
    EXPECT_EQ(code_of(Guard<Lock>::acquire(lock, kPoll)), ErrorCode::TimedOut);
  }
  EXPECT_TRUE(lock.acquire(kPoll));
}

TEST(Guard, HoldsWhatADeadHolderLeft) {
  const RLock lock = *RLock::create();
  holder_of(lock).kill_and_reap();
  {
    const auto guard = Guard<RLock>::acquire(lock);
    ASSERT_TRUE(guard);
    EXPECT_TRUE(guard->owner_died());
  }
  EXPECT_EQ(code_of(lock.release()), ErrorCode::NotOwner);
}

}  // namespace
}  // namespace mp
