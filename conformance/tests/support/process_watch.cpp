#include "tests/support/process_watch.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mpspec {

ProcessWatch::ProcessWatch(pid_t pid)
    : descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

ProcessWatch::~ProcessWatch() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool ProcessWatch::ended_by(Clock::time_point deadline) const {
  // Without a descriptor the process was gone already.
  return descriptor_ < 0 || wait_ready(descriptor_, POLLIN, deadline);
}

}  // namespace mpspec
