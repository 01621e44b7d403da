#pragma once

#include <cstdint>

#include "base/identity.hpp"
#include "shm/futex.hpp"
#include "shm/spin.hpp"

namespace mp::sync {

/// In whose name a lock is taken, and how to find out whether that one still lives.
struct Holder {
  base::Identity identity;
  bool (*is_alive)(base::Identity);
};
inline Holder this_process() { return {base::this_process(), base::is_process_alive}; }
inline Holder this_thread() { return {base::this_thread(), base::is_thread_alive}; }

/// Mutual exclusion that a killed holder does not end: one futex word in shared memory. Zero bytes
/// are a free lock.
///
/// The word says who holds the lock (base::Identity, 31 bits) and, in its highest bit, that
/// somebody may sleep. Taking the lock and saying who took it is one compare-exchange, so there is
/// no moment at which the lock is held by nobody in particular.
///
/// Invariant:  whoever sleeps saw the waiters bit set when it went to sleep, and wakes to look at
/// least every
///             shm::WaitSlices::kLongest.
/// A death ... of the holder:          the word names a dead one. Every waiter finds out at the end
/// of a slice, a
///                                     newcomer at once or after its first slice; one of them wins
///                                     the compare-exchange and is told OwnerDied.
///         ... between release and wake-up, or of the sleeper that was woken:  the lock is free,
///         the other sleepers
///                                     find it at the end of their slice.
///         ... of a waiter:            leaves at most the waiters bit, which costs one futile
///         wake-up.
class RobustLock {
 public:
  enum class Outcome {
    Acquired,
    OwnerDied,  ///< acquired, and the previous holder died holding it
    TimedOut,   ///< not acquired; the holder was seen alive
  };

  /// Takes a lock that is free, and nothing else.
  bool try_acquire(base::Identity self) {
    std::uint32_t free = 0;
    return replace_holder(free, self.bits());
  }
  Outcome acquire(const Holder& self, const Deadline& deadline) {
    return try_acquire(self.identity) ? Outcome::Acquired : acquire_contended(self, deadline);
  }
  /// As try_acquire, and looks again for a moment: for a lock that guards a few stores or one copy,
  /// which another processor is about to release.
  bool try_acquire_briefly(base::Identity self) {
    if (try_acquire(self)) return true;
    return shm::Spin::briefly([&] { return holder().is_nobody() && try_acquire(self); });
  }
  /// As acquire, of a lock that guards no more than a moment.
  Outcome acquire_soon(const Holder& self, const Deadline& deadline) {
    return try_acquire_briefly(self.identity) ? Outcome::Acquired
                                              : acquire_contended(self, deadline);
  }
  /// What acquire does when the lock is not simply free.
  Outcome acquire_contended(const Holder& self, const Deadline& deadline);

  /// Frees the lock, whoever holds it. False, and no effect, when nobody does. `likely` is who is
  /// most likely to hold it: when it does, and nobody waits, this is one instruction.
  bool release(base::Identity likely = base::this_process()) {
    std::uint32_t seen = likely.bits();
    while (!word_.compare_exchange_weak(seen, 0, std::memory_order_release,
                                        std::memory_order_relaxed)) {
      if (base::Identity::from_bits(seen).is_nobody()) return false;
    }
    if ((seen & kWaiters) != 0) shm::futex_wake(word_, 1);
    return true;
  }

  /// Frees the lock so that the next one to acquire it is told OwnerDied: for a caller that was
  /// told so itself and passes it on. The caller holds the lock.
  void release_orphaned();

  /// Who holds it; nobody when it is free.
  base::Identity holder() const {
    const base::Identity identity =
        base::Identity::from_bits(word_.load(std::memory_order_relaxed));
    return identity.is_nobody() ? base::Identity() : identity;
  }

 private:
  static constexpr std::uint32_t kWaiters = 1u << 31;
  /// A free lock whose last holder died: the number of nobody, with a tag.
  static constexpr std::uint32_t kOrphaned = base::Identity(0, 1).bits();

  /// Acquire on success, so that what the previous holder wrote is seen. Otherwise `seen` is what
  /// is there now.
  bool replace_holder(std::uint32_t& seen, std::uint32_t desired) {
    return word_.compare_exchange_strong(seen, desired, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  shm::FutexWord word_{0};
};
static_assert(sizeof(RobustLock) == 4 && std::is_standard_layout_v<RobustLock>);

/// A robust lock in the name of the process, held for a scope. For the library's own state:
/// acquiring waits without limit, which is as long as living processes hold the lock.
class RobustGuard {
 public:
  explicit RobustGuard(RobustLock& lock)
      : lock_(lock),
        owner_died_(lock.acquire_soon(this_process(), Deadline::never()) ==
                    RobustLock::Outcome::OwnerDied) {}
  RobustGuard(const RobustGuard&) = delete;
  RobustGuard& operator=(const RobustGuard&) = delete;
  ~RobustGuard() { lock_.release(); }

  /// The state may have been left in the middle of a change.
  bool owner_died() const { return owner_died_; }

 private:
  RobustLock& lock_;
  bool owner_died_;
};

}  // namespace mp::sync
