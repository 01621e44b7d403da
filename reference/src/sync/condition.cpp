#include "mp/condition.hpp"

#include <limits>

#include "sync/condition_state.hpp"
#include "sync/lock_state.hpp"

namespace mp {
namespace {

using sync::ConditionState;
using Outcome = sync::RobustLock::Outcome;

/// Takes the lock if it is free, or will be in a moment: who notifies, or was notified, holds it
/// for some moments more, and where it does so on another processor that is not worth a sleep.
template <class LockType>
bool acquire_soon(LockType& lock, std::uint32_t levels, const ConditionState& state) {
  const auto take = [&] { return lock.try_acquire_levels(levels); };
  return take() || (state.announced.changer.is_any_elsewhere() && shm::Spin::briefly(take));
}

/// Takes the lock in whatever time.
template <class LockType>
Outcome acquire_again(LockType& lock, std::uint32_t levels, const ConditionState& state) {
  if (acquire_soon(lock, levels, state)) return Outcome::Acquired;
  return lock.acquire_levels(levels, Deadline::never());
}

/// One wait with a lock of either type, which the caller holds before and after.
template <class LockType>
Result<bool> wait_with(LockType& lock, ConditionState& state, const Deadline& deadline) {
  shm::WaitSlices slices(deadline);
  const std::uint64_t ticket = state.enter();
  const std::uint32_t levels = lock.release_all();
  while (true) {
    const std::uint32_t seen = state.announced.word.load();
    const bool last_try = deadline.passed();
    if (!last_try && !state.may_go(ticket)) {
      state.announced.sleep(seen, slices.next());
      continue;
    }
    const Outcome outcome = acquire_again(lock, levels, state);
    const bool notified = state.take_notification(ticket);
    if (!notified && !last_try) {  // somebody else was faster
      if (outcome == Outcome::OwnerDied) {
        lock.release_orphaned();
      } else {
        lock.release_all();
      }
      continue;
    }
    if (!notified) state.leave();
    MP_TRY(sync::to_result(outcome));
    return notified;
  }
}

}  // namespace

Result<Condition> Condition::create_with(LockRef lock) {
  MP_TRY_ASSIGN(auto state, shm::make_shared_state<ConditionState>());
  return Condition(std::move(lock), std::move(state));
}

Result<Condition> Condition::create() {
  MP_TRY_ASSIGN(RLock lock, RLock::create());
  return create(std::move(lock));
}

Result<Condition> Condition::create(Lock lock) { return create_with(std::move(lock.state_)); }

Result<Condition> Condition::create(RLock lock) { return create_with(std::move(lock.state_)); }

Result<void> Condition::acquire(Timeout timeout) const {
  return std::visit(
      [&](const auto& lock) -> Result<void> {
        if (!lock->is_mine() && acquire_soon(*lock, 1, *state_)) return {};
        return lock->acquire(timeout);
      },
      lock_);
}

Result<void> Condition::release() const {
  return std::visit([](const auto& lock) { return lock->release(); }, lock_);
}

Result<void> Condition::check_owner(const char* text) const {
  if (std::visit([](const auto& lock) { return lock->is_mine(); }, lock_)) return {};
  return Error{ErrorCode::NotOwner, text};
}

Result<bool> Condition::wait(Timeout timeout) const {
  const Deadline deadline = Deadline::after(timeout);
  MP_TRY(check_owner("must acquire() condition before using wait()"));
  return std::visit([&](const auto& lock) { return wait_with(*lock, *state_, deadline); }, lock_);
}

Result<void> Condition::notify(std::int64_t n) const {
  MP_TRY(check_owner("lock is not owned"));
  if (n > 0) state_->notify(static_cast<std::uint64_t>(n));
  return {};
}

Result<void> Condition::notify_all() const {
  return notify(std::numeric_limits<std::int64_t>::max());
}

Result<void> Condition::pack(Packer& packer) const {
  packer.number(lock_.index());
  MP_TRY(std::visit([&](const auto& lock) { return packer.shared(lock.get()); }, lock_));
  return packer.shared(state_.get());
}

Result<Condition> Condition::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const std::uint64_t index, unpacker.number());
  LockRef lock;
  if (index == 0) {
    MP_TRY_ASSIGN(Lock plain, Lock::unpack(unpacker));
    lock = std::move(plain.state_);
  } else {
    MP_TRY_ASSIGN(RLock recursive, RLock::unpack(unpacker));
    lock = std::move(recursive.state_);
  }
  MP_TRY_ASSIGN(auto segment, unpacker.shared());
  MP_TRY_ASSIGN(auto state, shm::shared_state_in<ConditionState>(std::move(segment)));
  return Condition(std::move(lock), std::move(state));
}

}  // namespace mp
