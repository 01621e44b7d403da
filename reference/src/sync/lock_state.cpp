#include "sync/lock_state.hpp"

#include <time.h>

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

void HolderSeen::note(base::Identity holder) {
  if (holder.is_nobody() || since(holder) != 0) return;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  const auto seconds = static_cast<std::uint32_t>(now.tv_sec);
  bits_.store(std::uint64_t{seconds} << 32 | holder.bits(), std::memory_order_relaxed);
}

std::uint32_t HolderSeen::since(base::Identity holder) const {
  const std::uint64_t bits = bits_.load(std::memory_order_relaxed);
  return static_cast<std::uint32_t>(bits) == holder.bits() ? static_cast<std::uint32_t>(bits >> 32)
                                                           : 0;
}

Result<void> LockState::acquire_contended(Timeout timeout) {
  seen.note(lock.holder());
  const auto outcome = lock.acquire_contended(this_process(), Deadline::after(timeout));
  seen.forget();
  return to_result(outcome);
}

Error LockState::released_too_often() {
  return {ErrorCode::InvalidArgument, "semaphore or lock released too many times"};
}

std::uint32_t LockState::release_all() {
  lock.release();
  return 1;
}

RobustLock::Outcome LockState::acquire_levels(std::uint32_t, const Deadline& deadline) {
  return lock.acquire(this_process(), deadline);
}

/// By the calling thread, or by another one.
Result<void> RLockState::acquire_held(Timeout timeout) {
  if (!is_mine()) {
    seen.note(lock.holder());
    const auto outcome = acquire_levels(1, Deadline::after(timeout));
    seen.forget();
    return to_result(outcome);
  }
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

Error RLockState::not_mine() {
  return {ErrorCode::NotOwner, "attempt to release recursive lock not owned by thread"};
}

std::uint32_t RLockState::release_all() {
  MP_ASSERT(is_mine());
  const std::uint32_t levels = depth.exchange(0, std::memory_order_relaxed);
  lock.release(base::this_thread());
  return levels;
}

}  // namespace mp::sync
