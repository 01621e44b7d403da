#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "mp/clock.hpp"
#include "mp/lock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"
#include "mp/rlock.hpp"

namespace mp {

namespace sync {
struct ConditionState;
}

/// Processes wait under a lock for something that others announce under the same lock.
///
/// notify never waits for those it wakes. A killed waiter holds nobody up and takes no notification
/// with it: another one that was waiting gets it, so that after a death a notify may wake one
/// process more than was asked for.
///
/// A handle: copies, and the copies a forked child has, name the same condition.
/// Errors:  NotOwner  the caller does not hold the lock ("must acquire() condition before using
/// wait()",
///                    "lock is not owned")
/// Source:  Python 3 library, `multiprocessing.Condition`.
class Condition {
 public:
  /// With an RLock of its own, or with one that guards other things too.
  /// Errors: System  no memory or no descriptor is left
  static Result<Condition> create();
  static Result<Condition> create(Lock lock);
  static Result<Condition> create(RLock lock);

  /// As those of the lock.
  Result<void> acquire(Timeout timeout = kForever) const;
  Result<void> release() const;

  /// Releases the lock (all its levels), waits until notified, and acquires the lock again, however
  /// long that takes: true, or false when `timeout` passed without a notification. Errors: NotOwner
  ///         OwnerDied  the wait is over and the caller holds the lock; the previous holder died
  ///         holding it. Whether
  ///                    the caller was notified is not told: look at what you waited for.
  Result<bool> wait(Timeout timeout = kForever) const;

  /// Waits until `predicate()` is true, which is asked with the lock held: its last answer.
  /// Errors: those of wait
  template <class Predicate>
  Result<bool> wait_for(Predicate predicate, Timeout timeout = kForever) const {
    const Deadline deadline = Deadline::after(timeout);
    while (!predicate()) {
      if (deadline.passed()) return false;
      MP_TRY(wait(deadline.remaining()));
    }
    return true;
  }

  /// Wakes `n` of those who are waiting, all if they are fewer. Nothing is remembered for later
  /// ones. Errors: NotOwner
  Result<void> notify(std::int64_t n = 1) const;
  Result<void> notify_all() const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<Condition> unpack(Unpacker& unpacker);

 private:
  using LockRef = std::variant<std::shared_ptr<sync::LockState>, std::shared_ptr<sync::RLockState>>;

  static Result<Condition> create_with(LockRef lock);
  Condition(LockRef lock, std::shared_ptr<sync::ConditionState> state)
      : lock_(std::move(lock)), state_(std::move(state)) {}
  Result<void> check_owner(const char* text) const;

  LockRef lock_;
  std::shared_ptr<sync::ConditionState> state_;
};

}  // namespace mp
