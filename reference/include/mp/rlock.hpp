#pragma once

#include <memory>

#include "mp/clock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"

namespace mp {

namespace sync {
struct RLockState;
class AccessGuard;
class Items;
}  // namespace sync

/// A lock that belongs to one thread of one process, which may acquire it again and has to release
/// it as often. A forked child does not inherit what its parent holds.
///
/// An RLock is a handle: copies, and the copies a forked child has, name the same lock.
/// Source: Python 3 library, `multiprocessing.RLock`.
class RLock {
 public:
  /// Errors: System  no memory or no descriptor is left
  static Result<RLock> create();

  /// Waits until the calling thread holds the lock. At once when it holds it already.
  /// Errors: TimedOut   not acquired within `timeout`
  ///         OwnerDied  ACQUIRED: the caller holds the lock and has to release it. The thread that
  ///         held it ended,
  ///                    or its process was killed, and what the lock guards may be half changed.
  Result<void> acquire(Timeout timeout = kForever) const;

  /// Errors: NotOwner  the calling thread does not hold it
  Result<void> release() const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<RLock> unpack(Unpacker& unpacker);

 private:
  friend class Condition;
  friend class sync::Items;
  friend class sync::AccessGuard;
  explicit RLock(std::shared_ptr<sync::RLockState> state) : state_(std::move(state)) {}

  std::shared_ptr<sync::RLockState> state_;
};

}  // namespace mp
