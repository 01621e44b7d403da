#pragma once

#include <sched.h>

#include <algorithm>
#include <chrono>

#include "mp/clock.hpp"

namespace mp::manager {

/// Looking again and again before a sleep, for about as long as two wake-ups take, and rarely while
/// it was of no use lately. Between looks it gives the processor to others who could run there:
/// when there are more clients than processors, whoever is waited for may be one of them.
class Vigil {
 public:
  /// Whether `ready()` became true.
  template <class Ready>
  bool keep(const Ready& ready) {
    if (trust_ == 0 && ++declined_ % kTryAgain != 0) return false;
    for (int look = 0; look < kPauses; ++look) {
      if (ready()) return succeeded();
      pause();
    }
    const Clock::time_point end = Clock::now() + kLongest;
    do {
      for (int look = 0; look < kLooksBetweenYields; ++look) {
        if (ready()) return succeeded();
        pause();
      }
      ::sched_yield();
    } while (Clock::now() < end);
    return ready() ? succeeded() : failed();
  }

 private:
  static constexpr int kPauses = 100;
  static constexpr int kLooksBetweenYields = 8;
  static constexpr std::chrono::microseconds kLongest{50};
  static constexpr int kTrustMost = 8;
  static constexpr unsigned kTryAgain = 16;

  bool succeeded() {
    trust_ = std::min(trust_ + 2, kTrustMost);
    return true;
  }
  bool failed() {
    trust_ = std::max(trust_ - 1, 0);
    return false;
  }
  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  int trust_ = kTrustMost;
  unsigned declined_ = 0;
};

}  // namespace mp::manager
