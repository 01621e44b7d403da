#pragma once

#include <cstdint>
#include <memory>

#include "mp/clock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"

namespace mp {

namespace sync {
struct SemaphoreState;
}

/// The largest value of a semaphore.
inline constexpr std::int64_t kSemaphoreValueMax = 0x7fffffff;

/// A number of permits: acquire takes one, release gives one back, whoever calls it. Whether a
/// process that is killed held its permits or had used them up, as a consumer does, only the
/// program knows: they are given back when it calls recover(). A killed waiter holds nobody up.
///
/// A handle: copies, and the copies a forked child has, name the same semaphore.
/// Source: Python 3 library, `multiprocessing.Semaphore`.
class Semaphore {
 public:
  /// Errors: InvalidArgument  a negative value
  ///         OutOfRange       beyond kSemaphoreValueMax
  ///         System           no memory or no descriptor is left
  static Result<Semaphore> create(std::int64_t value = 1);

  /// Waits until there is a permit, and takes it.
  /// Errors: TimedOut  none was to be had within `timeout`
  Result<void> acquire(Timeout timeout = kForever) const;

  /// Gives one permit. The value may rise above the one it was created with.
  /// Errors: InvalidArgument  the value would rise above its maximum
  Result<void> release() const;

  /// Gives back the permits of the dead: those missing from the value that the semaphore was
  /// created with, less what living processes acquired and did not release. A release by a process
  /// that had acquired nothing counts as one for the dead. So it never gives back what a living
  /// process holds. Returns how many it gave back. Not to be called while others release for the
  /// dead by hand. Errors: TimedOut  a process was stopped in the middle of an acquire or release,
  /// or the others
  ///                   left no quiet moment within a second; the semaphore is unchanged
  ///         TooLarge  more than 240 processes used the semaphore at the same time
  Result<std::int64_t> recover() const;

  /// How many permits there were at some moment during the call.
  std::int64_t get_value() const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<Semaphore> unpack(Unpacker& unpacker);

 protected:
  static Result<std::shared_ptr<sync::SemaphoreState>> create_state(std::int64_t value,
                                                                    std::int64_t maximum);
  explicit Semaphore(std::shared_ptr<sync::SemaphoreState> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<sync::SemaphoreState> state_;
};

/// A Semaphore whose value never rises above the one it was created with.
/// Source: Python 3 library, `multiprocessing.BoundedSemaphore`.
class BoundedSemaphore : public Semaphore {
 public:
  /// Errors: as Semaphore::create
  static Result<BoundedSemaphore> create(std::int64_t value = 1);

  /// See transfer.hpp.
  static Result<BoundedSemaphore> unpack(Unpacker& unpacker);

 private:
  using Semaphore::Semaphore;
  explicit BoundedSemaphore(Semaphore semaphore) : Semaphore(std::move(semaphore)) {}
};

}  // namespace mp
