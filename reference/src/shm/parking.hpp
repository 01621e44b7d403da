#pragma once

#include "shm/futex.hpp"

namespace mp::shm {

/// A word that changes when something happens, and how many may sleep until it does. Zero at first.
///
/// Whoever makes it happen changes the word and then looks at the count; whoever waits raises the
/// count and then lets the kernel compare the word. All four are sequentially consistent, so at
/// least one of them sees the other, and nobody pays for a system call when nobody sleeps.
///
/// A death ... of a sleeper:                             it stays counted: a futile wake-up now and
/// then, for ever
///         ... between change and wake-up, or of the one sleeper that was woken:  the others look
///         again at the end
///             of their slice
struct Parking {
  FutexWord word{0};
  std::atomic<std::uint32_t> sleepers{0};

  /// Sleeps while the word is `seen`, for `at_most` that long. Returns early for any reason.
  void sleep(std::uint32_t seen, Timeout at_most) {
    sleepers.fetch_add(1);
    futex_wait(word, seen, at_most);
    sleepers.fetch_sub(1);
  }

  /// After a change of the word.
  void wake(int count) {
    if (sleepers.load() > 0) futex_wake(word, count);
  }
  void wake_all() {
    if (sleepers.load() > 0) futex_wake_all(word);
  }
};
static_assert(sizeof(Parking) == 8);

}  // namespace mp::shm
