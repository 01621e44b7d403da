#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "shm/last_seen.hpp"
#include "shm/parking.hpp"
#include "shm/segment.hpp"
#include "sync/robust_lock.hpp"

namespace mp::channel {

/// Where the ring lies in the segment, in one word, so that a bigger ring replaces it by one store:
/// the number of its first block, counted from the start of the segment, and the binary logarithm
/// of its size in bytes.
class Extent {
 public:
  static constexpr std::uint64_t kBlockBytes = 2048;

  constexpr Extent(std::uint64_t first_block, unsigned capacity_log2)
      : bits_(first_block << 8 | capacity_log2) {}
  static constexpr Extent from_bits(std::uint64_t bits) {
    return {bits >> 8, static_cast<unsigned>(bits & 0xff)};
  }

  constexpr std::uint64_t bits() const { return bits_; }
  constexpr std::uint64_t capacity() const { return std::uint64_t{1} << (bits_ & 0xff); }
  /// From the start of the content, which a header precedes.
  constexpr std::uint64_t content_offset() const {
    return (bits_ >> 8) * kBlockBytes - sizeof(shm::SegmentHeader);
  }
  /// Fresh space for a ring of 2^capacity_log2 bytes: what lies directly behind this one.
  constexpr Extent behind(unsigned capacity_log2) const {
    return {(bits_ >> 8) + capacity() / kBlockBytes, capacity_log2};
  }

 private:
  std::uint64_t bits_;
};

/// How far the producers, or the consumers, have come, in one word, so that one store moves both:
/// how many messages, and where in the ring the next one begins, in units of a header. Both count
/// since the queue was made, modulo 2^32: a ring has fewer units than that, so differences are
/// exact.
class Mark {
 public:
  static constexpr std::uint64_t kUnitBytes = 16;

  constexpr Mark(std::uint32_t units, std::uint32_t messages)
      : bits_(std::uint64_t{units} << 32 | messages) {}
  static constexpr Mark from_bits(std::uint64_t bits) {
    return {static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint32_t>(bits)};
  }

  constexpr std::uint64_t bits() const { return bits_; }
  constexpr std::uint32_t units() const { return static_cast<std::uint32_t>(bits_ >> 32); }
  constexpr std::uint32_t messages() const { return static_cast<std::uint32_t>(bits_); }
  /// One message further, which took that many bytes.
  constexpr Mark after_message_of(std::uint64_t bytes) const {
    return {units() + static_cast<std::uint32_t>(bytes / kUnitBytes), messages() + 1};
  }

  friend constexpr std::uint32_t messages_between(Mark from, Mark to) {
    return to.messages() - from.messages();
  }
  friend constexpr std::uint64_t bytes_between(Mark from, Mark to) {
    return std::uint64_t{to.units() - from.units()} * kUnitBytes;
  }

 private:
  std::uint64_t bits_;
};

/// What precedes bytes in the ring. A message lies in one piece; where it would not fit before the
/// ring's end, filler fills that up, and counts with the message behind it.
struct MessageHeader {
  enum Kind : std::uint64_t { kMessage = 0, kFiller = 1 };
  std::uint64_t kind;
  std::uint64_t length;  ///< of the message; of the filler with this header
};
static_assert(sizeof(MessageHeader) == Mark::kUnitBytes);

/// What the processes that use one queue share. Zero is an empty queue; `extent` and `maxsize` are
/// set at creation.
///
/// Invariants, at every moment:
///   [head, tail) are whole messages, with their filler, and fit into the ring.
///   head_seen is a value that head had, and not older than a ring ago; tail_seen one that tail
///   had, and not behind head. Both only save a look at the other side's cache line.
/// `tail` and `head_seen` change only under `put_lock`, `head` and `tail_seen` only under
/// `get_lock`, `extent` only under both; who takes both takes `put_lock` first. `dones` changes
/// under `task_lock`.
///
/// A death ... anywhere:  what the dead one had not committed lies outside [head, tail), where the
/// next one writes again. There is nothing to make good: each commit is one store, and no other
/// word has to agree with it.
struct QueueState {
  static constexpr shm::Kind kKind = shm::Kind::Queue;
  static constexpr std::uint16_t kLayoutVersion = 3;

  std::uint32_t maxsize = 0;
  sync::RobustLock task_lock;
  std::atomic<std::uint64_t> extent{0};
  std::atomic<std::uint32_t> dones{0};  ///< storing it commits a task_done; modulo 2^32
  shm::Parking join_event;              ///< counts how often no task was left
  shm::SleepersInTurn getters;          ///< who wait for tail to move
  shm::SleepersInTurn putters;          ///< who wait for head to move

  // The marks have cache lines of their own: who waits for one looks at it again and again, and
  // must not hold up the other side's lock by that.

  alignas(64) sync::RobustLock put_lock;
  std::atomic<std::uint64_t> head_seen{0};

  alignas(64) std::atomic<std::uint64_t> tail{0};  ///< storing it commits a put
  shm::LastSeen putter;

  alignas(64) sync::RobustLock get_lock;
  std::atomic<std::uint64_t> tail_seen{0};

  alignas(64) std::atomic<std::uint64_t> head{0};  ///< storing it commits a get
  shm::LastSeen getter;
};
static_assert(shm::SharedState<QueueState> && sizeof(QueueState) == 320);
static_assert(offsetof(QueueState, put_lock) == 64 && offsetof(QueueState, tail) == 128 &&
              offsetof(QueueState, get_lock) == 192 && offsetof(QueueState, head) == 256);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace mp::channel
