#pragma once

#include <atomic>
#include <optional>

#include "channel/ring.hpp"
#include "channel/second_message.hpp"
#include "mp/bytes.hpp"
#include "mp/clock.hpp"
#include "mp/parcel.hpp"

namespace mp::channel {

/// A ring with locks, waiting, a limit and tasks: what Queue, JoinableQueue and SimpleQueue have in
/// common. One object for each process that uses the queue; threads of a process share it.
///
/// Producers hold one lock, consumers another, each for one copy of a message; all wait outside.
/// A waiter first looks again for a moment when the other side runs on another processor, and then
/// sleeps until the other side's mark moves: it looks at least every shm::WaitSlices::kLongest, so
/// it needs no wake-up from one who died.
class MessageQueue {
 public:
  /// `maxsize`: how many messages it holds; no limit when zero or negative.
  /// Errors: OutOfRange  maxsize beyond 2147483647
  ///         System      no memory, descriptor or address space is left
  static Result<std::shared_ptr<MessageQueue>> create(
      std::int64_t maxsize, unsigned capacity_log2 = Ring::kFirstCapacityLog2);

  Result<void> pack(Packer& packer) const { return packer.shared(&state()); }
  static Result<std::shared_ptr<MessageQueue>> unpack(Unpacker& unpacker);

  /// Errors: Full, TooLarge, Closed, System
  Result<void> put(BytesView message, const Deadline& deadline);
  /// How many of the messages it appended, all before the deadline; an error when it is none.
  Result<std::size_t> put_many(std::span<const BytesView> messages, const Deadline& deadline);
  /// Errors: Empty, Closed
  Result<Bytes> get(const Deadline& deadline);
  /// At least one message, as many as are there, at most `count_max`.
  Result<std::vector<Bytes>> get_many(std::size_t count_max, const Deadline& deadline);

  /// Room for a message, with put_lock held until commit or abandon.
  Result<Ring::Place> reserve(std::size_t length, const Deadline& deadline);
  void commit(const Ring::Place& place);
  void abandon();
  /// The oldest message, with get_lock held until consume or leave.
  Result<Ring::Oldest> peek(const Deadline& deadline);
  void consume(const Ring::Oldest& oldest);
  void leave();

  std::uint64_t size() const { return ring_.message_count(); }
  bool is_full() const { return size() >= state().maxsize; }

  /// Errors: InvalidArgument  called more often than there were puts
  Result<void> task_done();
  /// Whether a moment without unfinished tasks came before the deadline.
  bool join(const Deadline& deadline);

  void close() { closed_.store(true); }
  bool is_closed() const { return closed_.load(std::memory_order_relaxed); }

 private:
  explicit MessageQueue(Ring ring) : ring_(std::move(ring)) {}

  QueueState& state() const { return ring_.state(); }
  Result<void> check_open() const;
  Result<Ring::Place> find_room(std::size_t length, bool may_grow, const Deadline& deadline) const;
  template <class Use>
  Result<void> with_room(std::size_t length, const Deadline& deadline, const Use& use);
  template <class Use>
  Result<void> with_oldest(const Deadline& deadline, const Use& use);
  void append(BytesView message, const Ring::Place& place) const;
  bool append_if_there_is_room(BytesView message) const;
  bool await_room(Mark seen) const;
  void sleep_until_room(Mark seen, Timeout at_most) const;
  bool wait_for_message(Mark seen, shm::WaitSlices& slices) const;
  void wake_getters(std::size_t messages) const;
  void wake_putters(std::size_t messages) const;

  Ring ring_;
  SecondMessage second_message_;
  std::atomic<bool> closed_{false};  ///< by this process
};

}  // namespace mp::channel
