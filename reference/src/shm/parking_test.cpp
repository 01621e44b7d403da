#include "shm/parking.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>
#include <vector>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "shm/segment.hpp"

namespace mp::shm {
namespace {

using mp::testing::Forked;

/// The processors this process may run on.
std::vector<int> processors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  EXPECT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  std::vector<int> found;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) found.push_back(cpu);
  }
  return found;
}

void move_to(int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(cpu), &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
}

/// In a thread of its own, so that no other test is kept on a processor.
template <class Body>
void in_a_thread(const Body& body) {
  std::thread(body).join();
}

TEST(LastSeen, NobodyIsNotElsewhere) {
  LastSeen seen;
  EXPECT_FALSE(seen.is_elsewhere());
}

TEST(LastSeen, OnThisProcessorIsNotElsewhere) {
  in_a_thread([] {
    move_to(processors().front());
    LastSeen seen;
    seen.here();
    seen.here();
    EXPECT_FALSE(seen.is_elsewhere());
    EXPECT_FALSE(seen.is_any_elsewhere());
  });
}

TEST(LastSeen, RemembersTheOtherOneWhenTheyTakeTurns) {
  const std::vector<int> cpus = processors();
  if (cpus.size() < 2) GTEST_SKIP() << "this machine has one processor";
  in_a_thread([&] {
    LastSeen seen;
    move_to(cpus[0]);
    seen.here();
    move_to(cpus[1]);
    EXPECT_TRUE(seen.is_elsewhere());
    EXPECT_TRUE(seen.is_any_elsewhere());
    seen.here();
    EXPECT_FALSE(seen.is_elsewhere());
    EXPECT_TRUE(seen.is_any_elsewhere()) << "the one before was";
    move_to(cpus[0]);
    EXPECT_TRUE(seen.is_elsewhere());
    seen.forget();
    EXPECT_FALSE(seen.is_any_elsewhere());
  });
}

/// Things to be had, and who sleeps until there are some.
struct Goods {
  static constexpr Kind kKind = Kind::Event;
  static constexpr std::uint16_t kLayoutVersion = 1;

  std::atomic<std::uint32_t> made{0};
  std::atomic<std::uint32_t> taken{0};
  SleepersInTurn sleepers;

  bool take() {
    std::uint32_t seen = taken.load();
    while (seen < made.load()) {
      if (taken.compare_exchange_weak(seen, seen + 1)) return true;
    }
    return false;
  }
  void make() {
    made.fetch_add(1);
    sleepers.wake(1);
  }
  /// As the contract of SleepersInTurn wants it; without slices, which would hide a mistake: who
  /// was woken by time alone fails.
  void await() {
    const Deadline deadline = Deadline::after(mp::testing::kTestDeadline);
    bool has_slept = false;
    while (true) {
      const std::uint32_t seen = made.load();
      if (take()) break;
      ASSERT_FALSE(deadline.passed()) << "nobody woke this one";
      sleepers.sleep([&] { return made.load() == seen; }, deadline.remaining());
      has_slept = true;
    }
    if (has_slept && taken.load() < made.load()) sleepers.wake(1);
  }
};

TEST(SleepersInTurn, EachOfThemIsWokenWhenThereIsEnoughForAll) {
  constexpr int kSleepers = 4;
  for (int round = 0; round < 50; ++round) {
    const auto goods = *make_shared_state<Goods>();
    std::vector<Forked> children;
    for (int n = 0; n < kSleepers; ++n) children.emplace_back([&] { goods->await(); });
    for (const Forked& child : children) child.await_asleep();
    for (int n = 0; n < kSleepers; ++n) goods->make();
    for (Forked& child : children) ASSERT_EQ(child.reap(), 0);
  }
}

TEST(SleepersInTurn, ManyWhoComeAndGoMissNothing) {
  constexpr int kEach = 3000;
  constexpr int kTakers = 3;
  const auto goods = *make_shared_state<Goods>();
  std::vector<Forked> takers;
  for (int n = 0; n < kTakers; ++n) {
    takers.emplace_back([&] {
      for (int take = 0; take < kEach; ++take) goods->await();
    });
  }
  for (int n = 0; n < kEach * kTakers; ++n) goods->make();
  for (Forked& taker : takers) EXPECT_EQ(taker.reap(), 0);
}

}  // namespace
}  // namespace mp::shm
