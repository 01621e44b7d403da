// PROCESS: starting, running beside one another, ending, being joined.
#include "tests/support/conformance.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class ProcessConformance : public Conformance {
 protected:
  Outcome is_alive(const Child& child) { return main().call(child.process, "is_alive"); }
  Outcome exitcode(const Child& child) { return main().call(child.process, "exitcode"); }
  Outcome join(const Child& child) { return main().call(child.process, "join"); }

  /// The child's target returns, and the child is waited for.
  void end(const Child& child) {
    child.actor.end("actor.return");
    ASSERT_THAT(join(child), Returns(Value()));
  }

  void expect_goes_on(const Child& child) {
    EXPECT_THAT(child.actor.call("actor.echo", {"on"}), Returns("on"));
    EXPECT_THAT(is_alive(child), Returns(true));
  }
};

TEST_F(ProcessConformance, PROCESS_001_ChildrenHaveProcessesOfTheirOwn) {
  const Child one = main().spawn();
  const Child other = main().spawn();
  EXPECT_NE(one.actor.pid(), main().pid());
  EXPECT_NE(other.actor.pid(), main().pid());
  EXPECT_NE(one.actor.pid(), other.actor.pid());
}

TEST_F(ProcessConformance, PROCESS_001_SoHasTheChildOfAChild) {
  const Child child = main().spawn();
  const Child grandchild = child.actor.spawn();
  EXPECT_NE(grandchild.actor.pid(), child.actor.pid());
  EXPECT_NE(grandchild.actor.pid(), main().pid());
}

TEST_F(ProcessConformance, PROCESS_002_NoneBeforeTheStart) {
  const auto [process, number] = main().make_process();
  EXPECT_THAT(main().call(process, "pid"), Returns(Value()));
}

TEST_F(ProcessConformance, PROCESS_002_TheChildsFromTheStartOn) {
  const Child child = main().spawn();
  const Value pid = child.actor.pid();
  EXPECT_THAT(main().call(child.process, "pid"), Returns(pid));
  end(child);
  EXPECT_THAT(main().call(child.process, "pid"), Returns(pid));
}

TEST_F(ProcessConformance, PROCESS_003_TwoChildrenRunAndAreJoined) {
  const Child one = main().spawn();
  const Child other = main().spawn();
  one.actor.end("actor.return");
  other.actor.end("actor.return");
  EXPECT_THAT(join(one), Returns(Value()));
  EXPECT_THAT(join(other), Returns(Value()));
  for (const Child& child : {one, other}) {
    EXPECT_THAT(exitcode(child), Returns(0));
    EXPECT_THAT(is_alive(child), Returns(false));
  }
}

TEST_F(ProcessConformance, PROCESS_003_TheYoungerIsJoinedFirst) {
  const Child one = main().spawn();
  const Child other = main().spawn();
  end(other);
  expect_goes_on(one);
  end(one);
  EXPECT_THAT(exitcode(one), Returns(0));
  EXPECT_THAT(exitcode(other), Returns(0));
}

TEST_F(ProcessConformance, PROCESS_004_ABlockedChildStopsNobody) {
  const Object lock = main().make("Lock");
  const Child blocked = main().spawn({lock});
  const Child other = main().spawn({lock});
  const Outcome outcome = expect_waits(
      [&] {
        EXPECT_THAT(main().call(lock, "acquire"), Returns(true));
        return blocked.actor.begin(lock, "acquire");
      },
      [&] {
        EXPECT_THAT(other.actor.call(lock, "acquire", {false}), Returns(false));
        EXPECT_THAT(main().call(lock, "acquire", {false}), Returns(false));
        return main().call(lock, "release");
      },
      [&] { blocked.actor.call(lock, "release"); });
  EXPECT_THAT(outcome, Returns(true));
}

