#pragma once

#include <algorithm>
#include <chrono>

namespace mp {

/// The monotonic clock of the machine: one reading is comparable in all its processes.
using Clock = std::chrono::steady_clock;

/// How long an operation may wait. Zero and negative: do not wait.
using Timeout = std::chrono::nanoseconds;
inline constexpr Timeout kForever = Timeout::max();
inline constexpr Timeout kPoll = Timeout::zero();

/// The moment at which a wait gives up. Made once when the operation begins, so that its retries
/// share it.
class Deadline {
 public:
  static Deadline never() { return Deadline(Clock::time_point::max()); }
  static Deadline at(Clock::time_point when) { return Deadline(when); }
  static Deadline after(Timeout timeout) {
    // The two that need no look at the clock, which costs more than a free lock.
    if (timeout == kForever) return never();
    if (timeout <= kPoll) return Deadline(Clock::time_point{});  // long ago
    const Clock::time_point now = Clock::now();
    if (timeout >= Clock::time_point::max() - now) return never();
    return Deadline(now + timeout);
  }

  bool is_never() const { return when_ == Clock::time_point::max(); }
  bool passed() const { return !is_never() && Clock::now() >= when_; }

  /// kForever for never(); zero once it has passed.
  Timeout remaining() const {
    if (is_never()) return kForever;
    return std::max<Timeout>(kPoll, when_ - Clock::now());
  }
  Clock::time_point when() const { return when_; }

 private:
  explicit Deadline(Clock::time_point when) : when_(when) {}

  Clock::time_point when_;
};

}  // namespace mp
