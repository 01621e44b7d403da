#pragma once

#include <cstdint>
#include <memory>

#include "mp/bytes.hpp"
#include "mp/clock.hpp"
#include "mp/result.hpp"

namespace mp {

namespace channel {
class MessageQueue;
}

inline constexpr std::size_t kQueueItemBytesMax = 0x7fffffff;

/// Messages in the order in which they were put, each of which exactly one get receives. Any number
/// of processes and threads may put and get. The order is total: that of the moments at which the
/// puts took effect.
///
/// A put is done when it returns: the message is in shared memory, and stays there when its
/// producer ends. The memory a queue needed at its fullest stays with it.
///
/// Killed processes: a put or get of a process that is killed meanwhile happened wholly or not at
/// all, and nobody waits for the dead one longer than it takes to notice (milliseconds). A message
/// taken by a process that is killed before it could use it is gone.
///
/// A Queue is a handle: copies, and the copies a forked child has, name the same queue; but close()
/// counts for one process, and for the children it forks afterwards. Source: Python 3 library,
/// `multiprocessing.Queue`.
class Queue {
 public:
  /// `maxsize`: how many messages it holds at most; no limit when zero or negative.
  /// Errors: OutOfRange  beyond 2147483647
  ///         System      no memory, descriptor or address space is left
  static Result<Queue> create(std::int64_t maxsize = 0);

  /// Appends a message of 0 to kQueueItemBytesMax bytes, waiting for room.
  /// Errors: Full      there was no room within `timeout`; the queue is unchanged
  ///         TooLarge  longer than kQueueItemBytesMax, or than the system lets the queue grow
  ///         Closed    this process closed the queue
  ///         System    no memory is left
  Result<void> put(BytesView message, Timeout timeout = kForever) const;
  Result<void> put_nowait(BytesView message) const { return put(message, kPoll); }

  /// Removes and returns the oldest message, waiting for one.
  /// Errors: Empty   none came within `timeout`; the queue is unchanged
  ///         Closed  this process closed the queue
  Result<Bytes> get(Timeout timeout = kForever) const;
  Result<Bytes> get_nowait() const { return get(kPoll); }

  /// True at some moment during the call, as every answer about something shared.
  std::size_t qsize() const;
  bool empty() const;
  bool full() const;

  /// This process puts and gets no more. What it put stays. May be repeated.
  void close() const;
  bool closed() const;

  /// Python's names for waiting until put messages are on their way. They are when put returns:
  /// neither waits. Errors: InvalidArgument  the queue is not closed (join_thread only)
  Result<void> join_thread() const;
  void cancel_join_thread() const {}

 protected:
  explicit Queue(std::shared_ptr<channel::MessageQueue> queue) : queue_(std::move(queue)) {}

  std::shared_ptr<channel::MessageQueue> queue_;
};

}  // namespace mp
