// CRASH: conditions, events and barriers after a process was killed that waited for them.
#include "tests/support/crash.hpp"

namespace mpspec {
namespace {

class WaiterCrashConformance : public CrashConformance {
 protected:
  /// A process that waits in `wait` of a condition, whose lock it had to acquire.
  Pending wait_for_notification(const Child& child, const Object& condition) {
    acquire(child.actor, condition);
    const Pending waiting = child.actor.begin(condition, "wait");
    wait_until_blocked(child.actor, waiting);
    return waiting;
  }
};

TEST_F(WaiterCrashConformance, CRASH_014_NotifyReturnsAndWakesALaterWaiter) {
  const Object condition = main().make("Condition");
  const auto children = spawn(2, {condition});
  kill_waiting(children[0], wait_for_notification(children[0], condition));
  acquire(main(), condition);
  EXPECT_THAT(main().call(condition, "notify"), Returns(Value()));
  release(main(), condition);
  const Pending live = wait_for_notification(children[1], condition);
  acquire(main(), condition);
  EXPECT_THAT(main().call(condition, "notify"), Returns(Value()));
  release(main(), condition);
  EXPECT_THAT(live.wait(), Returns(true));
}

TEST_F(WaiterCrashConformance, CRASH_014_NotifyAllReturnsAndWakesTheOthers) {
  const Object condition = main().make("Condition");
  const auto children = spawn(2, {condition});
  const Pending victim = wait_for_notification(children[0], condition);
  const Pending live = wait_for_notification(children[1], condition);
  kill_waiting(children[0], victim);
  acquire(main(), condition);
  EXPECT_THAT(main().call(condition, "notify_all"), Returns(Value()));
  release(main(), condition);
  EXPECT_THAT(live.wait(), Returns(true));
}

TEST_F(WaiterCrashConformance, CRASH_015_SetReturnsAndWakesTheOthers) {
  const Object event = main().make("Event");
  const auto children = spawn(2, {event});
  const Pending live = children[1].actor.begin(event, "wait");
  wait_until_blocked(children[1].actor, live);
  kill_waiting(children[0], children[0].actor.begin(event, "wait"));
  EXPECT_THAT(main().call(event, "set"), Returns(Value()));
  EXPECT_THAT(live.wait(), Returns(true));
  EXPECT_THAT(main().call(event, "is_set"), Returns(true));
  EXPECT_THAT(main().call(event, "clear"), Returns(Value()));
  EXPECT_THAT(children[1].actor.call(event, "wait", {0.02}), Returns(false));
}

TEST_F(WaiterCrashConformance, CRASH_016_TheNextWaitOfABarrierEnds) {
  const Object barrier = main().make("Barrier", {2});
  const Child child = main().spawn({barrier});
  kill_waiting(child, child.actor.begin(barrier, "wait"));
  const Outcome outcome = main().call(barrier, "wait", {kPatience});
  EXPECT_TRUE(outcome.ok() || outcome.error() == "BrokenBarrierError") << to_text(outcome);
}

}  // namespace
}  // namespace mpspec
