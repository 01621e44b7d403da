#pragma once

#include "mp/clock.hpp"
#include "mp/proxy.hpp"

namespace mp {

/// A queue.Queue in a manager's server: what put() has returned for is there for all. Waiting calls
/// are served in order of arrival.
class ManagedQueue : public Proxy {
 public:
  explicit ManagedQueue(Proxy proxy) : Proxy(std::move(proxy)) {}

  /// Error: Full   no room within `timeout`
  Result<void> put(Object item, Timeout timeout = kForever) const;
  Result<void> put_nowait(Object item) const;
  /// Error: Empty   nothing came within `timeout`
  Result<Object> get(Timeout timeout = kForever) const;
  Result<Object> get_nowait() const;
  Result<std::size_t> qsize() const;
  Result<bool> empty() const;
  Result<bool> full() const;
  /// Error: Remote (ValueError)   called more often than items were put
  Result<void> task_done() const;
  /// Waits until task_done() was called for every item.
  Result<void> join() const;
};

}  // namespace mp
