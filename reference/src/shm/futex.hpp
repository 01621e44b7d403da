#pragma once

#include <atomic>
#include <cstdint>

#include "mp/clock.hpp"

namespace mp::shm {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free &&
                  sizeof(std::atomic<std::uint32_t>) == 4,
              "a futex word is a plain 32-bit integer that several processes share");

using FutexWord = std::atomic<std::uint32_t>;

/// Sleeps while `word` holds `expected`, for `at_most` that long. May return early for any reason:
/// callers look at the word again.
void futex_wait(FutexWord& word, std::uint32_t expected, Timeout at_most);

/// Wakes up to `count` sleepers, in whatever processes.
void futex_wake(FutexWord& word, int count);
void futex_wake_all(FutexWord& word);

/// Cuts a wait into pieces. Between two pieces the waiter looks at the world with its own eyes:
/// whether the holder it waits for still lives, and whether a wake-up was given to a process that
/// died before it could act on it. So no death costs anybody more than one slice.
class WaitSlices {
 public:
  explicit WaitSlices(const Deadline& deadline) : deadline_(deadline) {}

  /// How long to sleep now: 4 ms at first, doubling to 64 ms, and not beyond the deadline.
  Timeout next() {
    const Timeout slice = std::min(slice_, deadline_.remaining());
    slice_ = std::min<Timeout>(slice_ * 2, kLongest);
    return slice;
  }

  static constexpr std::chrono::milliseconds kFirst{4};
  static constexpr std::chrono::milliseconds kLongest{64};

 private:
  const Deadline& deadline_;
  Timeout slice_ = kFirst;
};

}  // namespace mp::shm