TEST_F(ProcessConformance, PROCESS_005_BothBeginInSomeOrder) {
  const Object semaphore = main().make("Semaphore", {1});
  const auto [first, first_number] = main().make_process({semaphore});
  const auto [second, second_number] = main().make_process({semaphore});
  ASSERT_THAT(main().call(first, "start"), Returns(Value()));
  ASSERT_THAT(main().call(second, "start"), Returns(Value()));
  Actor& one = adapter().accept(first_number);
  Actor& other = adapter().accept(second_number);
  EXPECT_THAT(one.call("actor.echo", {1}), Returns(1));
  EXPECT_THAT(other.call("actor.echo", {2}), Returns(2));
  observe(one.hello().arrival < other.hello().arrival, "the first one began first",
          "the second one began first");
}

TEST_F(ProcessConformance, PROCESS_006_ClosingInTheChildClosesNothingInTheParent) {
  const auto [a, b] = main().make_pipe();
  const Child child = main().spawn({a});
  ASSERT_THAT(child.actor.call(a, "close"), Returns(Value()));
  ASSERT_THAT(child.actor.call(a, "closed"), Returns(true));
  EXPECT_THAT(main().call(a, "closed"), Returns(false));
  EXPECT_THAT(main().call(a, "send", {"works"}), Returns(Value()));
  EXPECT_THAT(main().call(b, "recv"), Returns("works"));
}

TEST_F(ProcessConformance, PROCESS_006_ClosingInTheParentClosesNothingInTheChild) {
  const auto [a, b] = main().make_pipe();
  const Child child = main().spawn({a});
  ASSERT_THAT(main().call(a, "close"), Returns(Value()));
  EXPECT_THAT(child.actor.call(a, "closed"), Returns(false));
  EXPECT_THAT(child.actor.call(a, "send", {"works"}), Returns(Value()));
  EXPECT_THAT(main().call(b, "recv"), Returns("works"));
}

TEST_F(ProcessConformance, PROCESS_007_ALockIsTheSameInTheChild) {
  const Object lock = main().make("Lock");
  const Child child = main().spawn({lock});
  EXPECT_THAT(child.actor.call(lock, "acquire", {false}), Returns(true));
  EXPECT_THAT(main().call(lock, "acquire", {false}), Returns(false));
  EXPECT_THAT(child.actor.call(lock, "release"), Returns(Value()));
  EXPECT_THAT(main().call(lock, "acquire", {false}), Returns(true));
  EXPECT_THAT(child.actor.call(lock, "acquire", {false}), Returns(false));
}

TEST_F(ProcessConformance, PROCESS_007_AQueueIsTheSameInTheChild) {
  const Object queue = main().make("Queue");
  const Child child = main().spawn({queue});
  EXPECT_THAT(child.actor.call(queue, "put", {"to the parent"}), Returns(Value()));
  EXPECT_THAT(main().call(queue, "get"), Returns("to the parent"));
  EXPECT_THAT(main().call(queue, "put", {"to the child"}), Returns(Value()));
  EXPECT_THAT(child.actor.call(queue, "get"), Returns("to the child"));
}

TEST_F(ProcessConformance, PROCESS_007_AValueIsTheSameInTheChild) {
  const Object value = main().make("Value", {"i", 1});
  const Child child = main().spawn({value});
  EXPECT_THAT(child.actor.call(value, "value"), Returns(1));
  EXPECT_THAT(child.actor.call(value, "value.set", {2}), Returns(Value()));
  EXPECT_THAT(main().call(value, "value"), Returns(2));
}

TEST_F(ProcessConformance, PROCESS_007_ObjectsReachTheChildOfAChild) {
  const Object semaphore = main().make("Semaphore", {0});
  const Child child = main().spawn({semaphore});
  const Child grandchild = child.actor.spawn({semaphore});
  EXPECT_THAT(grandchild.actor.call(semaphore, "release"), Returns(Value()));
  EXPECT_THAT(main().call(semaphore, "acquire", {false}), Returns(true));
  EXPECT_THAT(child.actor.call(semaphore, "acquire", {false}), Returns(false));
}

TEST_F(ProcessConformance, PROCESS_008_NeitherAliveNorEnded) {
  const auto [process, number] = main().make_process();
  EXPECT_THAT(main().call(process, "exitcode"), Returns(Value()));
  EXPECT_THAT(main().call(process, "is_alive"), Returns(false));
}

