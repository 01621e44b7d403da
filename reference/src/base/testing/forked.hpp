#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <utility>

#include "base/poll.hpp"

namespace mp::testing {

/// A bare forked process for the tests of what lies below mp::Process. The child runs `body` and
/// leaves by _exit(0), or by _exit(1) when a gtest expectation failed in it; the destructor kills
/// and reaps it.
class Forked {
 public:
  template <class Body>
  explicit Forked(Body&& body) : pid_(::fork()) {
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

 private:
  pid_t pid_;
};

/// Blocks until killed.
[[noreturn]] inline void sleep_for_ever() {
  while (true) ::pause();
}

}  // namespace mp::testing
