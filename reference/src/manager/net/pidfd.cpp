#include "manager/net/pidfd.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace mp::manager {

base::UniqueFd open_pidfd(pid_t pid) {
  // The descriptor is close-on-exec by itself.
  return base::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace mp::manager
