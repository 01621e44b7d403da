#include "sync/lock_state.hpp"

#include <limits>

namespace mp::sync {

Result<void> to_result(RobustLock::Outcome outcome) {
  switch (outcome) {
    case RobustLock::Outcome::Acquired:
      return {};
    case RobustLock::Outcome::OwnerDied:
      return Error{ErrorCode::OwnerDied, "acquired; the previous holder died holding it"};
    case RobustLock::Outcome::TimedOut:
      return Error{ErrorCode::TimedOut, "the lock is held"};
  }
  MP_ASSERT(false && "an outcome outside the enumeration");
  return {};
}

Result<void> LockState::acquire(Timeout timeout) {
  return to_result(lock.acquire(this_process(), Deadline::after(timeout)));
}

Result<void> LockState::release() {
  if (!lock.release()) {
    return Error{ErrorCode::InvalidArgument, "semaphore or lock released too many times"};
  }
  return {};
}

std::uint32_t LockState::release_all() {
  lock.release();
  return 1;
}

RobustLock::Outcome LockState::acquire_levels(std::uint32_t, const Deadline& deadline) {
  return lock.acquire(this_process(), deadline);
}

Result<void> RLockState::acquire(Timeout timeout) {
  if (!is_mine()) return to_result(acquire_levels(1, Deadline::after(timeout)));
  const std::uint32_t level = depth.load(std::memory_order_relaxed);
  if (level == std::numeric_limits<std::uint32_t>::max()) {
    return Error{ErrorCode::TooLarge, "the lock was acquired too often without a release"};
  }
  depth.store(level + 1, std::memory_order_relaxed);
  return {};
}

RobustLock::Outcome RLockState::acquire_levels(std::uint32_t levels, const Deadline& deadline) {
  const RobustLock::Outcome outcome = lock.acquire(this_thread(), deadline);
  if (outcome != RobustLock::Outcome::TimedOut) depth.store(levels, std::memory_order_relaxed);
  return outcome;
}

void RLockState::release_orphaned() {
  depth.store(0, std::memory_order_relaxed);
  lock.release_orphaned();
}

Result<void> RLockState::release() {
  if (!is_mine()) {
    return Error{ErrorCode::NotOwner, "attempt to release recursive lock not owned by thread"};
  }
  const std::uint32_t level = depth.load(std::memory_order_relaxed);
  MP_ASSERT(level > 0);
  depth.store(level - 1, std::memory_order_relaxed);
  if (level == 1) lock.release();
  return {};
}

std::uint32_t RLockState::release_all() {
  MP_ASSERT(is_mine());
  const std::uint32_t levels = depth.exchange(0, std::memory_order_relaxed);
  lock.release();
  return levels;
}

}  // namespace mp::sync
