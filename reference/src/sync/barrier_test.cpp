#include "mp/barrier.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "base/testing/single_step.hpp"
#include "mp/array.hpp"
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

/// A process that waits at the barrier and is told that it broke.
Forked party_of_a_broken_round(const Barrier& barrier) {
  Forked child([&] { EXPECT_EQ(code_of(barrier.wait()), ErrorCode::BrokenBarrier); });
  child.await_asleep();
  return child;
}

TEST(Barrier, OfOnePartyPassesAtOnce) {
  const Barrier barrier = *Barrier::create(1);
  EXPECT_EQ(*barrier.wait(), 0);
  EXPECT_EQ(*barrier.wait(kPoll), 0);
  EXPECT_EQ(barrier.parties(), 1);
  EXPECT_EQ(barrier.n_waiting(), 0);
}

TEST(Barrier, ChecksItsArguments) {
  EXPECT_EQ(code_of(Barrier::create(0)), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Barrier::create(-1)), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(Barrier::create(kBarrierPartiesMax + 1)), ErrorCode::TooLarge);
}

TEST(Barrier, LetsNobodyPassBeforeAllHaveCome) {
  constexpr int kParties = 3;
  constexpr int kRounds = 300;
  const Barrier barrier = *Barrier::create(kParties);
  const RawArray<int> came = *RawArray<int>::create(kRounds);
  const RawArray<int> indexes = *RawArray<int>::create(kRounds);  // one bit for each
  std::vector<Forked> children;
  for (int i = 0; i < kParties; ++i) {
    children.emplace_back([&] {
      for (std::size_t round = 0; round < kRounds; ++round) {
        std::atomic_ref(came.span()[round]).fetch_add(1);
        const Result<int> index = barrier.wait();
        ASSERT_TRUE(index);
        EXPECT_EQ(std::atomic_ref(came.span()[round]).load(), kParties);
        std::atomic_ref(indexes.span()[round]).fetch_add(1 << *index);
      }
    });
  }
  for (Forked& child : children) EXPECT_EQ(child.reap(), 0);
  for (const int seen : indexes.span()) EXPECT_EQ(seen, (1 << kParties) - 1);
  EXPECT_FALSE(barrier.broken());
  EXPECT_EQ(barrier.n_waiting(), 0);
}

TEST(Barrier, MorePartiesThanItAsksForFormSeveralRounds) {
  const Barrier barrier = *Barrier::create(2);
  const RawArray<int> visits = *RawArray<int>::create(1);
  std::vector<Forked> children;
  for (int i = 0; i < 6; ++i) {
    children.emplace_back([&] {
      // An even number of visits in all, or somebody would be left alone.
      while (std::atomic_ref(visits.span()[0]).fetch_add(1) < 600) EXPECT_TRUE(barrier.wait());
    });
  }
  for (Forked& child : children) EXPECT_EQ(child.reap(), 0);
}

TEST(Barrier, ThreadsOfOneProcessAreParties) {
  const Barrier barrier = *Barrier::create(2);
  std::thread other([&] { EXPECT_TRUE(barrier.wait()); });
  EXPECT_TRUE(barrier.wait());
  other.join();
}

TEST(Barrier, ATimeoutBreaksIt) {
  const Barrier barrier = *Barrier::create(3);
  Forked other = party_of_a_broken_round(barrier);
  EXPECT_EQ(barrier.n_waiting(), 1);
  const Clock::time_point started = Clock::now();
  EXPECT_EQ(code_of(barrier.wait(20ms)), ErrorCode::BrokenBarrier);
  EXPECT_GE(Clock::now() - started, 20ms);
  EXPECT_EQ(other.reap(), 0);
  EXPECT_TRUE(barrier.broken());
  EXPECT_EQ(code_of(barrier.wait()), ErrorCode::BrokenBarrier) << "at once";
  barrier.reset();
  EXPECT_FALSE(barrier.broken());
  EXPECT_EQ(code_of(barrier.wait(kPoll)), ErrorCode::BrokenBarrier) << "zero breaks at once";
  EXPECT_TRUE(barrier.broken());
}

TEST(Barrier, HasATimeoutOfItsOwn) {
  const Barrier barrier = *Barrier::create(2, {}, 5ms);
  EXPECT_EQ(code_of(barrier.wait()), ErrorCode::BrokenBarrier);
}

TEST(Barrier, AbortTellsThoseWhoWait) {
  const Barrier barrier = *Barrier::create(2);
  Forked other = party_of_a_broken_round(barrier);
  barrier.abort();
  EXPECT_EQ(other.reap(), 0);
  EXPECT_TRUE(barrier.broken());
}

