#pragma once

#include <span>

#include "shm/parking.hpp"
#include "shm/segment.hpp"
#include "sync/presence.hpp"
#include "sync/robust_lock.hpp"

namespace mp::sync {

/// One party's place in a barrier, in one word: who it is, and what became of its round. Zero is a
/// free place.
class Place {
 public:
  enum class Status : std::uint32_t { Free = 0, Waiting, Passed, Broken };

  constexpr Place() = default;
  constexpr Place(base::Identity who, Status status)
      : bits_(std::uint64_t{static_cast<std::uint32_t>(status)} << 32 | who.bits()) {}
  static constexpr Place from_bits(std::uint64_t bits) {
    Place place;
    place.bits_ = bits;
    return place;
  }

  constexpr std::uint64_t bits() const { return bits_; }
  constexpr Status status() const { return static_cast<Status>(bits_ >> 32); }
  constexpr base::Identity who() const {
    return base::Identity::from_bits(static_cast<std::uint32_t>(bits_));
  }

 private:
  std::uint64_t bits_ = 0;
};

/// What ends a round, written down before it is done, so that whoever finds the work half done can
/// finish it.
enum class RoundEnd : std::uint32_t { None = 0, Pass, Break, Reset };

/// A barrier; its places follow, and then the presence of whoever has each place. There are twice
/// as many as parties: those who passed one round may be slow to leave while others come for the
/// next.
///
/// Invariant, whenever `lock` is free:  `ending` is None; fewer places than parties are Waiting;
/// who has a place that is not free is present, or died. Under `lock`: a free place becomes
/// Waiting, after its party is present; Waiting ones become Passed or Broken together; a dead
/// party's place becomes free; `broken` and `actor` change. Without it: a party frees its own place
/// that is no longer Waiting, and then is no longer present.
///
/// A death ... of a party that waits:  it is absent from its place. The others look at the end of
/// their slices, the last one
///                        to come looks before it lets anybody pass: the barrier breaks.
///         ... of a party that acts:  `actor` names it; the others look at the end of their slices.
///         ... while a round is ended:  the next holder of the lock finishes what `ending` says.
///         ... of one that is to leave:  its place is taken from it when places run short.
struct BarrierState {
  static constexpr shm::Kind kKind = shm::Kind::Barrier;
  static constexpr std::uint16_t kLayoutVersion = 3;

  RobustLock lock;
  std::uint32_t party_count = 0;
  std::atomic<RoundEnd> ending{RoundEnd::None};
  std::atomic<std::uint32_t> broken{0};
  std::atomic<std::uint32_t> actor{0};  ///< the identity of the party that runs the action
  // Apart from what the last party changes, because those who wait look at it again and again.
  alignas(64) shm::Parking rounds;  ///< counts the rounds that ended, in whatever way
};
static_assert(sizeof(BarrierState) == 128 && shm::SharedState<BarrierState>);
static_assert(std::atomic<RoundEnd>::is_always_lock_free);

}  // namespace mp::sync
