#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "mp/bytes.hpp"
#include "mp/clock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"

namespace mp {

namespace channel {
class MessageQueue;
}

inline constexpr std::size_t kQueueItemBytesMax = std::size_t{1} << 30;

/// Room for one message in the queue's memory: fill it and commit(), without a copy. Until then
/// nobody else can put; one who waits for that no longer than a second is told Full, and this
/// thread must not put. Given up without commit() there is no message; likewise when the process is
/// killed. Movable, not shared: one thread uses it.
class QueueReservation {
 public:
  QueueReservation(QueueReservation&& other) noexcept = default;
  QueueReservation& operator=(QueueReservation&&) = delete;
  ~QueueReservation();

  std::span<std::byte> bytes() const { return bytes_; }
  /// The message is in the queue. Once; the bytes must not be touched afterwards.
  void commit();

 private:
  friend class Queue;
  QueueReservation(std::shared_ptr<channel::MessageQueue> queue, std::span<std::byte> bytes,
                   std::uint64_t tail_after)
      : queue_(std::move(queue)), bytes_(bytes), tail_after_(tail_after) {}

  std::shared_ptr<channel::MessageQueue> queue_;  ///< null when there is nothing to give up
  std::span<std::byte> bytes_;
  std::uint64_t tail_after_;
};

/// The oldest message where it lies in the queue's memory: read it and consume(), without a copy.
/// Until then nobody else can get; one who waits for that no longer than a second is told Empty,
/// and this thread must not get. Given up without consume() the message stays the oldest; likewise
/// when the process is killed. Movable, not shared: one thread uses it.
class QueuePeek {
 public:
  QueuePeek(QueuePeek&& other) noexcept = default;
  QueuePeek& operator=(QueuePeek&&) = delete;
  ~QueuePeek();

  BytesView bytes() const { return bytes_; }
  /// The message is taken. Once; the bytes must not be read afterwards.
  void consume();

 private:
  friend class Queue;
  QueuePeek(std::shared_ptr<channel::MessageQueue> queue, BytesView bytes, std::uint64_t head_after)
      : queue_(std::move(queue)), bytes_(bytes), head_after_(head_after) {}

  std::shared_ptr<channel::MessageQueue> queue_;  ///< null when there is nothing to give up
  BytesView bytes_;
  std::uint64_t head_after_;
};

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

  /// Appends messages in their order, as so many puts that wait no longer than `timeout` together;
  /// cheaper than they. Others' messages may come between them. Returns how many were put; the
  /// first that could not be, and those behind it, were not. With none put the error is that of the
  /// first. A process that is killed meanwhile has put the first few.
  Result<std::size_t> put_many(std::span<const BytesView> messages,
                               Timeout timeout = kForever) const;
  /// Waits for a message and takes it with those that are there behind it, `count_max` at most, in
  /// their order.
  /// Errors: as get; none with a `count_max` of 0, which gives none
  Result<std::vector<Bytes>> get_many(std::size_t count_max, Timeout timeout = kForever) const;

  /// Room for a message of so many bytes, in one piece and not zeroed, waiting for it as put does.
  /// Errors: as put
  Result<QueueReservation> reserve(std::size_t length, Timeout timeout = kForever) const;
  /// The oldest message in its place, waiting for it as get does.
  /// Errors: as get
  Result<QueuePeek> peek(Timeout timeout = kForever) const;

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

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<Queue> unpack(Unpacker& unpacker);

 protected:
  explicit Queue(std::shared_ptr<channel::MessageQueue> queue) : queue_(std::move(queue)) {}

  std::shared_ptr<channel::MessageQueue> queue_;
};

}  // namespace mp
