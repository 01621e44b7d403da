#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/poll.hpp"
#include "base/unique_fd.hpp"
#include "mp/clock.hpp"

namespace mp::manager::testing {

/// A program that a test runs: found on PATH, given arguments and variables, spoken to in lines.
/// Killed and reaped at the end. What it writes to standard error is the test's own.
class ChildProgram {
 public:
  /// Only ends a hang.
  static constexpr std::chrono::seconds kDeadline{60};

  explicit ChildProgram(std::vector<std::string> command, std::vector<std::string> variables = {},
                        bool keep_errors = false) {
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) {
      ADD_FAILURE() << "pipe2 failed";
      return;
    }
    const base::UniqueFd child_in(in[0]);
    const base::UniqueFd child_out(out[1]);
    to_child_.reset(in[1]);
    from_child_.reset(out[0]);

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, child_in.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, child_out.get(), STDOUT_FILENO);
    if (keep_errors) {
      ::posix_spawn_file_actions_adddup2(&actions, child_out.get(), STDERR_FILENO);
    }
    std::vector<char*> argv = pointers(command);
    std::vector<std::string> environment = std::move(variables);
    for (char** variable = environ; *variable != nullptr; ++variable) {
      environment.emplace_back(*variable);
    }
    std::vector<char*> envp = pointers(environment);
    const int error = ::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), envp.data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (error == 0) return;
    pid_ = 0;
    ADD_FAILURE() << "cannot run " << command[0] << ": " << std::strerror(error);
  }
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;
  ~ChildProgram() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  pid_t pid() const { return pid_; }
  void signal(int number) const { EXPECT_EQ(::kill(pid_, number), 0); }

  void write_line(const std::string& line) {
    const std::string text = line + '\n';
    EXPECT_EQ(::write(to_child_.get(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }
  /// Its next line, without the end; nothing at the end of its output, or when it hangs.
  std::optional<std::string> read_line() {
    while (true) {
      if (const std::size_t end = buffer_.find('\n'); end != buffer_.npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      if (!read_more()) return std::nullopt;
    }
  }
  /// Everything until its end.
  std::string read_all() {
    while (read_more()) {
    }
    return std::exchange(buffer_, {});
  }
  /// Closes its input and waits for its end: the exit code, or the negative number of a signal.
  int wait() {
    to_child_.reset();
    if (!read_to_the_end()) return -1;
    int status = 0;
    EXPECT_EQ(::waitpid(std::exchange(pid_, 0), &status, 0) > 0, true);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> made;
    for (std::string& text : texts) made.push_back(text.data());
    made.push_back(nullptr);
    return made;
  }
  bool read_more() {
    const Result<bool> ready = base::poll_readable(from_child_.get(), Deadline::after(kDeadline));
    if (!ready || !*ready) {
      ADD_FAILURE() << "the program hangs; so far it wrote: " << buffer_;
      return false;
    }
    char chunk[4096];
    const ssize_t got = ::read(from_child_.get(), chunk, sizeof chunk);
    if (got > 0) buffer_.append(chunk, static_cast<std::size_t>(got));
    return got > 0;
  }
  bool read_to_the_end() {
    while (true) {
      const Result<bool> ready = base::poll_readable(from_child_.get(), Deadline::after(kDeadline));
      if (!ready || !*ready) {
        ADD_FAILURE() << "the program does not end";
        return false;
      }
      if (!read_more()) return true;
    }
  }

  pid_t pid_ = 0;
  base::UniqueFd to_child_;
  base::UniqueFd from_child_;
  std::string buffer_;
};

}  // namespace mp::manager::testing
