#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>

namespace mp::shm {

/// On which processors those ran who last made something happen: the latest one, and the latest
/// other one before it. Whoever waits for the next time looks again and again for a moment when it
/// may be about to happen on another processor than its own; and sleeps at once when that is the
/// own one, which the other one needs. A hint: nothing depends on it. Zero at first: nobody was
/// seen.
class LastSeen {
 public:
  void here() {
    const std::uint32_t cpu = current();
    const std::uint32_t seen = cpus_.load(std::memory_order_relaxed);
    if (latest(seen) != cpu) cpus_.store(latest(seen) << kBits | cpu, std::memory_order_relaxed);
  }
  /// Whether the latest one was on another processor: where who waits never is who makes it happen.
  bool is_elsewhere() const {
    const std::uint32_t seen = cpus_.load(std::memory_order_relaxed);
    return seen != 0 && latest(seen) != current();
  }
  /// Whether one of the two was: where who waits may have been the latest himself.
  bool is_any_elsewhere() const {
    const std::uint32_t seen = cpus_.load(std::memory_order_relaxed);
    if (seen == 0) return false;
    const std::uint32_t cpu = current();
    return latest(seen) != cpu || (earlier(seen) != 0 && earlier(seen) != cpu);
  }
  /// Looking was of no use: whoever was there may be gone.
  void forget() { cpus_.store(0, std::memory_order_relaxed); }

 private:
  /// Bits of a processor's number and one. With more processors two may be taken for one another.
  static constexpr unsigned kBits = 16;
  static constexpr std::uint32_t kMask = (1u << kBits) - 1;

  static std::uint32_t latest(std::uint32_t seen) { return seen & kMask; }
  static std::uint32_t earlier(std::uint32_t seen) { return seen >> kBits; }
  static std::uint32_t current() {
    return (static_cast<std::uint32_t>(::sched_getcpu()) + 1) & kMask;
  }

  std::atomic<std::uint32_t> cpus_{0};
};
static_assert(sizeof(LastSeen) == 4);

}  // namespace mp::shm
