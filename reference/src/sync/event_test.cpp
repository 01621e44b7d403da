#include "mp/event.hpp"

#include <gtest/gtest.h>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "base/testing/single_step.hpp"

namespace mp {
namespace {

using namespace std::chrono_literals;
using mp::testing::Forked;
using mp::testing::kill_everywhere;
using mp::testing::Signal;

TEST(Event, IsAFlag) {
  const Event event = *Event::create();
  EXPECT_FALSE(event.is_set());
  EXPECT_FALSE(event.wait(kPoll));
  EXPECT_FALSE(event.wait(-1s));
  event.set();
  event.set();
  EXPECT_TRUE(event.is_set());
  EXPECT_TRUE(event.wait(kPoll));
  EXPECT_TRUE(event.wait());
  event.clear();
  event.clear();
  EXPECT_FALSE(event.is_set());
  const Clock::time_point started = Clock::now();
  EXPECT_FALSE(event.wait(20ms));
  EXPECT_GE(Clock::now() - started, 20ms);
}

TEST(Event, WakesAllWhoWait) {
  const Event event = *Event::create();
  std::vector<Forked> waiters;
  for (int i = 0; i < 4; ++i) waiters.emplace_back([&] { EXPECT_TRUE(event.wait()); });
  for (const Forked& waiter : waiters) waiter.await_asleep();
  event.set();
  for (Forked& waiter : waiters) EXPECT_EQ(waiter.reap(), 0);
}

TEST(Event, APulseReachesThoseWhoWaited) {
  const Event event = *Event::create();
  for (int round = 0; round < 50; ++round) {
    Forked waiter([&] { EXPECT_TRUE(event.wait()); });
    waiter.await_asleep();
    event.set();
    event.clear();
    EXPECT_EQ(waiter.reap(), 0);
    EXPECT_FALSE(event.is_set());
  }
}

TEST(Event, AKilledWaiterHoldsNobodyUp) {
  const Event event = *Event::create();
  Forked victim([&] { event.wait(); });
  Forked survivor([&] { EXPECT_TRUE(event.wait()); });
  victim.await_asleep();
  survivor.await_asleep();
  victim.kill_and_reap();
  event.set();
  EXPECT_EQ(survivor.reap(), 0);
  event.clear();
  EXPECT_FALSE(event.wait(kPoll));
}

TEST(EventDeath, OfASetterAnywhere) {
  kill_everywhere(
      200, [] { return *Event::create(); }, [](const Event& event) { event.set(); },
      [](const Event& event) {
        event.set();
        EXPECT_TRUE(event.wait(kPoll));
        event.clear();
        EXPECT_FALSE(event.wait(kPoll));
      });
}

}  // namespace
}  // namespace mp
