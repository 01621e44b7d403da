#pragma once

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/identity.hpp"

namespace mp::testing {

/// Runs an operation in a forked child one machine instruction at a time and kills the child
/// (SIGKILL) after a given number of them: the death of a process at any chosen point of the
/// library's real code.
class SingleStep {
 public:
  /// Whether this system lets a process trace its child.
  static bool is_possible() {
    return run(1, [] {}) >= 0;
  }

  /// Steps through `operation` and kills after `steps_max` instructions. Returns how many were
  /// executed: fewer than `steps_max` when the operation ended before. Negative when the child
  /// cannot be traced.
  template <class Operation>
  static long run(long steps_max, const Operation& operation) {
    const OnOneCpu pinned;
    const pid_t child = ::fork();
    if (child == 0) be_traced(operation);
    const long steps = step(child, steps_max);
    ::kill(child, SIGKILL);
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    return steps;
  }

 private:
  /// Parent and child take turns for every instruction: on one processor that is several times
  /// faster.
  class OnOneCpu {
   public:
    OnOneCpu() {
      ::sched_getaffinity(0, sizeof before_, &before_);
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
      ::sched_setaffinity(0, sizeof one, &one);
    }
    ~OnOneCpu() { ::sched_setaffinity(0, sizeof before_, &before_); }

   private:
    cpu_set_t before_;
  };

  template <class Operation>
  [[noreturn]] static void be_traced(const Operation& operation) {
    // Who the child is costs some thousand instructions to find out, once. They are not the ones to
    // be tested.
    base::this_process();
    base::this_thread();
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(kCannotTrace);
    ::raise(SIGSTOP);
    operation();
    ::raise(SIGSTOP);
    ::_exit(0);
  }

  static long step(pid_t child, long steps_max) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return -1;
    long steps = 0;
    while (steps < steps_max) {
      if (::ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) return -1;
      if (::waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return -1;
      if (WSTOPSIG(status) != SIGTRAP) break;  // the second stop: the operation has ended
      ++steps;
    }
    return steps;
  }

  static constexpr int kCannotTrace = 77;
};

/// For every point (or, in a long operation, about `points_max` evenly spread ones): `prepare`
/// makes a fresh world, `operate` runs on it in a child that is killed there, `check` looks at what
/// is left.
template <class Prepare, class Operate, class Check>
void kill_everywhere(long points_max, const Prepare& prepare, const Operate& operate,
                     const Check& check) {
  if (!SingleStep::is_possible())
    GTEST_SKIP() << "this system does not let a process trace its child";
  constexpr long kNoEnd = 10'000'000;
  long length = 0;
  {
    auto world = prepare();
    length = SingleStep::run(kNoEnd, [&] { operate(world); });
    ASSERT_GT(length, 0);
    ASSERT_LT(length, kNoEnd);
    check(world);
  }
  const long stride = std::max(1L, length / points_max);
  for (long steps = 0; steps <= length; steps += stride) {
    SCOPED_TRACE("killed after " + std::to_string(steps) + " of " + std::to_string(length) +
                 " instructions");
    auto world = prepare();
    SingleStep::run(steps, [&] { operate(world); });
    check(world);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace mp::testing
