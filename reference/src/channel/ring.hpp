#pragma once

#include <memory>

#include "channel/queue_state.hpp"
#include "mp/bytes.hpp"
#include "mp/result.hpp"

namespace mp::channel {

/// The messages of a queue in shared memory: the sequential part, without locks and waiting.
///
/// put:  1. grow the ring when the message does not fit   2. write number, length and bytes behind
/// the tail
///       3. COMMIT: store the tail                        4. count
/// get:  1. read the message at the head                  2. COMMIT: store the head      3. count
/// grow: 1. provide memory behind the ring                2. copy the messages there
///       3. COMMIT: store the extent                      4. give the old memory back
///
/// A death ... before a commit:    nothing happened; what was written lies outside [head, tail) or
/// outside the
///                                 extent, where the next one writes again.
///         ... after the commit:   it happened; only the count is wrong, and recover() counts
///         again.
///         ... within recover():   it starts again, from the same positions.
///         ... in grow's last step:  the old memory stays allocated until the queue goes away.
///
/// All methods but message_count() need the queue's lock.
class Ring {
 public:
  static constexpr unsigned kFirstCapacityLog2 = 16;

  /// The ring begins with 2^capacity_log2 bytes, at least a page.
  /// Errors: System  no memory, descriptor or address space is left
  static Result<Ring> create(std::uint32_t maxsize, unsigned capacity_log2 = kFirstCapacityLog2);

  QueueState& state() const { return *state_; }

  bool is_empty() const;
  /// May be asked at any time; then it was true at some moment.
  std::uint64_t message_count() const;

  /// Errors: Full      the ring cannot grow so far, but there will be room when messages are taken
  ///         TooLarge  there will never be room for such a message
  ///         System    no memory is left
  Result<void> put(BytesView message) const;
  /// The ring is not empty.
  Bytes get() const;

  /// Makes the counts agree with the positions, after a death.
  void recover() const;

 private:
  explicit Ring(std::shared_ptr<shm::Segment> segment)
      : segment_(std::move(segment)), state_(reinterpret_cast<QueueState*>(segment_->content())) {}

  Extent extent() const {
    return Extent::from_bits(state_->extent.load(std::memory_order_relaxed));
  }
  MessageHeader& header_at(std::uint64_t position) const;
  void write(std::uint64_t position, BytesView bytes) const;
  void read(std::uint64_t position, std::span<std::byte> bytes) const;
  Result<void> make_room(std::uint64_t needed) const;
  bool is_reserved(Extent ring) const;
  Result<void> grow(Extent fresh) const;
  void copy_messages(Extent from, Extent to) const;

  std::shared_ptr<shm::Segment> segment_;
  QueueState* state_;
};

}  // namespace mp::channel
