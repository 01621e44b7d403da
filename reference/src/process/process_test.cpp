#include "mp/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"

namespace mp {
namespace {

using namespace std::chrono_literals;
using mp::testing::kTestDeadline;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;
using ::testing::HasSubstr;

std::optional<int> exitcode_of(Process::Target target) {
  Process process(std::move(target));
  EXPECT_TRUE(process.start());
  EXPECT_TRUE(process.join(kTestDeadline).value_or(false));
  return process.exitcode().value_or(std::nullopt);
}

/// Everything that `target`'s process writes to standard error.
std::string stderr_of(Process::Target target) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  EXPECT_TRUE(exitcode_of([&] {
    ::dup2(ends[1], STDERR_FILENO);
    target();
  }));
  ::close(ends[1]);
  std::string text(4096, '\0');
  text.resize(
      static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ends[0], text.data(), text.size()))));
  ::close(ends[0]);
  return text;
}

/// A target that ends by a signal, without leaving a core file.
Process::Target ends_by(int signal) {
  return [signal] {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::signal(signal, SIG_DFL);
    ::raise(signal);
    sleep_for_ever();
  };
}

TEST(Process, RunsItsTargetInAChild) {
  Signal ran;
  const pid_t parent = ::getpid();
  EXPECT_EQ(exitcode_of([&] {
              if (::getpid() != parent && ::getppid() == parent) ran.raise();
            }),
            0);
  EXPECT_TRUE(ran.await());
}

TEST(Process, WithoutATargetReturnsAtOnce) { EXPECT_EQ(exitcode_of({}), 0); }

TEST(Process, ExitCodesFollowPython) {
  EXPECT_EQ(exitcode_of([] {}), 0);
  EXPECT_EQ(exitcode_of([] { throw std::runtime_error("meant to happen"); }), 1);
  EXPECT_EQ(exitcode_of([] { throw 5; }), 1);
  EXPECT_EQ(exitcode_of([] { throw SystemExit(); }), 0);
  EXPECT_EQ(exitcode_of([] { throw SystemExit(3); }), 3);
  EXPECT_EQ(exitcode_of([] { throw SystemExit(255); }), 255);
  EXPECT_EQ(exitcode_of([] { throw SystemExit(256); }), 0);
  EXPECT_EQ(exitcode_of([] { throw SystemExit(-1); }), 255);
  EXPECT_EQ(exitcode_of([] { throw SystemExit("a reason"); }), 1);
  EXPECT_EQ(exitcode_of([] { ::_exit(7); }), 7);
  EXPECT_EQ(exitcode_of(ends_by(SIGTERM)), -SIGTERM);
  EXPECT_EQ(exitcode_of(ends_by(SIGKILL)), -SIGKILL);
  EXPECT_EQ(exitcode_of(ends_by(SIGABRT)), -SIGABRT);
}

TEST(Process, TellsOfAnUncaughtException) {
  const std::string text = stderr_of([] { throw std::out_of_range("the reason"); });
  EXPECT_THAT(text, HasSubstr("std::out_of_range: the reason"));
  EXPECT_THAT(text, HasSubstr("Process-"));
  EXPECT_EQ(stderr_of([] { throw SystemExit("bye"); }), "bye\n");
  EXPECT_EQ(stderr_of([] { throw SystemExit(2); }), "");
}

TEST(Process, ReadsNothingFromStandardInput) {
  EXPECT_EQ(exitcode_of([] {
              char byte = 0;
              throw SystemExit(static_cast<int>(::read(STDIN_FILENO, &byte, 1)));
            }),
            0);
}

TEST(Process, JoinWaitsForTheEnd) {
  Signal go;
  Process process([&] { go.await(); });
  ASSERT_TRUE(process.start());
  EXPECT_FALSE(*process.join(kPoll));
  EXPECT_FALSE(*process.join(-1s));
  const Clock::time_point started = Clock::now();
  EXPECT_FALSE(*process.join(20ms));
  EXPECT_GE(Clock::now() - started, 20ms);
  EXPECT_TRUE(*process.is_alive());
  EXPECT_EQ(*process.exitcode(), std::nullopt);

  go.raise();
  EXPECT_TRUE(*process.join());
  EXPECT_TRUE(*process.join()) << "may be repeated";
  EXPECT_FALSE(*process.is_alive());
  EXPECT_EQ(*process.exitcode(), 0);
}

TEST(Process, SeveralThreadsMayJoin) {
  Signal go;
  Process process([&] {
    go.await();
    throw SystemExit(4);
  });
  ASSERT_TRUE(process.start());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&process] {
      EXPECT_TRUE(process.join(kTestDeadline).value_or(false));
      EXPECT_EQ(*process.exitcode(), 4);
    });
  }
  go.raise();
  for (std::thread& thread : threads) thread.join();
}