TEST(Barrier, ResetTellsThoseWhoWaitAndLeavesItWhole) {
  const Barrier barrier = *Barrier::create(2);
  Forked other = party_of_a_broken_round(barrier);
  barrier.reset();
  EXPECT_EQ(other.reap(), 0);
  EXPECT_FALSE(barrier.broken());
  Forked partner([&] { EXPECT_TRUE(barrier.wait()); });
  EXPECT_TRUE(barrier.wait());
  EXPECT_EQ(partner.reap(), 0);
}

TEST(BarrierAction, RunsOnceBeforeAnybodyPasses) {
  const RawValue<int> runs = *RawValue<int>::create();
  const Barrier barrier = *Barrier::create(2, [&] { runs.set_value(runs.value() + 1); });
  Forked other([&] {
    for (int round = 1; round <= 100; ++round) {
      EXPECT_TRUE(barrier.wait());
      EXPECT_GE(runs.value(), round);
    }
  });
  for (int round = 1; round <= 100; ++round) {
    EXPECT_TRUE(barrier.wait());
    EXPECT_GE(runs.value(), round);
  }
  EXPECT_EQ(other.reap(), 0);
  EXPECT_EQ(runs.value(), 100);
}

TEST(BarrierAction, ThatThrowsBreaksTheBarrier) {
  const Barrier barrier = *Barrier::create(2, [] { throw std::runtime_error("meant to happen"); });
  Forked other = party_of_a_broken_round(barrier);
  EXPECT_THROW(static_cast<void>(barrier.wait()), std::runtime_error);
  EXPECT_EQ(other.reap(), 0);
  EXPECT_TRUE(barrier.broken());
}

TEST(BarrierAction, OfAKilledPartyBreaksTheBarrier) {
  Signal acting;
  const Barrier barrier = *Barrier::create(2, [&] {
    acting.raise();
    sleep_for_ever();
  });
  Forked waiting = party_of_a_broken_round(barrier);
  Forked actor([&] { static_cast<void>(barrier.wait()); });
  ASSERT_TRUE(acting.await());
  actor.kill_and_reap();
  EXPECT_EQ(waiting.reap(), 0);
  EXPECT_TRUE(barrier.broken());
}

TEST(BarrierDeath, OfAPartyThatWaitsBreaksIt) {
  const Barrier barrier = *Barrier::create(3);
  Forked victim([&] { static_cast<void>(barrier.wait()); });
  victim.await_asleep();
  Forked other = party_of_a_broken_round(barrier);
  victim.kill_and_reap();
  EXPECT_EQ(other.reap(), 0) << "it found out by itself";
  EXPECT_TRUE(barrier.broken());
  EXPECT_EQ(barrier.n_waiting(), 0);
}

TEST(BarrierDeath, IsSeenByTheLastToCome) {
  const Barrier barrier = *Barrier::create(2);
  Forked victim([&] { static_cast<void>(barrier.wait()); });
  victim.await_asleep();
  victim.kill_and_reap();
  EXPECT_EQ(code_of(barrier.wait()), ErrorCode::BrokenBarrier);
  barrier.reset();
  Forked partner([&] { EXPECT_TRUE(barrier.wait()); });
  EXPECT_TRUE(barrier.wait());
  EXPECT_EQ(partner.reap(), 0);
}

TEST(BarrierDeath, OfThoseWhoShouldLeaveTakesNoPlaces) {
  const Barrier barrier = *Barrier::create(1);
  for (int round = 0; round < 5; ++round) {
    Forked victim([&] { static_cast<void>(barrier.wait(1h)); });
    EXPECT_EQ(victim.reap(), 0);
  }
  EXPECT_EQ(*barrier.wait(), 0);
}

/// Whole after a reset, whatever happened.
void expect_usable(const Barrier& barrier) {
  barrier.reset();
  EXPECT_EQ(barrier.n_waiting(), 0);
  Forked partner([&] { EXPECT_TRUE(barrier.wait()); });
  EXPECT_TRUE(barrier.wait());
  EXPECT_EQ(partner.reap(), 0);
}

TEST(BarrierDeath, AnywhereInWait) {
  kill_everywhere(
      100, [] { return *Barrier::create(2); },
      [](const Barrier& barrier) { static_cast<void>(barrier.wait(kPoll)); },
      [](const Barrier& barrier) {
        EXPECT_EQ(code_of(barrier.wait(kPoll)), ErrorCode::BrokenBarrier);
        expect_usable(barrier);
      });
}

TEST(BarrierDeath, AnywhereInAbort) {
  kill_everywhere(
      100, [] { return *Barrier::create(2); }, [](const Barrier& barrier) { barrier.abort(); },
      expect_usable);
}

}  // namespace
}  // namespace mp
