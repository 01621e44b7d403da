// The adapter of POSIX itself: what a C programmer has without any library.
#include <gnu/libc-version.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "shared.hpp"

namespace posix_adapter {

void fail_with_errno(int error) {
  const char* type = error == EEXIST   ? "FileExistsError"
                     : error == ENOENT ? "FileNotFoundError"
                                       : "OSError";
  throw mpspec::kit::Error(type, std::strerror(error));
}

timespec end_of(std::chrono::nanoseconds patience, clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  const std::int64_t nanoseconds = now.tv_nsec + patience.count() % 1'000'000'000;
  return {now.tv_sec + patience.count() / 1'000'000'000 + nanoseconds / 1'000'000'000,
          nanoseconds % 1'000'000'000};
}

namespace {

/// Root may make longer message queues than others. Verdicts are those of everybody.
void be_like_everybody() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2];
  if (::syscall(SYS_capget, &header, data) != 0) return;
  data[0].effective &= ~(1U << CAP_SYS_RESOURCE);
  ::syscall(SYS_capset, &header, data);
}

}  // namespace
}  // namespace posix_adapter

int main() {
  posix_adapter::be_like_everybody();
  mpspec::kit::Table table("posix", std::string("glibc-") + ::gnu_get_libc_version());
  mpspec::kit::add_fork_processes(table);
  posix_adapter::add_locks(table);
  posix_adapter::add_queue(table);
  posix_adapter::add_shared_memory(table);
  return mpspec::kit::serve(table);
}
