// Watches a process from outside, whosever child it is.
#pragma once

#include <sys/types.h>

#include "driver/line_connection.hpp"

namespace mpspec {

class ProcessWatch {
 public:
  /// The process must be alive, so that its id is still its own.
  explicit ProcessWatch(pid_t pid);
  ~ProcessWatch();
  ProcessWatch(const ProcessWatch&) = delete;
  ProcessWatch& operator=(const ProcessWatch&) = delete;

  /// Whether it has ended by then; one that its parent has not waited for yet has ended, too.
  [[nodiscard]] bool ended_by(Clock::time_point deadline) const;

 private:
  int descriptor_;
};

}  // namespace mpspec
