// EVENT: a flag to wait for.
#include <algorithm>

#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class EventConformance : public Conformance {
 protected:
  static Outcome wait(Actor& actor, const Object& event, const Args& args = {}) {
    return actor.call(event, "wait", args);
  }
  static void set(Actor& actor, const Object& event) {
    EXPECT_THAT(actor.call(event, "set"), Returns(Value()));
  }
  static void clear(Actor& actor, const Object& event) {
    EXPECT_THAT(actor.call(event, "clear"), Returns(Value()));
  }
  static void expect_flag(Actor& actor, const Object& event, bool flag) {
    EXPECT_THAT(actor.call(event, "is_set"), Returns(flag));
  }
};

TEST_F(EventConformance, EVENT_001_SetAndClearInEveryProcess) {
  const Object event = main().make("Event");
  const Child child = main().spawn({event});
  const auto expect_everywhere = [&](bool flag) {
    expect_flag(main(), event, flag);
    expect_flag(child.actor, event, flag);
  };
  expect_everywhere(false);
  for (Actor* actor : {&main(), &child.actor}) {
    set(*actor, event);
    expect_everywhere(true);
    clear(*actor, event);
    expect_everywhere(false);
  }
}

TEST_F(EventConformance, EVENT_002_TwoSetsAreOne) {
  const Object event = main().make("Event");
  const Child child = main().spawn({event});
  for (Actor* actor : {&main(), &main(), &child.actor, &main()}) {
    set(*actor, event);
    expect_flag(main(), event, true);  // each time: two that toggle would look like one
  }
  clear(main(), event);
  expect_flag(child.actor, event, false);
}

TEST_F(EventConformance, EVENT_002_TwoClearsAreOne) {
  const Object event = main().make("Event");
  const Child child = main().spawn({event});
  for (Actor* actor : {&main(), &child.actor, &main()}) {
    clear(*actor, event);
    expect_flag(main(), event, false);
  }
  set(child.actor, event);
  expect_flag(main(), event, true);
}

TEST_F(EventConformance, EVENT_003_WhateverTheTimeout) {
  const Object event = main().make("Event");
  const Child child = main().spawn({event});
  set(main(), event);
  for (Actor* actor : {&main(), &child.actor}) {
    for (const Args& args : std::vector<Args>{{}, {Value()}, {0}, {-1}, {0.01}, {3600.0}}) {
      EXPECT_THAT(wait(*actor, event, args), Returns(true));
      expect_flag(main(), event, true);
    }
  }
}

TEST_F(EventConformance, EVENT_004_WaitUntilSet) {
  const Object event = main().make("Event");
  const Child child = main().spawn({event});
  const Outcome outcome =
      expect_waits([&] { return child.actor.begin(event, "wait"); },
                   [&] { return main().call(event, "set"); }, [&] { clear(main(), event); });
  EXPECT_THAT(outcome, Returns(true));
  expect_flag(main(), event, true);
}

TEST_F(EventConformance, EVENT_004_WithATimeoutToo) {
  const Object event = main().make("Event");
  const Child child = main().spawn({event});
  const Outcome outcome =
      expect_waits([&] { return child.actor.begin(event, "wait", {3600.0}); },
                   [&] { return main().call(event, "set"); }, [&] { clear(main(), event); });
  EXPECT_THAT(outcome, Returns(true));
}

TEST_F(EventConformance, EVENT_004_NoSetIsMissed) {
  constexpr int kRounds = 300;
  const Object there = main().make("Event");
  const Object back = main().make("Event");
  const Child child = main().spawn({there, back});
  // Every set meets a wait that is about to begin, under way, or about to be called.
  const auto player = [&](const Object& mine, const Object& yours, bool serves) {
    Program round;
    if (serves) round.call(yours, "set");
    round.let("seen", mine, "wait").append("outcomes", var("seen")).call(mine, "clear");
    if (!serves) round.call(yours, "set");
    Program program;
    program.repeat(kRounds, round);
    return program;
  };
  const Pending other = child.actor.begin_run(player(there, back, false));
  const Value all_seen = list(std::vector<Value>(kRounds, true));
  EXPECT_EQ(variable(main().run(player(back, there, true)).value(), "outcomes"), all_seen);
  EXPECT_EQ(variable(other.wait().value(), "outcomes"), all_seen);
}

