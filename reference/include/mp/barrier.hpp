#pragma once

#include <functional>
#include <memory>

#include "mp/clock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"

namespace mp {

namespace sync {
class BarrierParties;
}

inline constexpr int kBarrierPartiesMax = 1 << 16;

/// A place where a fixed number of parties (threads, of whatever processes) wait for one another,
/// again and again.
///
/// A barrier that was broken stays so until reset(). It breaks by abort(), when a party's timeout
/// passes, when an action throws, and when a party is killed while it waits or runs the action: the
/// others are told instead of waiting for ever.
///
/// A handle: copies, and the copies a forked child has, name the same barrier.
/// Source: Python 3 library, `multiprocessing.Barrier`.
class Barrier {
 public:
  using Action = std::function<void()>;

  /// `action` is called by one of the parties in every round, before any of them goes on; what it
  /// refers to must be there in every process. `timeout` is that of a wait() without one. Errors:
  /// InvalidArgument  fewer parties than one
  ///         TooLarge         more than kBarrierPartiesMax
  ///         System           no memory or no descriptor is left
  static Result<Barrier> create(int parties, Action action = {}, Timeout timeout = kForever);

  /// Waits until all parties have come. Returns how many had come before the caller: in every round
  /// each number from 0 to parties - 1 is given to one of them. What an action throws leaves the
  /// call that ran it. Units:  `timeout` counts once the round before has ended: while its action
  /// runs, newcomers wait. Errors: BrokenBarrier  the barrier is broken, or broke or was reset
  /// meanwhile
  Result<int> wait() const { return wait(timeout_); }
  Result<int> wait(Timeout timeout) const;

  /// Breaks the barrier: those who wait, and who come later, are told.
  void abort() const;
  /// Makes a broken barrier whole. Those who wait are told that it broke.
  void reset() const;

  int parties() const;
  /// How many wait, at some moment during the call.
  int n_waiting() const;
  bool broken() const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<Barrier> unpack(Unpacker& unpacker);

 private:
  Barrier(std::shared_ptr<sync::BarrierParties> parties, Action action, Timeout timeout)
      : parties_(std::move(parties)), action_(std::move(action)), timeout_(timeout) {}

  std::shared_ptr<sync::BarrierParties> parties_;
  Action action_;
  Timeout timeout_;
};

}  // namespace mp
