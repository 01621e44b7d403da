#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "shm/parking.hpp"
#include "shm/segment.hpp"
#include "sync/robust_lock.hpp"

namespace mp::channel {

/// Where the ring lies in the segment, in one word, so that a bigger ring replaces it by one store:
/// the number of its first page, counted from the start of the segment, and the binary logarithm of
/// its size in bytes.
class Extent {
 public:
  static constexpr std::uint64_t kPageBytes = 4096;

  constexpr Extent(std::uint64_t first_page, unsigned capacity_log2)
      : bits_(first_page << 8 | capacity_log2) {}
  static constexpr Extent from_bits(std::uint64_t bits) {
    return {bits >> 8, static_cast<unsigned>(bits & 0xff)};
  }

  constexpr std::uint64_t bits() const { return bits_; }
  constexpr std::uint64_t capacity() const { return std::uint64_t{1} << (bits_ & 0xff); }
  /// From the start of the content, which a header precedes.
  constexpr std::uint64_t content_offset() const {
    return (bits_ >> 8) * kPageBytes - sizeof(shm::SegmentHeader);
  }
  /// Fresh space for a ring of 2^capacity_log2 bytes: what lies directly behind this one.
  constexpr Extent behind(unsigned capacity_log2) const {
    return {(bits_ >> 8) + capacity() / kPageBytes, capacity_log2};
  }

 private:
  std::uint64_t bits_;
};

/// A message in the ring: this, then its bytes, then nothing up to the next multiple of its size.
struct MessageHeader {
  std::uint64_t number;  ///< how many messages were put before it
  std::uint64_t length;
};
static_assert(sizeof(MessageHeader) == 16);

/// What the processes that use one queue share. Zero is an empty queue; `extent` and `maxsize` are
/// set at creation.
///
/// Positions count bytes since the queue was made and never fall; position modulo capacity is a
/// place in the ring.
///
/// Invariant, whenever `lock` is free:
///   head <= tail <= head + capacity, and [head, tail) are whole messages, numbered gets, gets + 1,
///   ... puts - 1.
/// Everything but the counts of sleepers changes only under `lock`.
struct QueueState {
  static constexpr shm::Kind kKind = shm::Kind::Queue;
  static constexpr std::uint16_t kLayoutVersion = 1;

  sync::RobustLock lock;
  std::uint32_t maxsize = 0;
  std::atomic<std::uint64_t> extent{0};
  std::atomic<std::uint64_t> tail{0};   ///< storing it commits a put
  std::atomic<std::uint64_t> head{0};   ///< storing it commits a get
  std::atomic<std::uint64_t> puts{0};   ///< follows tail: recomputed when its writer died
  std::atomic<std::uint64_t> gets{0};   ///< follows head: likewise
  std::atomic<std::uint64_t> dones{0};  ///< storing it commits a task_done

  shm::Parking put_event;   ///< counts puts: for those who wait for a message
  shm::Parking get_event;   ///< counts gets: for those who wait for room
  shm::Parking join_event;  ///< counts how often no task was left
};
static_assert(shm::SharedState<QueueState> && sizeof(QueueState) == 80);
static_assert(offsetof(QueueState, extent) == 8 && offsetof(QueueState, dones) == 48 &&
              offsetof(QueueState, put_event) == 56 && offsetof(QueueState, join_event) == 72);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace mp::channel