TEST_F(EventConformance, EVENT_005_FalseAfterTheTimeout) {
  const Object event = main().make("Event");
  const Child child = main().spawn({event});
  for (Actor* actor : {&main(), &child.actor}) {
    const Outcome outcome = wait(*actor, event, {0.05});
    EXPECT_THAT(outcome, Returns(false));
    EXPECT_GE(duration(outcome), 50ms);
  }
  expect_flag(main(), event, false);
}

TEST_F(EventConformance, EVENT_005_ZeroAndLessDoNotWait) {
  const Object event = main().make("Event");
  for (const Value& timeout : {Value(0), Value(0.0), Value(-1), Value(-0.5)}) {
    EXPECT_THAT(wait(main(), event, {timeout}), Returns(false)) << timeout;
  }
}

TEST_F(EventConformance, EVENT_006_SetLetsAllReturn) {
  const Object event = main().make("Event");
  std::vector<Child> children;
  for (int i = 0; i < 4; ++i) children.push_back(main().spawn({event}));
  for (auto moment = 20ms; moment < 5s; moment *= 2) {
    std::vector<Pending> waiting;
    for (const Child& child : children) waiting.push_back(child.actor.begin(event, "wait"));
    static_cast<void>(waiting.back().wait_until(Clock::now() + moment));
    const Outcome was_set = main().call(event, "set");
    EXPECT_THAT(was_set, Returns(Value()));
    bool all_waited = true;
    for (const Pending& pending : waiting) {
      const Outcome outcome = pending.wait();
      EXPECT_THAT(outcome, Returns(true));
      EXPECT_LE(was_set.began, outcome.ended);
      all_waited = all_waited && outcome.began < was_set.began;
    }
    if (all_waited) return;
    clear(main(), event);
  }
  inconclusive("four processes never waited at the same time");
}

TEST_F(EventConformance, EVENT_007_ClearedDirectlyAfter) {
  constexpr int kRounds = 10;
  const Object event = main().make("Event");
  std::vector<Child> children;
  for (int i = 0; i < 3; ++i) children.push_back(main().spawn({event}));
  // A third process clears meanwhile, too: who sets may have woken the waiters so well that they
  // are all back before its own clear.
  const Child clearer = main().spawn({event});
  Program flash, clears;
  flash.call(event, "set").call(event, "clear");
  clears.repeat(500, Program().call(event, "clear"));
  int conclusive = 0;
  for (int round = 0; round < 5 * kRounds && conclusive < kRounds; ++round) {
    std::vector<Pending> waiting;
    for (const Child& child : children) waiting.push_back(child.actor.begin(event, "wait"));
    static_cast<void>(waiting.back().wait_until(Clock::now() + 10ms));
    const Pending clearing = clearer.actor.begin_run(clears);
    ASSERT_THAT(main().run(flash), Succeeds());
    ASSERT_THAT(clearing.wait(), Succeeds());
    // One that was not waiting yet when the flag was set goes on waiting now.
    const auto deadline = Clock::now() + 50ms;
    const bool all_were_waiting = std::all_of(
        waiting.begin(), waiting.end(),
        [&](const Pending& pending) { return pending.wait_until(deadline).has_value(); });
    if (all_were_waiting) ++conclusive;
    set(main(), event);
    for (const Pending& pending : waiting) ASSERT_THAT(pending.wait(), Returns(true));
    clear(main(), event);
  }
  if (conclusive < kRounds) inconclusive("the processes were hardly ever waiting in time");
}

}  // namespace
}  // namespace mpspec
