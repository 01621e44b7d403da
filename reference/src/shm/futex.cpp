#include "shm/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "base/poll.hpp"
#include "mp/assert.hpp"

namespace mp::shm {

// Not FUTEX_PRIVATE: the sleepers are in other processes.

void futex_wait(FutexWord& word, std::uint32_t expected, Timeout at_most) {
  const timespec slice = base::to_timespec(at_most);
  const long result = ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, &slice, nullptr, 0);
  MP_ASSERT(result == 0 || errno == EAGAIN || errno == EINTR || errno == ETIMEDOUT);
}

void futex_wake(FutexWord& word, int count) {
  const long result = ::syscall(SYS_futex, &word, FUTEX_WAKE, count, nullptr, nullptr, 0);
  MP_ASSERT(result >= 0);
}

void futex_wake_all(FutexWord& word) { futex_wake(word, std::numeric_limits<int>::max()); }

}  // namespace mp::shm
