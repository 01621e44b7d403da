#pragma once

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "mp/clock.hpp"

namespace mp::testing {

/// A bare forked process for the tests of what lies below mp::Process. The child runs `body` and
/// leaves by _exit(0), or by _exit(1) when a gtest expectation failed in it; the destructor kills
/// and reaps it.
class Forked {
 public:
  template <class Body>
  explicit Forked(Body&& body) {
    std::fflush(stdout);  // or the child writes what the parent has buffered once more
    pid_ = ::fork();
    if (pid_ != 0) return;
    try {
      std::forward<Body>(body)();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  Forked(Forked&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  Forked& operator=(Forked&&) = delete;
  ~Forked() {
    if (pid_ > 0) kill_and_reap();
  }

  pid_t pid() const { return pid_; }
  void kill() const { EXPECT_EQ(::kill(pid_, SIGKILL), 0); }

  /// Waits for its end: the exit code, or the negative number of the signal that ended it.
  int reap() {
    int status = 0;
    EXPECT_EQ(::waitpid(std::exchange(pid_, 0), &status, 0) > 0, true);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int kill_and_reap() {
    kill();
    return reap();
  }
  /// Waits for its end without reaping it: it stays a zombie.
  void await_end() const {
    siginfo_t info{};
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT), 0);
  }

  /// Waits until it sleeps. A child that said that it is about to wait is waiting then.
  void await_asleep() const {
    const std::string path = "/proc/" + std::to_string(pid_) + "/stat";
    const Deadline deadline = Deadline::after(std::chrono::seconds(30));
    while (state_in(path) != 'S') {
      ASSERT_FALSE(deadline.passed()) << "it does not sleep";
      ::sched_yield();
    }
  }

 private:
  /// The first letter behind the name in parentheses, see proc(5).
  static char state_in(const std::string& path) {
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const std::size_t after_name = text.rfind(')');
    return after_name == std::string::npos ? '?' : text.at(after_name + 2);
  }

  pid_t pid_ = 0;
};

/// Blocks until killed.
[[noreturn]] inline void sleep_for_ever() {
  while (true) ::pause();
}

}  // namespace mp::testing
