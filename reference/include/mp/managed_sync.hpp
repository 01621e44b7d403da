#pragma once

#include "mp/clock.hpp"
#include "mp/proxy.hpp"

namespace mp {

/// A Lock, RLock, Semaphore or BoundedSemaphore in a manager's server, as Python's AcquirerProxy.
/// An RLock is owned by the thread that acquired it. When a process dies that holds a Lock or an
/// RLock, the server passes it on; units of a semaphore are lost.
class ManagedAcquirer : public Proxy {
 public:
  explicit ManagedAcquirer(Proxy proxy) : Proxy(std::move(proxy)) {}

  /// False when it was not to be had within `timeout`.
  Result<bool> acquire(Timeout timeout = kForever) const;
  /// Error: Remote (RuntimeError, ValueError)   there is nothing to release
  Result<void> release() const;
};

/// A Condition in a manager's server, with an RLock of its own unless made with another lock.
/// Errors: Remote (RuntimeError)   wait and notify without holding the lock
class ManagedCondition : public ManagedAcquirer {
 public:
  explicit ManagedCondition(Proxy proxy) : ManagedAcquirer(std::move(proxy)) {}

  /// True when notified; false when `timeout` passed first. The lock is held again either way.
  Result<bool> wait(Timeout timeout = kForever) const;
  Result<void> notify(std::int64_t n = 1) const;
  Result<void> notify_all() const;
};

/// An Event in a manager's server.
class ManagedEvent : public Proxy {
 public:
  explicit ManagedEvent(Proxy proxy) : Proxy(std::move(proxy)) {}

  Result<bool> is_set() const;
  Result<void> set() const;
  Result<void> clear() const;
  /// False when `timeout` passed first.
  Result<bool> wait(Timeout timeout = kForever) const;
};

/// A Barrier in a manager's server.
class ManagedBarrier : public Proxy {
 public:
  explicit ManagedBarrier(Proxy proxy) : Proxy(std::move(proxy)) {}

  /// This caller's number among the parties, from 0 on. kForever means the barrier's own timeout.
  /// Error: BrokenBarrier   aborted, reset, or somebody's timeout passed
  Result<std::size_t> wait(Timeout timeout = kForever) const;
  Result<void> abort() const;
  Result<void> reset() const;
  Result<std::size_t> parties() const;
  Result<std::size_t> n_waiting() const;
  Result<bool> broken() const;
};

}  // namespace mp
