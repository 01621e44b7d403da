#pragma once

#include <memory>
#include <optional>

#include "channel/queue_state.hpp"
#include "mp/bytes.hpp"
#include "mp/clock.hpp"
#include "mp/result.hpp"

namespace mp::channel {

/// The messages of a queue in shared memory: the sequential part, without locks and waiting.
///
/// put:  1. write header and bytes behind the tail              2. COMMIT: store the tail
/// get:  1. read the message at the head                        2. COMMIT: store the head
/// grow: 1. provide memory behind the ring   2. copy the messages there
///       3. COMMIT: store the extent         4. give the old memory back
///
/// A death before a commit: nothing happened. After it: it happened, wholly. In grow's last step:
/// the old memory stays allocated until the queue goes away.
class Ring {
 public:
  /// The first ring shares a page with the state: an empty queue is one page. It grows when a
  /// message does not fit, at once to the usual size.
  static constexpr unsigned kFirstCapacityLog2 = 11;
  static constexpr unsigned kUsualCapacityLog2 = 16;

  /// The ring begins with 2^capacity_log2 bytes, at least 2048.
  /// Errors: System  no memory, descriptor or address space is left
  static Result<Ring> create(std::uint32_t maxsize, unsigned capacity_log2 = kFirstCapacityLog2);

  /// The ring in a segment that another process made.
  /// Errors: Malformed  the segment holds no queue
  static Result<Ring> open(std::shared_ptr<shm::Segment> segment);

  QueueState& state() const { return *state_; }

  /// How many messages there were at some moment during the call.
  std::uint32_t message_count() const;

  // With put_lock:

  /// Where a message goes, and the tail once it is there.
  struct Place {
    std::span<std::byte> bytes;
    Mark tail_after;
  };
  /// Whether as many messages as there may be are there.
  bool is_full() const;
  /// How many more messages the producers know there may be.
  std::uint32_t room_seen() const {
    const std::uint32_t known =
        messages_between(head_seen(), load(state_->tail, std::memory_order_relaxed));
    return known < state_->maxsize ? state_->maxsize - known : 0;
  }
  /// The same, after a look at the consumers' cache line.
  std::uint32_t look_for_room() const {
    state_->head_seen.store(state_->head.load(std::memory_order_acquire),
                            std::memory_order_relaxed);
    return room_seen();
  }
  /// Null when it does not fit into the ring as it is.
  std::optional<Place> place_for(std::size_t length) const;
  void commit(const Place& place) const {
    state_->tail.store(place.tail_after.bits(), std::memory_order_release);
  }
  /// Whether it can wait for room instead of growing: a big ring that holds several messages of
  /// that length.
  bool is_roomy_for(std::size_t length) const;
  /// About how long growing takes: new memory has to be zeroed and mapped.
  Timeout time_to_grow() const;
  /// The head that the last answer of is_full or place_for was about, if it was No.
  Mark head_seen() const { return load(state_->head_seen, std::memory_order_relaxed); }

  // With both locks:

  /// Makes place_for succeed.
  /// Errors: Full      the ring cannot grow so far, but there will be room when messages are taken
  ///         TooLarge  there will never be room for such a message
  ///         System    no memory is left
  Result<void> grow_for(std::size_t length) const;

  // With get_lock:

  /// The oldest message, and the head once it is taken.
  struct Oldest {
    BytesView bytes;
    Mark head_after;
  };
  std::optional<Oldest> oldest() const;
  /// How many messages the consumers know to be there, of those that are.
  std::uint32_t seen_ahead() const {
    return messages_between(load(state_->head, std::memory_order_relaxed),
                            load(state_->tail_seen, std::memory_order_relaxed));
  }
  /// The same, after a look at the producers' cache line.
  std::uint32_t look_ahead() const;
  void consume(const Oldest& oldest) const {
    state_->head.store(oldest.head_after.bits(), std::memory_order_release);
  }

 private:
  explicit Ring(std::shared_ptr<shm::Segment> segment)
      : segment_(std::move(segment)), state_(reinterpret_cast<QueueState*>(segment_->content())) {}

  static Mark load(const std::atomic<std::uint64_t>& mark, std::memory_order order) {
    return Mark::from_bits(mark.load(order));
  }
  Extent extent() const {
    return Extent::from_bits(state_->extent.load(std::memory_order_relaxed));
  }
  MessageHeader& header_at(Extent ring, std::uint64_t place) const {
    return *reinterpret_cast<MessageHeader*>(segment_->content_at(ring.content_offset()) + place);
  }
  bool can_address(Extent ring) const;
  Result<void> grow(Extent fresh) const;
  void copy_messages(Extent from, Extent to) const;

  std::shared_ptr<shm::Segment> segment_;
  QueueState* state_;
};

}  // namespace mp::channel