TEST_F(ProcessConformance, PROCESS_009_AliveWithoutExitcode) {
  const Child child = main().spawn();
  EXPECT_THAT(exitcode(child), Returns(Value()));
  EXPECT_THAT(is_alive(child), Returns(true));
  EXPECT_THAT(child.actor.call("actor.echo", {1}), Returns(1));
}

TEST_F(ProcessConformance, PROCESS_010_ARunningChild) {
  const Child child = main().spawn();
  EXPECT_THAT(main().call(child.process, "start"), FailsWith("AssertionError"));
  expect_goes_on(child);
  EXPECT_THAT(exitcode(child), Returns(Value()));
  end(child);
  EXPECT_THAT(exitcode(child), Returns(0));
}

TEST_F(ProcessConformance, PROCESS_010_AChildThatHasEnded) {
  const Child child = main().spawn();
  child.actor.end("actor.exit", {3});
  ASSERT_THAT(join(child), Returns(Value()));
  EXPECT_THAT(main().call(child.process, "start"), FailsWith("AssertionError"));
  EXPECT_THAT(exitcode(child), Returns(3));
  EXPECT_THAT(is_alive(child), Returns(false));
}

TEST_F(ProcessConformance, PROCESS_011_JoinWaitsForTheEnd) {
  std::optional<Child> child;
  const Outcome outcome = expect_waits(
      [&] {
        child.emplace(main().spawn());
        return main().begin(child->process, "join");
      },
      [&] {
        const auto before = Clock::now();
        child->actor.end("actor.return");
        return before;
      });
  EXPECT_THAT(outcome, Returns(Value()));
  EXPECT_THAT(is_alive(*child), Returns(false));
  EXPECT_THAT(exitcode(*child), Returns(0));
}

TEST_F(ProcessConformance, PROCESS_011_AnEarlierEndIsEnough) {
  const Child child = main().spawn();
  child.actor.end("actor.return");
  EXPECT_THAT(join(child), Returns(Value()));
  EXPECT_THAT(exitcode(child), Returns(0));
}

TEST_F(ProcessConformance, PROCESS_012_JoinGivesUpAndTheChildGoesOn) {
  const Child child = main().spawn();
  const Outcome outcome = main().call(child.process, "join", {0.05});
  EXPECT_THAT(outcome, Returns(Value()));
  EXPECT_GE(duration(outcome), 50ms);
  expect_goes_on(child);
  EXPECT_THAT(exitcode(child), Returns(Value()));
}

TEST_F(ProcessConformance, PROCESS_012_AnEndWithinTheTimeoutIsSeen) {
  const Child child = main().spawn();
  child.actor.end("actor.exit", {4});
  EXPECT_THAT(main().call(child.process, "join", {}, {{"timeout", 3600.0}}), Returns(Value()));
  EXPECT_THAT(exitcode(child), Returns(4));
}

TEST_F(ProcessConformance, PROCESS_013_ZeroAndLessDoNotWait) {
  const Child child = main().spawn();
  for (const Value& timeout : {Value(0), Value(0.0), Value(-1), Value(-0.5)}) {
    EXPECT_THAT(main().call(child.process, "join", {timeout}), Returns(Value())) << timeout;
    expect_goes_on(child);
  }
}

TEST_F(ProcessConformance, PROCESS_014_JoinAgainAndAgain) {
  const Child child = main().spawn();
  child.actor.end("actor.exit", {5});
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(join(child), Returns(Value()));
    EXPECT_THAT(exitcode(child), Returns(5));
  }
  EXPECT_THAT(main().call(child.process, "join", {0.05}), Returns(Value()));
  EXPECT_THAT(exitcode(child), Returns(5));
}

TEST_F(ProcessConformance, PROCESS_015_JoinBeforeTheStart) {
  const auto [process, number] = main().make_process();
  EXPECT_THAT(main().call(process, "join"), FailsWith("AssertionError"));
  EXPECT_THAT(main().call(process, "join", {0}), FailsWith("AssertionError"));
  ASSERT_THAT(main().call(process, "start"), Returns(Value()));
  const Child child{adapter().accept(number), process};
  expect_goes_on(child);
}

}  // namespace
}  // namespace mpspec
