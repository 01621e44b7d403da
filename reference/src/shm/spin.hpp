#pragma once

#include "mp/clock.hpp"
#include "shm/last_seen.hpp"

namespace mp::shm {

/// Looking again and again before a sleep: a wake-up from another processor takes tens of
/// microseconds, the other one's next step may take less than one. For somewhat longer than a
/// wake-up takes, so that two who take turns stay awake once they are; and rarely, while it was of
/// no use lately. It never yields: on a busy machine that gives a whole time slice away.
class Spin {
 public:
  /// Whether `ready()` became true. Does not look at all when `others` were last seen on this
  /// processor, or never.
  template <class Ready>
  static bool until(LastSeen& others, const Ready& ready) {
    if (!others.is_any_elsewhere() || !is_worth_it()) return false;
    for (int look = 0; look < kPauses; ++look) {
      if (ready()) return succeeded();
      pause();
    }
    return now_and_then(others, ready);
  }

  /// As until, and looks for the first time after some pauses: for something of which there will be
  /// more by then, and where each look holds up who makes it happen.
  template <class Ready>
  static bool until_some(LastSeen& others, int pauses, const Ready& ready) {
    if (!others.is_any_elsewhere() || !is_worth_it()) return false;
    Spin::pauses(pauses);
    return now_and_then(others, ready);
  }

  static void pauses(int count) {
    for (; count > 0; --count) pause();
  }

  /// A few looks at something that takes somebody else no time, as a lock that guards a few stores.
  template <class Ready>
  static bool briefly(const Ready& ready) {
    for (int look = 0; look < kPauses; ++look) {
      if (ready()) return true;
      pause();
    }
    return false;
  }

 private:
  template <class Ready>
  static bool now_and_then(LastSeen& others, const Ready& ready) {
    const Clock::time_point end = Clock::now() + kLongest;
    while (!ready()) {
      if (Clock::now() > end) {
        others.forget();
        return failed();
      }
      pauses(kPausesPerLook);
    }
    return succeeded();
  }

  static constexpr int kPauses = 100;
  static constexpr int kPausesPerLook = 8;
  static constexpr std::chrono::microseconds kLongest{60};

  static bool is_worth_it();
  static bool succeeded();
  static bool failed();
  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }
};

}  // namespace mp::shm
