// MSYNC: conditions, events and barriers in a manager's server.
#include "tests/support/managed.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

constexpr double kTimeout = 0.05;
constexpr auto kTimeoutPassed = 50ms;

/// Whether a wait that timed out was in the server all the time that `during` took: a wait lasts
/// its timeout at least, somewhere between its call and its return.
bool waited_throughout(const Outcome& wait, std::chrono::nanoseconds timeout,
                       const Outcome& during) {
  return during.began > wait.ended - timeout && during.ended < wait.began + timeout;
}

class ManagedConditionConformance : public ManagedConformance {
 protected:
  /// Seconds for a lock that is free. A wait that returns too early keeps it: that shall fail here,
  /// not hang.
  static constexpr double kPatience = 2;

  /// Puts every child into `wait`. The next one gets the lock only when the one before waits, so
  /// that actor 0, which has it in the end, knows that all do.
  std::vector<Pending> wait_all(const Object& condition, const std::vector<Child>& children,
                                const Kwargs& kwargs = {}) {
    std::vector<Pending> waits;
    for (const Child& child : children) {
      EXPECT_THAT(child.actor.call(condition, "acquire"), Returns(true));
      waits.push_back(child.actor.begin(condition, "wait", {}, kwargs));
    }
    EXPECT_THAT(main().call(condition, "acquire", {true, kPatience}), Returns(true));
    return waits;
  }
  /// Takes the waits that return, each of which holds the lock, until none has done so for a while.
  int take_returns(const Object& condition, const std::vector<Child>& children,
                   std::vector<std::optional<Pending>>& waits, int at_least) {
    int returned = 0;
    const auto deadline = adapter().deadline();
    auto quiet_until = Clock::now() + 30ms;
    while (Clock::now() < (returned < at_least ? deadline : quiet_until)) {
      for (std::size_t i = 0; i < waits.size(); ++i) {
        if (!waits[i] || !waits[i]->wait_until(Clock::now() + 1ms)) continue;
        EXPECT_THAT(waits[i]->wait(), Returns(true));
        waits[i].reset();
        EXPECT_THAT(children[i].actor.call(condition, "release"), Returns(kNone));
        ++returned;
        quiet_until = Clock::now() + 30ms;
      }
    }
    return returned;
  }
};

TEST_F(ManagedConditionConformance, MSYNC_007_WithoutTheLockTheyFail) {
  const Object condition = make("Condition");
  const Child child = main().spawn({condition});
  for (int held_by_child = 0; held_by_child < 2; ++held_by_child) {
    EXPECT_THAT(main().call(condition, "wait"), FailsWith("RuntimeError"));
    EXPECT_THAT(main().call(condition, "notify"), FailsWith("RuntimeError"));
    EXPECT_THAT(main().call(condition, "notify_all"), FailsWith("RuntimeError"));
    child.actor.call(condition, "acquire");
  }
}

TEST_F(ManagedConditionConformance, MSYNC_007_AFailingNotifyWakesNobody) {
  const Object condition = make("Condition");
  const auto children = spawn(1, {condition});
  // Long enough for the main process to have had the lock meanwhile, also on a busy machine.
  const auto waits = wait_all(condition, children, {{"timeout", 1.0}});
  main().call(condition, "release");
  EXPECT_THAT(main().call(condition, "notify"), FailsWith("RuntimeError"));
  EXPECT_THAT(main().call(condition, "notify_all"), FailsWith("RuntimeError"));
  EXPECT_THAT(waits[0].wait(), Returns(false));
}

TEST_F(ManagedConditionConformance, MSYNC_008_WaitGivesTheLockAwayAndHasItAgain) {
  const Object condition = make("Condition");
  const auto children = spawn(1, {condition});
  const Outcome waited = expect_waits(
      [&] {
        const Pending wait = wait_all(condition, children)[0];
        main().call(condition, "release");
        return wait;
      },
      [&] {
        EXPECT_THAT(main().call(condition, "acquire", {true, kPatience}), Returns(true));
        const Outcome notified = main().call(condition, "notify");
        main().call(condition, "release");
        return notified;
      },
      [&] { children[0].actor.call(condition, "release"); });
  EXPECT_THAT(waited, Returns(true));
  EXPECT_THAT(main().call(condition, "acquire", {false}), Returns(false));
  EXPECT_THAT(children[0].actor.call(condition, "release"), Returns(kNone));
  EXPECT_THAT(main().call(condition, "acquire", {false}), Returns(true));
}

