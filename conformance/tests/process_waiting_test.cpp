// PROCESS: closing, sentinels, active children.
#include "tests/support/conformance.hpp"
#include "tests/support/process_watch.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class ProcessWaitingConformance : public Conformance {
 protected:
  /// A child that has ended with exit code 0 and was joined.
  Child ended_child(const SpawnOptions& options = {}) {
    const Child child = main().spawn({}, options);
    child.actor.end("actor.return");
    EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
    return child;
  }
  Outcome sentinel_ready(const Child& child, const Value& timeout) {
    return main().call(child.process, "sentinel_ready", {timeout});
  }
};

TEST_F(ProcessWaitingConformance, PROCESS_028_ARunningProcessCannotBeClosed) {
  const Child child = main().spawn();
  EXPECT_THAT(main().call(child.process, "close"), FailsWith("ValueError"));
  EXPECT_THAT(child.actor.call("actor.echo", {"on"}), Returns("on"));
  child.actor.end("actor.exit", {3});
  EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
  EXPECT_THAT(main().call(child.process, "exitcode"), Returns(3));
}

TEST_F(ProcessWaitingConformance, PROCESS_029_AlmostNothingIsLeftAfterClose) {
  const Child child = ended_child();
  ASSERT_THAT(main().call(child.process, "close"), Returns(Value()));
  for (const std::string method :
       {"join", "is_alive", "exitcode", "pid", "sentinel", "terminate", "start"}) {
    EXPECT_THAT(main().call(child.process, method), FailsWith("ValueError")) << method;
  }
}

TEST_F(ProcessWaitingConformance, PROCESS_030_CloseAgain) {
  const Child child = ended_child({.name = "worker", .daemon = {}, .method = ""});
  EXPECT_THAT(main().call(child.process, "close"), Returns(Value()));
  EXPECT_THAT(main().call(child.process, "close"), Returns(Value()));
  EXPECT_THAT(main().call(child.process, "name"), Returns("worker"));
}

TEST_F(ProcessWaitingConformance, PROCESS_031_NotReadyWhileTheChildRuns) {
  const Child child = main().spawn();
  EXPECT_THAT(sentinel_ready(child, 0), Returns(false));
  const Outcome outcome = sentinel_ready(child, 0.05);
  EXPECT_THAT(outcome, Returns(false));
  EXPECT_GE(duration(outcome), 50ms);
  EXPECT_THAT(child.actor.call("actor.echo", {"on"}), Returns("on"));
}

TEST_F(ProcessWaitingConformance, PROCESS_031_ReadyWhenTheChildEnds) {
  std::optional<Child> child;
  const Outcome outcome = expect_waits(
      [&] {
        child.emplace(main().spawn());
        return main().begin(child->process, "sentinel_ready");
      },
      [&] {
        const auto before = Clock::now();
        child->actor.end("actor.return");
        return before;
      });
  EXPECT_THAT(outcome, Returns(true));
}

TEST_F(ProcessWaitingConformance, PROCESS_031_ReadyWhenTheChildIsKilled) {
  const Child child = main().spawn();
  child.actor.kill();
  EXPECT_THAT(sentinel_ready(child, Value()), Returns(true));
}

TEST_F(ProcessWaitingConformance, PROCESS_031_StaysReady) {
  const Child child = main().spawn();
  child.actor.end("actor.return");
  EXPECT_THAT(sentinel_ready(child, Value()), Returns(true));
  EXPECT_THAT(sentinel_ready(child, 0), Returns(true));
  EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
  EXPECT_THAT(sentinel_ready(child, 0), Returns(true));
}

TEST_F(ProcessWaitingConformance, PROCESS_032_NoSentinelBeforeTheStart) {
  const auto [process, number] = main().make_process();
  EXPECT_THAT(main().call(process, "sentinel"), FailsWith("ValueError"));
}

TEST_F(ProcessWaitingConformance, PROCESS_033_ThoseThatRun) {
  EXPECT_THAT(main().call("Process.active_children"), Returns(list()));
  const auto [unstarted, number] =
      main().make_process({}, {.name = "c", .daemon = {}, .method = ""});
  const Child b = main().spawn({}, {.name = "b", .daemon = {}, .method = ""});
  const Child a = main().spawn({}, {.name = "a", .daemon = {}, .method = ""});
  EXPECT_THAT(main().call("Process.active_children"), Returns(list({"a", "b"})));
}

TEST_F(ProcessWaitingConformance, PROCESS_033_NoneThatHasEnded) {
  const Child ended = main().spawn({}, {.name = "ended", .daemon = {}, .method = ""});
  const Child running = main().spawn({}, {.name = "running", .daemon = {}, .method = ""});
  const ProcessWatch watch(ended.actor.pid());
  ended.actor.end("actor.return");
  ASSERT_TRUE(watch.ended_by(adapter().deadline()));
  EXPECT_THAT(main().call("Process.active_children"), Returns(list({"running"})));
  EXPECT_THAT(main().call(ended.process, "exitcode"), Returns(0));
}

TEST_F(ProcessWaitingConformance, PROCESS_033_NoneOfAnother) {
  const Child child = main().spawn({}, {.name = "child", .daemon = {}, .method = ""});
  const Child grandchild =
      child.actor.spawn({}, {.name = "grandchild", .daemon = {}, .method = ""});
  EXPECT_THAT(main().call("Process.active_children"), Returns(list({"child"})));
  EXPECT_THAT(child.actor.call("Process.active_children"), Returns(list({"grandchild"})));
}

TEST_F(ProcessWaitingConformance, PROCESS_034_ASiblingMayNotWait) {
  const Child child = main().spawn();
  const Child sibling = main().spawn({child.process});
  for (const std::string method : {"join", "is_alive"}) {
    EXPECT_THAT(sibling.actor.call(child.process, method), FailsWith("AssertionError")) << method;
  }
  EXPECT_THAT(main().call(child.process, "is_alive"), Returns(true));
  EXPECT_THAT(child.actor.call("actor.echo", {"on"}), Returns("on"));
}

}  // namespace
}  // namespace mpspec
