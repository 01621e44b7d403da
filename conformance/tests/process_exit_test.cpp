// PROCESS: exit codes.
#include <climits>
#include <csignal>

#include "tests/support/conformance.hpp"
#include "tests/support/process_watch.hpp"

namespace mpspec {
namespace {

class ProcessExitConformance : public Conformance {
 protected:
  Outcome exitcode_after_join(const Object& process) {
    EXPECT_THAT(main().call(process, "join"), Returns(Value()));
    return main().call(process, "exitcode");
  }
  /// The exit code of a new child that ends in that way.
  Outcome exitcode_of(const std::string& operation, const Args& args = {}) {
    const Child child = main().spawn();
    child.actor.end(operation, args);
    return exitcode_after_join(child.process);
  }
  Child spawn_that_ignores_sigterm() {
    const Child child = main().spawn();
    EXPECT_THAT(child.actor.call("actor.ignore_signal", {SIGTERM}), Returns(Value()));
    return child;
  }
};

TEST_F(ProcessExitConformance, PROCESS_016_ReturnGivesZero) {
  EXPECT_THAT(exitcode_of("actor.return"), Returns(0));
}

TEST_F(ProcessExitConformance, PROCESS_017_NoTargetGivesZero) {
  const Object process = main().keep({"", "Process"}, "new_bare", "Process");
  EXPECT_THAT(main().call(process, "start"), Returns(Value()));
  EXPECT_THAT(exitcode_after_join(process), Returns(0));
  EXPECT_THAT(main().call(process, "is_alive"), Returns(false));
}

TEST_F(ProcessExitConformance, PROCESS_018_AnExceptionGivesOne) {
  for (const char* type : {"ValueError", "KeyError", "RuntimeError"}) {
    EXPECT_THAT(exitcode_of("actor.raise", {type, "on purpose"}), Returns(1)) << type;
  }
}

TEST_F(ProcessExitConformance, PROCESS_018_OthersAreNotAffected) {
  const Child other = main().spawn();
  EXPECT_THAT(exitcode_of("actor.raise", {"ValueError", "on purpose"}), Returns(1));
  EXPECT_THAT(main().call("actor.echo", {"on"}), Returns("on"));
  EXPECT_THAT(other.actor.call("actor.echo", {"on"}), Returns("on"));
  EXPECT_THAT(main().call(other.process, "is_alive"), Returns(true));
}

TEST_F(ProcessExitConformance, PROCESS_019_AnIntegerModulo256) {
  for (const int n : {0, 1, 3, 255, 256, 257, -1, -255, -256, INT_MAX, INT_MIN}) {
    EXPECT_THAT(exitcode_of("actor.exit", {n}), Returns(n & 255)) << n;
  }
}

TEST_F(ProcessExitConformance, PROCESS_020_NothingGivesZero) {
  EXPECT_THAT(exitcode_of("actor.exit", {Value()}), Returns(0));
  EXPECT_THAT(exitcode_of("actor.exit"), Returns(0));
}

TEST_F(ProcessExitConformance, PROCESS_021_AnotherObjectGivesOne) {
  for (const Value& object :
       {Value("text"), Value(""), Value(2.5), Value(0.0), list({0}), dict()}) {
    EXPECT_THAT(exitcode_of("actor.exit", {object}), Returns(1)) << object;
  }
}

TEST_F(ProcessExitConformance, PROCESS_022_OsExitGivesItsCode) {
  for (const int n : {0, 1, 7, 255}) {
    EXPECT_THAT(exitcode_of("actor.os_exit", {n}), Returns(n)) << n;
  }
}

TEST_F(ProcessExitConformance, PROCESS_023_AChildThatSendsItselfASignal) {
  // SIGABRT and SIGSEGV carry the mark of a core dump in the wait status.
  for (const int number : {SIGHUP, SIGABRT, SIGUSR1, SIGSEGV, SIGTERM, SIGKILL}) {
    EXPECT_THAT(exitcode_of("actor.signal", {number}), Returns(-number)) << number;
  }
}

TEST_F(ProcessExitConformance, PROCESS_023_AChildThatIsKilledFromOutside) {
  const Child child = main().spawn();
  child.actor.kill();
  EXPECT_THAT(exitcode_after_join(child.process), Returns(-SIGKILL));
}

TEST_F(ProcessExitConformance, PROCESS_024_TerminateEndsTheChild) {
  const Child child = main().spawn();
  EXPECT_THAT(main().call(child.process, "terminate"), Returns(Value()));
  EXPECT_THAT(exitcode_after_join(child.process), Returns(-SIGTERM));
}

TEST_F(ProcessExitConformance, PROCESS_024_TerminateEndsABlockedChild) {
  const Object lock = main().make("Lock");
  const Child child = main().spawn({lock});
  ASSERT_THAT(main().call(lock, "acquire"), Returns(true));
  static_cast<void>(child.actor.begin(lock, "acquire"));
  EXPECT_THAT(main().call(child.process, "terminate"), Returns(Value()));
  EXPECT_THAT(exitcode_after_join(child.process), Returns(-SIGTERM));
}

TEST_F(ProcessExitConformance, PROCESS_025_AChildThatIgnoresTerminateGoesOn) {
  const Child child = spawn_that_ignores_sigterm();
  EXPECT_THAT(main().call(child.process, "terminate"), Returns(Value()));
  EXPECT_THAT(child.actor.call("actor.echo", {"on"}), Returns("on"));
  // Longer than a signal takes: a child that it ends would be joined within.
  EXPECT_THAT(main().call(child.process, "join", {0.05}), Returns(Value()));
  EXPECT_THAT(main().call(child.process, "is_alive"), Returns(true));
  EXPECT_THAT(child.actor.call("actor.echo", {"still"}), Returns("still"));
}

TEST_F(ProcessExitConformance, PROCESS_026_KillEndsTheChild) {
  const Child child = main().spawn();
  EXPECT_THAT(main().call(child.process, "kill"), Returns(Value()));
  EXPECT_THAT(exitcode_after_join(child.process), Returns(-SIGKILL));
}

TEST_F(ProcessExitConformance, PROCESS_026_KillEndsAChildThatIgnoresTerminate) {
  const Child child = spawn_that_ignores_sigterm();
  EXPECT_THAT(main().call(child.process, "kill"), Returns(Value()));
  EXPECT_THAT(exitcode_after_join(child.process), Returns(-SIGKILL));
}

TEST_F(ProcessExitConformance, PROCESS_027_TerminateAndKillAfterTheEnd) {
  for (const std::string method : {"terminate", "kill"}) {
    const Child child = main().spawn();
    child.actor.end("actor.exit", {6});
    ASSERT_THAT(exitcode_after_join(child.process), Returns(6));
    EXPECT_THAT(main().call(child.process, method), Returns(Value())) << method;
    EXPECT_THAT(main().call(child.process, "exitcode"), Returns(6)) << method;
  }
}

TEST_F(ProcessExitConformance, PROCESS_027_BeforeTheEndIsNoticed) {
  const Child child = main().spawn();
  ProcessWatch watch(child.actor.pid());
  child.actor.end("actor.exit", {6});
  ASSERT_TRUE(watch.ended_by(adapter().deadline()));
  EXPECT_THAT(main().call(child.process, "terminate"), Returns(Value()));
  EXPECT_THAT(exitcode_after_join(child.process), Returns(6));
}

}  // namespace
}  // namespace mpspec
