#pragma once

#include <cstdint>
#include <memory>

#include "mp/clock.hpp"
#include "mp/result.hpp"

namespace mp {

namespace sync {
struct SemaphoreState;
}

/// The largest value of a semaphore.
inline constexpr std::int64_t kSemaphoreValueMax = 0x7fffffff;

/// A number of permits: acquire takes one, release gives one back, whoever calls it. The permits of
/// a process that is killed are not given back; a killed waiter holds nobody up.
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

  /// How many permits there were at some moment during the call.
  std::int64_t get_value() const;

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

 private:
  using Semaphore::Semaphore;
};

}  // namespace mp