TEST_F(ManagedConditionConformance, MSYNC_009_WithoutANotificationWaitTimesOut) {
  const Object condition = make("Condition");
  const Child child = main().spawn({condition});
  child.actor.call(condition, "acquire");
  const Outcome waited = child.actor.call(condition, "wait", {kTimeout});
  EXPECT_THAT(waited, Returns(false));
  EXPECT_GE(duration(waited), kTimeoutPassed);
  EXPECT_THAT(main().call(condition, "acquire", {false}), Returns(false));
  EXPECT_THAT(child.actor.call(condition, "release"), Returns(kNone));
}

TEST_F(ManagedConditionConformance, MSYNC_010_NotifyLetsAsManyReturnAsItSays) {
  const Object condition = make("Condition");
  const auto children = spawn(6, {condition});
  std::vector<std::optional<Pending>> waits;
  for (const Pending& wait : wait_all(condition, children)) waits.emplace_back(wait);
  const auto notify = [&](const std::string& method, const Args& args, int expected) {
    EXPECT_THAT(main().call(condition, method, args), Returns(kNone));
    EXPECT_THAT(main().call(condition, "release"), Returns(kNone));
    EXPECT_EQ(take_returns(condition, children, waits, expected), expected);
    EXPECT_THAT(main().call(condition, "acquire"), Returns(true));
  };
  notify("notify", {}, 1);
  notify("notify", {2}, 2);
  notify("notify_all", {}, 3);
}

TEST_F(ManagedConditionConformance, MSYNC_010_NotificationsAreNotKeptForLaterWaiters) {
  const Object condition = make("Condition");
  const auto children = spawn(1, {condition});
  main().call(condition, "acquire");
  EXPECT_THAT(main().call(condition, "notify"), Returns(kNone));
  EXPECT_THAT(main().call(condition, "notify", {3}), Returns(kNone));
  EXPECT_THAT(main().call(condition, "notify_all"), Returns(kNone));
  main().call(condition, "release");
  const auto waits = wait_all(condition, children, {{"timeout", kTimeout}});
  main().call(condition, "release");
  EXPECT_THAT(waits[0].wait(), Returns(false));
}

TEST_F(ManagedConditionConformance, MSYNC_011_EveryClientSeesTheFlag) {
  const Object event = make("Event");
  const auto children = spawn(2, {event});
  const auto expect_flag = [&](bool flag) {
    for (Actor* actor : {&main(), &children[0].actor, &children[1].actor})
      EXPECT_THAT(actor->call(event, "is_set"), Returns(flag));
  };
  expect_flag(false);
  for (const Child& child : children) {
    EXPECT_THAT(child.actor.call(event, "set"), Returns(kNone));
    expect_flag(true);
    EXPECT_THAT(main().call(event, "wait"), Returns(true));
    EXPECT_THAT(main().call(event, "clear"), Returns(kNone));
    expect_flag(false);
  }
}

TEST_F(ManagedConditionConformance, MSYNC_011_WaitReturnsWhenTheFlagIsSet) {
  const Object event = make("Event");
  const Child child = main().spawn({event});
  const Outcome waited =
      expect_waits([&] { return child.actor.begin(event, "wait"); },
                   [&] { return main().call(event, "set"); }, [&] { main().call(event, "clear"); });
  EXPECT_THAT(waited, Returns(true));
}

TEST_F(ManagedConditionConformance, MSYNC_012_NotBeforeTheTimeoutHasPassed) {
  const Object event = make("Event");
  // Connects to the server: that shall not take the time that the wait has to take.
  EXPECT_THAT(main().call(event, "is_set"), Returns(false));
  const Outcome waited = main().call(event, "wait", {kTimeout});
  EXPECT_THAT(waited, Returns(false));
  EXPECT_GE(duration(waited), kTimeoutPassed);
  EXPECT_THAT(main().call(event, "is_set"), Returns(false));
}

TEST_F(ManagedConditionConformance, MSYNC_013_SetWakesAllThoughItIsClearedAtOnce) {
  const Object event = make("Event");
  const auto children = spawn(3, {event});
  for (auto moment = 20ms; moment < 1s; moment *= 2) {
    const auto timeout = 15 * moment;
    std::vector<Pending> waits;
    for (const Child& child : children)
      waits.push_back(
          child.actor.begin(event, "wait", {std::chrono::duration<double>(timeout).count()}));
    // Gives the waits time to arrive. Whether they did is seen by their outcomes.
    static_cast<void>(waits.back().wait_until(Clock::now() + moment));
    const Outcome set = main().call(event, "set");
    EXPECT_THAT(main().call(event, "clear"), Returns(kNone));
    bool all_in_time = true;
    for (const Pending& pending : waits) {
      const Outcome waited = pending.wait();
      if (waited == Outcome(true)) continue;
      ASSERT_THAT(waited, Returns(false));
      ASSERT_FALSE(waited_throughout(waited, timeout, set)) << "it waited and was not woken";
      all_in_time = false;
    }
    if (all_in_time) return;
  }
  inconclusive("the waits were never there in time");
}

