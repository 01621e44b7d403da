#include "mp/semaphore.hpp"

#include "shm/parking.hpp"
#include "shm/segment.hpp"

namespace mp {
namespace sync {

/// The value is the word that waiters sleep on while it is zero.
/// A death ... of a holder:  its permits are gone.   ... of a waiter:  see shm::Parking.
struct SemaphoreState {
  static constexpr shm::Kind kKind = shm::Kind::Semaphore;
  static constexpr std::uint16_t kLayoutVersion = 2;

  shm::Parking value;
  std::uint32_t maximum;

  bool try_acquire();
  bool try_release();
};
static_assert(sizeof(SemaphoreState) == 16 && shm::SharedState<SemaphoreState>);

bool SemaphoreState::try_acquire() {
  std::uint32_t seen = value.word.load(std::memory_order_relaxed);
  while (seen > 0) {
    if (value.word.compare_exchange_weak(seen, seen - 1, std::memory_order_acquire,
                                         std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

bool SemaphoreState::try_release() {
  std::uint32_t seen = value.word.load(std::memory_order_relaxed);
  while (seen < maximum) {
    if (value.word.compare_exchange_weak(seen, seen + 1)) return true;
  }
  return false;
}

}  // namespace sync

Result<std::shared_ptr<sync::SemaphoreState>> Semaphore::create_state(std::int64_t value,
                                                                      std::int64_t maximum) {
  if (value < 0) return Error{ErrorCode::InvalidArgument, "a semaphore's value is not negative"};
  if (value > kSemaphoreValueMax) {
    return Error{ErrorCode::OutOfRange, "a semaphore's value is at most 2147483647"};
  }
  MP_TRY_ASSIGN(auto state, shm::make_shared_state<sync::SemaphoreState>());
  state->value.word.store(static_cast<std::uint32_t>(value));
  state->maximum = static_cast<std::uint32_t>(maximum);
  return state;
}

Result<Semaphore> Semaphore::create(std::int64_t value) {
  MP_TRY_ASSIGN(auto state, create_state(value, kSemaphoreValueMax));
  return Semaphore(std::move(state));
}

Result<BoundedSemaphore> BoundedSemaphore::create(std::int64_t value) {
  MP_TRY_ASSIGN(auto state, create_state(value, value));
  return BoundedSemaphore(std::move(state));
}

Result<void> Semaphore::acquire(Timeout timeout) const {
  const Deadline deadline = Deadline::after(timeout);
  shm::WaitSlices slices(deadline);
  while (true) {
    const bool last_try = deadline.passed();
    if (state_->try_acquire()) return {};
    if (last_try) return Error{ErrorCode::TimedOut, "no permit"};
    state_->value.sleep(0, slices.next());
  }
}

Result<void> Semaphore::release() const {
  if (!state_->try_release()) {
    return Error{ErrorCode::InvalidArgument, "semaphore or lock released too many times"};
  }
  state_->value.wake(1);
  return {};
}

std::int64_t Semaphore::get_value() const { return state_->value.word.load(); }

}  // namespace mp
