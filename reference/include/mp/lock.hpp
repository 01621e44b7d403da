#pragma once

#include <memory>

#include "mp/clock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"

namespace mp {

namespace sync {
struct LockState;
class AccessGuard;
}  // namespace sync

/// Mutual exclusion between processes (and threads). Not recursive; any process or thread may
/// release it.
///
/// A Lock is a handle: copies, and the copies a forked child has, name the same lock.
/// Source: Python 3 library, `multiprocessing.Lock`.
class Lock {
 public:
  /// Errors: System  no memory or no descriptor is left
  static Result<Lock> create();

  /// Waits until the caller holds the lock.
  /// Errors: TimedOut   not acquired within `timeout`
  ///         OwnerDied  ACQUIRED: the caller holds the lock and has to release it. The previous
  ///         holder ended, or
  ///                    was killed, while it held the lock, and what the lock guards may be half
  ///                    changed.
  Result<void> acquire(Timeout timeout = kForever) const;

  /// Errors: InvalidArgument  nobody holds it
  Result<void> release() const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<Lock> unpack(Unpacker& unpacker);

 private:
  friend class Condition;
  friend class sync::AccessGuard;
  explicit Lock(std::shared_ptr<sync::LockState> state) : state_(std::move(state)) {}

  std::shared_ptr<sync::LockState> state_;
};

}  // namespace mp
