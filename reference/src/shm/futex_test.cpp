#include "shm/futex.hpp"

#include <gtest/gtest.h>

#include "base/testing/forked.hpp"
#include "shm/segment.hpp"

namespace mp::shm {
namespace {

using namespace std::chrono_literals;
using mp::testing::Forked;

struct Word {
  static constexpr Kind kKind = Kind::Event;
  static constexpr std::uint16_t kLayoutVersion = 1;
  FutexWord word{0};
};

TEST(Futex, AChangedWordDoesNotSleep) {
  FutexWord word{1};
  futex_wait(word, 0, kForever);
}

TEST(Futex, SleepsAtLeastItsTime) {
  FutexWord word{0};
  const Clock::time_point started = Clock::now();
  const Deadline deadline = Deadline::after(20ms);
  while (!deadline.passed()) futex_wait(word, 0, deadline.remaining());
  EXPECT_GE(Clock::now() - started, 20ms);
}

TEST(Futex, WakesASleeperInAnotherProcess) {
  const auto state = *make_shared_state<Word>();
  Forked child([&] {
    while (state->word.load() == 0) futex_wait(state->word, 0, kForever);
  });
  state->word.store(1);
  futex_wake_all(state->word);
  EXPECT_EQ(child.reap(), 0);
}

TEST(WaitSlices, GrowAndEndAtTheDeadline) {
  const Deadline never = Deadline::never();
  WaitSlices slices(never);
  EXPECT_EQ(slices.next(), WaitSlices::kFirst);
  EXPECT_EQ(slices.next(), 2 * WaitSlices::kFirst);
  for (int i = 0; i < 10; ++i) EXPECT_LE(slices.next(), WaitSlices::kLongest);
  EXPECT_EQ(slices.next(), WaitSlices::kLongest);

  const Deadline near = Deadline::after(1ms);
  EXPECT_LE(WaitSlices(near).next(), 1ms);
  const Deadline past = Deadline::after(-1s);
  EXPECT_EQ(WaitSlices(past).next(), 0ms);
}

}  // namespace
}  // namespace mp::shm
