#pragma once

#include "mp/result.hpp"
#include "shm/segment.hpp"
#include "sync/robust_lock.hpp"

namespace mp::sync {

/// Since when a lock is held, as one who has to wait for it saw it: who does not wait pays nothing.
/// Zero: nobody waits, or nobody looked.
/// A death ... of a waiter:  what it saw stays, until the next one waits.
class HolderSeen {
 public:
  void note(base::Identity holder);
  void forget() { bits_.store(0, std::memory_order_relaxed); }
  /// Seconds since the epoch; 0 when nothing is known of that holder.
  std::uint32_t since(base::Identity holder) const;

 private:
  std::atomic<std::uint64_t> bits_{0};  ///< the time and, in the low half, the holder
};

/// A lock that any process may release.
struct LockState {
  static constexpr shm::Kind kKind = shm::Kind::Lock;
  static constexpr std::uint16_t kLayoutVersion = 2;

  RobustLock lock;
  HolderSeen seen;

  Result<void> acquire(Timeout timeout) {
    if (lock.try_acquire(base::this_process())) return {};
    return acquire_contended(timeout);
  }
  Result<void> release() {
    if (lock.release()) return {};
    return released_too_often();
  }
  /// Whether the calling process holds it.
  bool is_mine() const { return lock.holder() == base::this_process(); }

  // What a Condition needs of its lock, see RLockState.
  std::uint32_t release_all();
  RobustLock::Outcome acquire_levels(std::uint32_t levels, const Deadline& deadline);
  bool try_acquire_levels(std::uint32_t) {
    return lock.holder().is_nobody() && lock.try_acquire(base::this_process());
  }
  void release_orphaned() { lock.release_orphaned(); }

 private:
  Result<void> acquire_contended(Timeout timeout);
  static Error released_too_often();
};
static_assert(sizeof(LockState) == 16 && shm::SharedState<LockState>);

/// A lock of one thread of one process, which may acquire it again.
/// Invariant:  only the holder reads or writes `depth`, which is how often it acquired and did not
/// release. A death ... anywhere:  the next holder sets `depth` itself, whatever the dead one left
/// there.
struct RLockState {
  static constexpr shm::Kind kKind = shm::Kind::RLock;
  static constexpr std::uint16_t kLayoutVersion = 2;

  RobustLock lock;
  std::atomic<std::uint32_t> depth{0};
  HolderSeen seen;

  Result<void> acquire(Timeout timeout) {
    if (!lock.try_acquire(base::this_thread())) return acquire_held(timeout);
    depth.store(1, std::memory_order_relaxed);
    return {};
  }
  Result<void> release() {
    if (!is_mine()) return not_mine();
    const std::uint32_t level = depth.load(std::memory_order_relaxed);
    MP_ASSERT(level > 0);
    depth.store(level - 1, std::memory_order_relaxed);
    if (level == 1) lock.release(base::this_thread());
    return {};
  }
  /// Whether the calling thread holds it.
  bool is_mine() const { return lock.holder() == base::this_thread(); }

  /// Gives all levels up; the caller holds it. Returns their number, for acquire_levels.
  std::uint32_t release_all();
  /// As acquire, with that many levels at once; the caller does not hold it.
  RobustLock::Outcome acquire_levels(std::uint32_t levels, const Deadline& deadline);
  /// Takes a lock that is free, and nothing else. It may be asked again and again.
  bool try_acquire_levels(std::uint32_t levels) {
    if (!lock.holder().is_nobody() || !lock.try_acquire(base::this_thread())) return false;
    depth.store(levels, std::memory_order_relaxed);
    return true;
  }
  /// Gives all levels up, and leaves it to the next holder to be told that the one before the
  /// caller died.
  void release_orphaned();

 private:
  Result<void> acquire_held(Timeout timeout);
  static Error not_mine();
};
static_assert(sizeof(RLockState) == 16 && offsetof(RLockState, depth) == 4 &&
              shm::SharedState<RLockState>);

/// An outcome of a robust lock as the caller of a public lock meets it.
Result<void> to_result(RobustLock::Outcome outcome);

}  // namespace mp::sync
