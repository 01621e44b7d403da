#include "manager/ring/sleep_on_words.hpp"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>

namespace mp::manager {
namespace {

futex_waitv waiter(shm::FutexWord& word, std::uint32_t expected) {
  futex_waitv made{};
  made.val = expected;
  made.uaddr = reinterpret_cast<std::uintptr_t>(&word);
  made.flags = FUTEX_32;  // not private, as all futexes of shm
  return made;
}

timespec moment_in(Timeout time) {
  // The kernel's monotonic clock is steady_clock's.
  const auto when = (Clock::now() + time).time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(when);
  return {.tv_sec = seconds.count(), .tv_nsec = (when - seconds).count()};
}

}  // namespace

bool sleep_on_words(shm::FutexWord& news, std::uint32_t seen,
                    std::span<shm::FutexWord* const> words, Timeout at_most) {
  if (words.size() >= kWordsMax) return false;
  std::array<futex_waitv, kWordsMax> waiters;
  unsigned int count = 0;
  waiters[count++] = waiter(news, seen);
  for (shm::FutexWord* word : words) waiters[count++] = waiter(*word, kAsleep);
  const timespec until = moment_in(at_most);
  const long done = ::syscall(SYS_futex_waitv, waiters.data(), count, 0, &until, CLOCK_MONOTONIC);
  return done >= 0 || errno == EAGAIN || errno == EINTR || errno == ETIMEDOUT;
}

}  // namespace mp::manager
