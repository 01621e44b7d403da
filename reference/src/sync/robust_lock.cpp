#include "sync/robust_lock.hpp"

#include "mp/assert.hpp"

namespace mp::sync {

using base::Identity;

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

void RobustLock::release_orphaned() {
  const std::uint32_t seen = word_.exchange(kOrphaned, std::memory_order_release);
  MP_ASSERT(!Identity::from_bits(seen).is_nobody());
  if ((seen & kWaiters) != 0) shm::futex_wake(word_, 1);
}

}  // namespace mp::sync
