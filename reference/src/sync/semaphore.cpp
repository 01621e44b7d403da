#include "mp/semaphore.hpp"

#include <string>
#include <thread>

#include "sync/semaphore_state.hpp"

namespace mp {
namespace sync {

using namespace std::chrono_literals;

/// How long a recovery waits for a process that is in the middle of a change, which takes it some
/// instructions: it was stopped there.
constexpr Timeout kRecoveryPatience = 1s;

bool SemaphoreState::try_acquire() {
  std::uint32_t seen = value.word.load(std::memory_order_relaxed);
  if (seen == 0) return false;
  PermitLedger::Entry* entry = ledger.mine();
  if (entry != nullptr) entry->begin();
  bool acquired = false;
  while (seen > 0 && !acquired) {
    acquired = value.word.compare_exchange_weak(seen, seen - 1, std::memory_order_acquire,
                                                std::memory_order_relaxed);
  }
  if (entry != nullptr) entry->end(acquired ? 1 : 0);
  return acquired;
}

bool SemaphoreState::try_release() {
  PermitLedger::Entry* entry = ledger.mine();
  if (entry != nullptr) entry->begin();
  std::uint32_t seen = value.word.load(std::memory_order_relaxed);
  bool released = false;
  while (seen < maximum && !released) {
    released = value.word.compare_exchange_weak(seen, seen + 1);
  }
  if (entry != nullptr) entry->end(released ? -1 : 0);
  return released;
}

/// Nothing when the semaphore changed meanwhile.
std::optional<std::int64_t> SemaphoreState::try_recover() {
  const auto moment = ledger.look(value.word);
  if (!moment) return std::nullopt;
  const std::int64_t lost = std::int64_t{initial} - moment->value - moment->held;
  if (lost <= 0) return 0;
  std::uint32_t seen = moment->value;
  if (!value.word.compare_exchange_strong(seen, seen + static_cast<std::uint32_t>(lost))) {
    return std::nullopt;
  }
  return lost;
}

Result<std::int64_t> SemaphoreState::recover() {
  const Deadline deadline = Deadline::after(kRecoveryPatience);
  const RobustGuard guard(recovery);
  while (true) {
    const bool last_try = deadline.passed();
    if (ledger.is_incomplete()) {
      return Error{ErrorCode::TooLarge,
                   "more than " + std::to_string(PermitLedger::kEntries) +
                       " processes used the semaphore at once: who holds its permits is not known"};
    }
    if (const auto lost = try_recover()) {
      if (*lost > 0) value.wake(static_cast<std::size_t>(*lost));
      return *lost;
    }
    if (last_try) {
      return Error{
          ErrorCode::TimedOut,
          "the semaphore did not stand still, or a process was stopped while it changed it"};
    }
    std::this_thread::yield();
  }
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
  state->initial = static_cast<std::uint32_t>(value);
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

Result<std::int64_t> Semaphore::recover() const { return state_->recover(); }

std::int64_t Semaphore::get_value() const { return state_->value.word.load(); }

Result<void> Semaphore::pack(Packer& packer) const { return packer.shared(state_.get()); }

Result<Semaphore> Semaphore::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(auto segment, unpacker.shared());
  MP_TRY_ASSIGN(auto state, shm::shared_state_in<sync::SemaphoreState>(std::move(segment)));
  return Semaphore(std::move(state));
}

Result<BoundedSemaphore> BoundedSemaphore::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(auto semaphore, Semaphore::unpack(unpacker));
  return BoundedSemaphore(std::move(semaphore));
}

}  // namespace mp