TEST(Process, TheSentinelBecomesReadableAndStaysSo) {
  Signal go;
  Process process([&] { go.await(); });
  ASSERT_TRUE(process.start());
  const int sentinel = *process.sentinel();
  EXPECT_FALSE(*base::poll_readable(sentinel, Deadline::after(kPoll)));
  go.raise();
  EXPECT_TRUE(*base::poll_readable(sentinel, Deadline::after(kTestDeadline)));
  ASSERT_TRUE(*process.join());
  EXPECT_TRUE(*base::poll_readable(sentinel, Deadline::after(kPoll)));
}

TEST(Process, TerminateAndKill) {
  Process polite(sleep_for_ever);
  ASSERT_TRUE(polite.start());
  EXPECT_TRUE(polite.terminate());
  EXPECT_TRUE(*polite.join(kTestDeadline));
  EXPECT_EQ(*polite.exitcode(), -SIGTERM);
  EXPECT_TRUE(polite.terminate()) << "no error after the end";
  EXPECT_TRUE(polite.kill());
  EXPECT_EQ(*polite.exitcode(), -SIGTERM);

  Signal ignoring;
  Process stubborn([&] {
    ::signal(SIGTERM, SIG_IGN);
    ignoring.raise();
    sleep_for_ever();
  });
  ASSERT_TRUE(stubborn.start());
  ASSERT_TRUE(ignoring.await());
  EXPECT_TRUE(stubborn.terminate());
  EXPECT_FALSE(*stubborn.join(20ms));
  EXPECT_TRUE(stubborn.kill());
  EXPECT_TRUE(*stubborn.join(kTestDeadline));
  EXPECT_EQ(*stubborn.exitcode(), -SIGKILL);
}

TEST(Process, ActiveChildrenDropsTheFinished) {
  Signal go;
  Process waiting([&] { go.await(); }, {.name = "waiting"});
  Process brief;
  ASSERT_TRUE(waiting.start());
  ASSERT_TRUE(brief.start());
  ASSERT_TRUE(*base::poll_readable(*brief.sentinel(), Deadline::after(kTestDeadline)));
  const std::vector<Process> active = active_children();
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(active[0], waiting);
  EXPECT_EQ(active[0].name(), "waiting");
  EXPECT_EQ(::kill(**brief.pid(), 0), -1) << "it was reaped";
  go.raise();
  EXPECT_TRUE(*waiting.join(kTestDeadline));
  EXPECT_TRUE(active_children().empty());
}

TEST(Process, OutlivesItsHandle) {
  Signal go;
  Signal done;
  {
    Process process([&] {
      go.await();
      done.raise();
    });
    ASSERT_TRUE(process.start());
  }
  std::vector<Process> active = active_children();
  ASSERT_EQ(active.size(), 1u);
  go.raise();
  EXPECT_TRUE(done.await());
  EXPECT_TRUE(*active[0].join(kTestDeadline));
}

TEST(Process, ReleasesWhatItsTargetHoldsWhenItStarts) {
  auto held = std::make_shared<int>(1);
  Process process([held] {});
  EXPECT_EQ(held.use_count(), 2);
  ASSERT_TRUE(process.start());
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_TRUE(*process.join(kTestDeadline));
}

TEST(CurrentProcess, TheFirstOneIsTheMainProcess) {
  EXPECT_EQ(current_process().name, "MainProcess");
  EXPECT_EQ(current_process().pid, ::getpid());
  EXPECT_FALSE(current_process().daemon);
  EXPECT_FALSE(parent_process());
}

TEST(CurrentProcess, AChildKnowsItselfAndItsParent) {
  const pid_t parent = ::getpid();
  Process process({}, {.name = "the child"});
  process = Process(
      [&] {
        EXPECT_EQ(current_process().name, "the child");
        EXPECT_EQ(parent_process()->name, "MainProcess");
        EXPECT_EQ(parent_process()->pid, parent);
        EXPECT_TRUE(parent_process()->is_alive());
        EXPECT_TRUE(process.is_alive().value_or(false)) << "it asks about itself";
        EXPECT_EQ(*process.pid(), ::getpid());
        throw SystemExit(::testing::Test::HasFailure() ? 1 : 0);
      },
      {.name = "the child"});
  ASSERT_TRUE(process.start());
  ASSERT_TRUE(*process.join(kTestDeadline));
  EXPECT_EQ(*process.exitcode(), 0);
}

TEST(CurrentProcess, NamesCountTheObjectsMade) {
  const auto number_in = [](const std::string& name) {
    return std::stoi(name.substr(name.rfind('-') + 1));
  };
  const Process first;
  const Process second;
  EXPECT_THAT(first.name(), ::testing::StartsWith("Process-"));
  EXPECT_EQ(number_in(second.name()), number_in(first.name()) + 1);

  Process parent([] {
    const Process grandchild;
    throw SystemExit(grandchild.name() == current_process().name + ":1" ? 0 : 1);
  });
  ASSERT_TRUE(parent.start());
  ASSERT_TRUE(*parent.join(kTestDeadline));
  EXPECT_EQ(*parent.exitcode(), 0);
}

}  // namespace
}  // namespace mp
