#include "sync/robust_lock.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "shm/segment.hpp"

namespace mp::sync {
namespace {

using namespace std::chrono_literals;
using mp::testing::Forked;
using mp::testing::kTestDeadline;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;
using Outcome = RobustLock::Outcome;

struct State {
  static constexpr shm::Kind kKind = shm::Kind::Lock;
  static constexpr std::uint16_t kLayoutVersion = 1;
  RobustLock lock;
  std::uint64_t counter = 0;  // plain: only the lock keeps it whole
};

class RobustLockTest : public ::testing::Test {
 protected:
  Outcome acquire(Timeout timeout) {
    return lock.acquire(this_process(), Deadline::after(timeout));
  }

  /// A process that holds the lock until it is killed.
  Forked holder() {
    Signal holds;
    Forked child([&] {
      acquire(kForever);
      holds.raise();
      sleep_for_ever();
    });
    holds.await();
    return child;
  }

  std::shared_ptr<State> state = *shm::make_shared_state<State>();
  RobustLock& lock = state->lock;
};

TEST_F(RobustLockTest, NamesItsHolder) {
  EXPECT_TRUE(lock.holder().is_nobody());
  EXPECT_EQ(acquire(kPoll), Outcome::Acquired);
  EXPECT_EQ(lock.holder(), base::this_process());
  EXPECT_TRUE(lock.release());
  EXPECT_TRUE(lock.holder().is_nobody());
  EXPECT_FALSE(lock.release()) << "nobody held it";
}

TEST_F(RobustLockTest, AHeldLockTimesOutNotBeforeItsTime) {
  const Forked other = holder();
  EXPECT_EQ(acquire(kPoll), Outcome::TimedOut);
  EXPECT_EQ(acquire(-1s), Outcome::TimedOut);
  const Clock::time_point started = Clock::now();
  EXPECT_EQ(acquire(20ms), Outcome::TimedOut);
  EXPECT_GE(Clock::now() - started, 20ms);
  EXPECT_EQ(lock.holder().number(), other.pid());
}

TEST_F(RobustLockTest, ExcludesProcesses) {
  constexpr int kProcesses = 4;
  constexpr int kRounds = 5000;
  std::vector<Forked> children;
  for (int i = 0; i < kProcesses; ++i) {
    children.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        EXPECT_EQ(acquire(kForever), Outcome::Acquired);
        const std::uint64_t before = state->counter;
        if (round % 64 == 0) ::sched_yield();  // be interrupted in the middle
        state->counter = before + 1;
        EXPECT_TRUE(lock.release());
      }
    });
  }
  for (Forked& child : children) EXPECT_EQ(child.reap(), 0);
  EXPECT_EQ(state->counter, std::uint64_t{kProcesses * kRounds});
}

TEST_F(RobustLockTest, AnyProcessMayRelease) {
  Forked other = holder();
  EXPECT_TRUE(lock.release());
  EXPECT_EQ(acquire(kPoll), Outcome::Acquired);
  other.kill_and_reap();
  EXPECT_TRUE(lock.release());
  EXPECT_EQ(acquire(kPoll), Outcome::Acquired) << "who no longer holds it leaves nothing behind";
}

TEST_F(RobustLockTest, APollFindsTheHolderDead) {
  Forked other = holder();
  other.kill();
  other.await_end();
  EXPECT_EQ(acquire(kPoll), Outcome::OwnerDied) << "also while it is a zombie";
  EXPECT_EQ(lock.holder(), base::this_process());
  EXPECT_TRUE(lock.release());
  EXPECT_EQ(acquire(kPoll), Outcome::Acquired) << "it is told once";
}

TEST_F(RobustLockTest, AWaiterFindsTheHolderDead) {
  Forked other = holder();
  Signal got_it;
  Forked waiter([&] {
    if (acquire(kForever) == Outcome::OwnerDied) got_it.raise();
    lock.release();
  });
  waiter.await_asleep();
  other.kill_and_reap();
  EXPECT_TRUE(got_it.await());
  EXPECT_EQ(waiter.reap(), 0);
}

TEST_F(RobustLockTest, OneOfSeveralWaitersIsTold) {
  Forked other = holder();
  Signal told;
  std::vector<Forked> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters.emplace_back([&] {
      if (acquire(kForever) == Outcome::OwnerDied) told.raise();
      lock.release();
    });
  }
  for (const Forked& waiter : waiters) waiter.await_asleep();
  other.kill_and_reap();
  for (Forked& waiter : waiters) EXPECT_EQ(waiter.reap(), 0);
  EXPECT_TRUE(told.await());
  EXPECT_FALSE(told.came_within(kPoll)) << "only the first one after the death";
}

TEST_F(RobustLockTest, AKilledWaiterHoldsNobodyUp) {
  ASSERT_EQ(acquire(kPoll), Outcome::Acquired);
  Signal got_it;
  const auto wait_for_it = [&] {
    acquire(kForever);
    got_it.raise();
    lock.release();
  };
  Forked victim(wait_for_it);
  Forked survivor(wait_for_it);
  victim.await_asleep();
  survivor.await_asleep();
  victim.kill_and_reap();
  EXPECT_TRUE(lock.release());
  EXPECT_TRUE(got_it.await());
  EXPECT_EQ(survivor.reap(), 0);
}

TEST_F(RobustLockTest, ALostWakeUpIsMadeUpFor) {
  // What a releaser leaves behind that is killed between its release and its wake-up: a free word
  // and a sleeper.
  ASSERT_EQ(acquire(kPoll), Outcome::Acquired);
  Signal got_it;
  Forked waiter([&] {
    acquire(kForever);
    got_it.raise();
  });
  waiter.await_asleep();
  new (&lock) RobustLock;
  EXPECT_TRUE(got_it.await());
}

TEST_F(RobustLockTest, AnOrphanedLockTellsTheNextOne) {
  ASSERT_EQ(acquire(kPoll), Outcome::Acquired);
  lock.release_orphaned();
  EXPECT_TRUE(lock.holder().is_nobody());
  EXPECT_FALSE(lock.release()) << "it is free";
  EXPECT_EQ(acquire(kPoll), Outcome::OwnerDied) << "and still orphaned";
  EXPECT_TRUE(lock.release());
  EXPECT_EQ(acquire(kPoll), Outcome::Acquired);
}

TEST_F(RobustLockTest, AGuardRecoversFromADeadHolder) {
  holder().kill_and_reap();
  {
    const RobustGuard guard(lock);
    EXPECT_TRUE(guard.owner_died());
  }
  EXPECT_FALSE(RobustGuard(lock).owner_died());
}

}  // namespace
}  // namespace mp::sync