TEST_F(ManagedConditionConformance, MSYNC_014_AllReturnWhenTheLastOneArrives) {
  const Object barrier = make("Barrier", {3});
  const auto children = spawn(2, {barrier});
  for (int round = 0; round < 3; ++round) {
    const Pending first = children[0].actor.begin(barrier, "wait");
    const Pending second = children[1].actor.begin(barrier, "wait");
    await(main(), barrier, "n_waiting", 2);
    const Outcome last = main().call(barrier, "wait");
    std::vector<Value> indexes = {last.value()};
    for (const Pending& pending : {first, second}) {
      const Outcome outcome = pending.wait();
      EXPECT_GE(outcome.ended, last.began);
      indexes.push_back(outcome.value());
    }
    EXPECT_THAT(indexes, ::testing::UnorderedElementsAre(Value(0), Value(1), Value(2)));
  }
}

TEST_F(ManagedConditionConformance, MSYNC_015_ATimeoutBreaksTheBarrierUntilReset) {
  const Object barrier = make("Barrier", {2});
  const Child child = main().spawn({barrier});
  const Outcome timed = child.actor.call(barrier, "wait", {kTimeout});
  EXPECT_THAT(timed, FailsWith("BrokenBarrierError"));
  EXPECT_GE(duration(timed), kTimeoutPassed);
  EXPECT_THAT(main().call(barrier, "broken"), Returns(true));
  EXPECT_THAT(main().call(barrier, "wait"), FailsWith("BrokenBarrierError"));
  EXPECT_THAT(main().call(barrier, "reset"), Returns(kNone));
  EXPECT_THAT(child.actor.call(barrier, "broken"), Returns(false));
  const Pending again = child.actor.begin(barrier, "wait");
  EXPECT_THAT(main().call(barrier, "wait"), Succeeds());
  EXPECT_THAT(again.wait(), Succeeds());
}

TEST_F(ManagedConditionConformance, MSYNC_015_TheTimeoutOfTheBarrierBreaksIt) {
  const Object barrier = main().make_in(server(), "Barrier", {2}, {{"timeout", kTimeout}});
  EXPECT_THAT(main().call(barrier, "wait"), FailsWith("BrokenBarrierError"));
  EXPECT_THAT(main().call(barrier, "broken"), Returns(true));
}

TEST_F(ManagedConditionConformance, MSYNC_015_AbortBreaksTheBarrierForThoseWhoWait) {
  const Object barrier = make("Barrier", {3});
  const auto children = spawn(2, {barrier});
  std::vector<Pending> waits;
  for (const Child& child : children) waits.push_back(child.actor.begin(barrier, "wait"));
  await(main(), barrier, "n_waiting", 2);
  EXPECT_THAT(main().call(barrier, "broken"), Returns(false));
  EXPECT_THAT(main().call(barrier, "abort"), Returns(kNone));
  for (const Pending& wait : waits) EXPECT_THAT(wait.wait(), FailsWith("BrokenBarrierError"));
  ASSERT_THAT(main().call(barrier, "broken"), Returns(true));
  EXPECT_THAT(children[0].actor.call(barrier, "wait"), FailsWith("BrokenBarrierError"));
  EXPECT_THAT(children[0].actor.call(barrier, "reset"), Returns(kNone));
  EXPECT_THAT(main().call(barrier, "broken"), Returns(false));
}

TEST_F(ManagedConditionConformance, MSYNC_016_AttributesAreTheSameForEveryClient) {
  const Object barrier = make("Barrier", {2});
  const auto children = spawn(2, {barrier});
  const auto expect = [&](int n_waiting) {
    for (Actor* actor : {&main(), &children[1].actor}) {
      EXPECT_THAT(actor->call(barrier, "parties"), Returns(2));
      EXPECT_THAT(actor->call(barrier, "n_waiting"), Returns(n_waiting));
    }
  };
  expect(0);
  const Pending waits = children[0].actor.begin(barrier, "wait");
  await(main(), barrier, "n_waiting", 1);
  expect(1);
  EXPECT_THAT(main().call(barrier, "wait"), Succeeds());
  EXPECT_THAT(waits.wait(), Succeeds());
  expect(0);
}

}  // namespace
}  // namespace mpspec
