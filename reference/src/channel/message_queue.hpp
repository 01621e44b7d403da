#pragma once

#include <atomic>
#include <optional>

#include "channel/ring.hpp"
#include "mp/bytes.hpp"
#include "mp/clock.hpp"

namespace mp::channel {

/// A ring with a lock, waiting, a limit and tasks: what Queue, JoinableQueue and SimpleQueue have
/// in common. One object for each process that uses the queue; threads of a process share it.
///
/// A put and a get hold the lock for one copy of the message, and wait outside it. A waiter looks
/// again at least every shm::WaitSlices::kLongest, so it needs no wake-up from one who died.
class MessageQueue {
 public:
  /// `maxsize`: how many messages it holds; no limit when zero or negative.
  /// Errors: OutOfRange  maxsize beyond 2147483647
  ///         System      no memory, descriptor or address space is left
  static Result<std::shared_ptr<MessageQueue>> create(
      std::int64_t maxsize, unsigned capacity_log2 = Ring::kFirstCapacityLog2);

  /// Errors: Full, TooLarge, Closed, System
  Result<void> put(BytesView message, const Deadline& deadline);
  /// Errors: Empty, Closed
  Result<Bytes> get(const Deadline& deadline);

  std::uint64_t size() const { return ring_.message_count(); }
  bool is_full() const { return size() >= state().maxsize; }

  /// Errors: InvalidArgument  called more often than there were puts
  Result<void> task_done();
  /// Whether a moment without unfinished tasks came before the deadline.
  bool join(const Deadline& deadline);

  void close() { closed_.store(true); }
  bool is_closed() const { return closed_.load(); }

 private:
  explicit MessageQueue(Ring ring) : ring_(std::move(ring)) {}

  QueueState& state() const { return ring_.state(); }
  Result<void> check_open() const;

  Ring ring_;
  std::atomic<bool> closed_{false};  ///< by this process
};

}  // namespace mp::channel
