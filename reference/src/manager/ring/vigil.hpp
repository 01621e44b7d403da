#pragma once

#include <algorithm>
#include <chrono>

#include "mp/clock.hpp"
#include "shm/spin.hpp"

namespace mp::manager {

/// Looking again and again before a sleep, for about as long as a wake-up from another processor
/// takes; rarely while it was of no use lately, and not at all for a while when others want the
/// processor: a look that comes late says so. shm::Spin keeps such a trust for each thread;
/// here it is the ring's own. It never yields, which gives a whole time slice to them, and does not
/// spend its own on waiting: who sleeps is let in at once when woken.
class Vigil {
 public:
  /// Whether `ready()` became true.
  template <class Ready>
  bool keep(const Ready& ready) {
    if (trust_ == 0 && ++declined_ % kTryAgain != 0) return false;
    for (int look = 0; look < kPauses; ++look) {
      if (ready()) return succeeded();
      shm::Spin::pauses(1);
    }
    const Clock::time_point end = Clock::now() + kLongest;
    while (!ready()) {
      if (const Clock::time_point now = Clock::now(); now > end) return failed(now - end);
      shm::Spin::pauses(kPausesPerLook);
    }
    return succeeded();
  }

 private:
  static constexpr int kPauses = 100;
  static constexpr int kPausesPerLook = 8;
  static constexpr std::chrono::microseconds kLongest{50};
  static constexpr std::chrono::microseconds kLate{100};
  static constexpr int kTrustMost = 8;
  static constexpr unsigned kTryAgain = 16;

  bool succeeded() {
    trust_ = std::min(trust_ + 2, kTrustMost);
    return true;
  }
  bool failed(Clock::duration late) {
    trust_ = late > kLate ? 0 : std::max(trust_ - 1, 0);
    return false;
  }

  int trust_ = kTrustMost;
  unsigned declined_ = 0;
};

}  // namespace mp::manager
