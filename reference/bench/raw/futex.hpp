#pragma once

#include <immintrin.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

/// The raw mechanisms that the library is measured against: as little as the work needs, safe
/// against no death. None of the library's code.
namespace mp::bench::raw {

using Word = std::atomic<std::uint32_t>;

inline void sleep_while(Word& word, std::uint32_t seen) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT, seen, nullptr, nullptr, 0);
}
inline void wake(Word& word, int count) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE, count, nullptr, nullptr, 0);
}

/// A mutex of three states: free, locked, locked with sleepers.
class FutexMutex {
 public:
  void lock() {
    std::uint32_t seen = 0;
    if (word_.compare_exchange_strong(seen, 1, std::memory_order_acquire)) return;
    if (seen != 2) seen = word_.exchange(2, std::memory_order_acquire);
    while (seen != 0) {
      sleep_while(word_, 2);
      seen = word_.exchange(2, std::memory_order_acquire);
    }
  }
  void unlock() {
    if (word_.exchange(0, std::memory_order_release) == 2) wake(word_, 1);
  }

 private:
  Word word_{0};
};

/// Two sides that take turns on a word each.
class FutexTurns {
 public:
  void give(int side) {
    Word& word = words_[side].value;
    word.fetch_add(1);
    wake(word, 1);
  }
  void take(int side) {
    Word& word = words_[side].value;
    std::uint32_t seen = 0;
    while ((seen = word.load()) == 0) sleep_while(word, 0);
    word.fetch_sub(1);
  }

 private:
  struct alignas(64) Line {
    Word value{0};
  };
  Line words_[2];
};

/// Waiting for a moment first, asleep then: 100 pauses, 20 yields, a futex.
class Patience {
 public:
  /// Whether to look again at once.
  bool spin() {
    if (looks_ < 100) {
      _mm_pause();
    } else if (looks_ < 120) {
      ::sched_yield();
    } else {
      return false;
    }
    ++looks_;
    return true;
  }

 private:
  int looks_ = 0;
};

}  // namespace mp::bench::raw
