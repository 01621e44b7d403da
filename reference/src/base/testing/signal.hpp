#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "base/poll.hpp"
#include "base/unique_fd.hpp"

namespace mp::testing {

/// How long a unit test waits for a message before it fails. Orders nothing; only ends a hang.
inline constexpr std::chrono::seconds kTestDeadline{30};

/// Orders the processes of a test: made before a fork, raised on one side, awaited on the other.
/// Counts, so several raises satisfy several awaits.
class Signal {
 public:
  Signal() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) ADD_FAILURE() << "pipe2 failed";
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
  }

  void raise() const {
    const char token = 1;
    EXPECT_EQ(::write(writer_.get(), &token, 1), 1);
  }

  /// Whether the signal came; a missing one also fails the test (in the process that runs it).
  bool await() const {
    const bool came = came_within(kTestDeadline);
    EXPECT_TRUE(came) << "a signal of the test did not come";
    return came;
  }

  bool came_within(Timeout timeout) const {
    const Result<bool> ready = base::poll_readable(reader_.get(), Deadline::after(timeout));
    char token = 0;
    return ready && *ready && ::read(reader_.get(), &token, 1) == 1;
  }

 private:
  base::UniqueFd reader_;
  base::UniqueFd writer_;
};

}  // namespace mp::testing
