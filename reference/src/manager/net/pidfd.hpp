#pragma once

#include <sys/types.h>

#include "base/unique_fd.hpp"

namespace mp::manager {

/// A descriptor that becomes readable when the process has ended. Empty, with errno ESRCH, when
/// there is no such process (any more); with another errno when it cannot be watched.
base::UniqueFd open_pidfd(pid_t pid);

}  // namespace mp::manager
