#include <gtest/gtest.h>
#include <signal.h>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/process.hpp"

namespace mp {
namespace {

using mp::testing::Forked;
using mp::testing::kTestDeadline;
using mp::testing::Signal;

/// What a broken rule answers.
template <class T>
::testing::AssertionResult fails_with(const Result<T>& result, ErrorCode code,
                                      std::string_view message) {
  if (result) return ::testing::AssertionFailure() << "succeeded";
  if (result.error() == Error{code, std::string(message)}) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << to_string(result.error().code) << ": " << result.error().message;
}

Process ended_process() {
  Process process;
  EXPECT_TRUE(process.start());
  EXPECT_TRUE(*process.join(kTestDeadline));
  return process;
}

TEST(ProcessRules, BeforeStart) {
  Process process;
  EXPECT_EQ(*process.pid(), std::nullopt);
  EXPECT_EQ(*process.exitcode(), std::nullopt);
  EXPECT_FALSE(*process.is_alive());
  EXPECT_TRUE(
      fails_with(process.join(), ErrorCode::InvalidArgument, "can only join a started process"));
  EXPECT_TRUE(fails_with(process.sentinel(), ErrorCode::InvalidArgument, "process not started"));
  EXPECT_TRUE(fails_with(process.terminate(), ErrorCode::InvalidArgument, "process not started"));
  EXPECT_TRUE(fails_with(process.kill(), ErrorCode::InvalidArgument, "process not started"));
}

TEST(ProcessRules, StartsOnlyOnce) {
  Signal go;
  Process process([&] { go.await(); });
  ASSERT_TRUE(process.start());
  const Error twice{ErrorCode::InvalidArgument, "cannot start a process twice"};
  EXPECT_EQ(process.start().error(), twice);
  go.raise();
  ASSERT_TRUE(*process.join(kTestDeadline));
  EXPECT_EQ(process.start().error(), twice) << "also when it has ended";
}

TEST(ProcessRules, ARunningProcessCannotBeClosed) {
  Signal go;
  Process process([&] { go.await(); });
  ASSERT_TRUE(process.start());
  EXPECT_TRUE(fails_with(process.close(), ErrorCode::InvalidArgument,
                         "Cannot close a process while it is still running. You should first call "
                         "join() or terminate()."));
  go.raise();
  EXPECT_TRUE(*process.join(kTestDeadline));
  EXPECT_TRUE(process.close());
}

TEST(ProcessRules, AfterClose) {
  Process process = ended_process();
  process.set_name("kept");
  ASSERT_TRUE(process.close());
  EXPECT_TRUE(process.close()) << "twice is fine";
  EXPECT_EQ(process.name(), "kept");
  const std::string_view closed = "process object is closed";
  EXPECT_TRUE(fails_with(process.pid(), ErrorCode::Closed, closed));
  EXPECT_TRUE(fails_with(process.exitcode(), ErrorCode::Closed, closed));
  EXPECT_TRUE(fails_with(process.is_alive(), ErrorCode::Closed, closed));
  EXPECT_TRUE(fails_with(process.join(), ErrorCode::Closed, closed));
  EXPECT_TRUE(fails_with(process.start(), ErrorCode::Closed, closed));
  EXPECT_TRUE(fails_with(process.terminate(), ErrorCode::Closed, closed));
  EXPECT_TRUE(fails_with(process.kill(), ErrorCode::Closed, closed));
  EXPECT_TRUE(fails_with(process.sentinel(), ErrorCode::Closed, closed));
}

TEST(ProcessRules, ClosingAnUnstartedProcessIsFine) {
  Process process;
  EXPECT_TRUE(process.close());
  EXPECT_TRUE(fails_with(process.start(), ErrorCode::Closed, "process object is closed"));
}

TEST(ProcessRules, DaemonIsSetBeforeStart) {
  Process process;
  EXPECT_FALSE(process.is_daemon());
  EXPECT_TRUE(process.set_daemon(true));
  EXPECT_TRUE(process.is_daemon());
  ASSERT_TRUE(process.start());
  EXPECT_TRUE(fails_with(process.set_daemon(false), ErrorCode::InvalidArgument,
                         "process has already started"));
  EXPECT_TRUE(*process.join(kTestDeadline));
}

TEST(ProcessRules, ADaemonicProcessHasNoChildren) {
  Process daemon(
      [] {
        Process child;
        EXPECT_TRUE(child.is_daemon()) << "inherited";
        EXPECT_TRUE(fails_with(child.start(), ErrorCode::InvalidArgument,
                               "daemonic processes are not allowed to have children"));
        throw SystemExit(::testing::Test::HasFailure() ? 1 : 0);
      },
      {.daemon = true});
  ASSERT_TRUE(daemon.start());
  ASSERT_TRUE(*daemon.join(kTestDeadline));
  EXPECT_EQ(*daemon.exitcode(), 0);
}

TEST(ProcessRules, OnlyTheCreatorMayAsk) {
  Process process = ended_process();
  Process unstarted;
  Forked stranger([&] {
    EXPECT_TRUE(fails_with(process.join(), ErrorCode::NotOwner, "can only join a child process"));
    EXPECT_TRUE(
        fails_with(process.is_alive(), ErrorCode::NotOwner, "can only test a child process"));
    EXPECT_TRUE(
        fails_with(process.exitcode(), ErrorCode::NotOwner, "can only test a child process"));
    EXPECT_TRUE(fails_with(unstarted.start(), ErrorCode::NotOwner,
                           "can only start a process object created by current process"));
  });
  EXPECT_EQ(stranger.reap(), 0);
}

TEST(ProcessRules, AChildThatSomebodyElseReapedIsAnError) {
  Process process;
  ASSERT_TRUE(process.start());
  ASSERT_EQ(::waitpid(**process.pid(), nullptr, 0), **process.pid());
  EXPECT_EQ(process.join(kTestDeadline).error().code, ErrorCode::System);
  EXPECT_TRUE(active_children().empty());
}

}  // namespace
}  // namespace mp
