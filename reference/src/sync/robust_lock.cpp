#include "sync/robust_lock.hpp"

#include "mp/assert.hpp"

namespace mp::sync {

using base::Identity;

RobustLock::Outcome RobustLock::acquire(const Holder& self, const Deadline& deadline) {
  std::uint32_t seen = 0;
  if (replace_holder(seen, self.identity.bits())) return Outcome::Acquired;
  return acquire_contended(self, deadline);
}

RobustLock::Outcome RobustLock::acquire_contended(const Holder& self, const Deadline& deadline) {
  shm::WaitSlices slices(deadline);
  // After it slept, a waiter cannot know whether others still do: it keeps the bit when it takes
  // the lock.
  std::uint32_t waiters = 0;
  std::uint32_t seen = word_.load(std::memory_order_relaxed);
  while (true) {
    const Identity holder = Identity::from_bits(seen);
    if (holder.is_nobody()) {
      const bool orphaned = (seen & Identity::kMask) == kOrphaned;
      if (replace_holder(seen, self.identity.bits() | waiters | (seen & kWaiters))) {
        return orphaned ? Outcome::OwnerDied : Outcome::Acquired;
      }
      continue;
    }
    const bool expired = deadline.passed();
    if (!expired) {
      if ((seen & kWaiters) == 0 && !replace_holder(seen, seen | kWaiters)) continue;
      seen |= kWaiters;
      shm::futex_wait(word_, seen, slices.next());
      waiters = kWaiters;
      const std::uint32_t latest = word_.load(std::memory_order_relaxed);
      if (latest != seen) {
        seen = latest;
        continue;
      }
    }
    // A whole slice went by without a change, or no time is left: is the one we wait for still
    // there?
    if (!self.is_alive(holder)) {
      if (replace_holder(seen, self.identity.bits() | kWaiters)) return Outcome::OwnerDied;
    } else if (expired) {
      return Outcome::TimedOut;
    }
  }
}

/// Acquire on success, so that what the previous holder wrote is seen. Otherwise `seen` is what is
/// there now.
bool RobustLock::replace_holder(std::uint32_t& seen, std::uint32_t desired) {
  return word_.compare_exchange_strong(seen, desired, std::memory_order_acquire,
                                       std::memory_order_relaxed);
}

bool RobustLock::release() {
  std::uint32_t seen = word_.load(std::memory_order_relaxed);
  do {
    if (Identity::from_bits(seen).is_nobody()) return false;
  } while (
      !word_.compare_exchange_weak(seen, 0, std::memory_order_release, std::memory_order_relaxed));
  if ((seen & kWaiters) != 0) shm::futex_wake(word_, 1);
  return true;
}

void RobustLock::release_orphaned() {
  const std::uint32_t seen = word_.exchange(kOrphaned, std::memory_order_release);
  MP_ASSERT(!Identity::from_bits(seen).is_nobody());
  if ((seen & kWaiters) != 0) shm::futex_wake(word_, 1);
}

}  // namespace mp::sync
