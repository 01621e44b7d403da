#pragma once

#include <sched.h>

#include <atomic>
#include <cstdint>

namespace mp::shm {

/// On which processor the one ran who last made something happen: who waits for the next time looks
/// again and again for a moment when that is another processor, where the other one may be about to
/// do it, and sleeps at once when it is the own one, which the other one needs. A hint: nothing
/// depends on it. Zero at first: nobody was seen.
class LastSeen {
 public:
  void here() {
    const std::uint32_t cpu = current();
    if (cpu_.load(std::memory_order_relaxed) != cpu) cpu_.store(cpu, std::memory_order_relaxed);
  }
  bool is_elsewhere() const {
    const std::uint32_t cpu = cpu_.load(std::memory_order_relaxed);
    return cpu != 0 && cpu != current();
  }

 private:
  static std::uint32_t current() { return static_cast<std::uint32_t>(::sched_getcpu()) + 1; }

  std::atomic<std::uint32_t> cpu_{0};
};
static_assert(sizeof(LastSeen) == 4);

}  // namespace mp::shm
