#include "mp/lock.hpp"

#include "mp/rlock.hpp"
#include "sync/lock_state.hpp"

namespace mp {

Result<Lock> Lock::create() {
  MP_TRY_ASSIGN(auto state, shm::make_shared_state<sync::LockState>());
  return Lock(std::move(state));
}

Result<void> Lock::acquire(Timeout timeout) const { return state_->acquire(timeout); }

Result<void> Lock::release() const { return state_->release(); }

Result<RLock> RLock::create() {
  MP_TRY_ASSIGN(auto state, shm::make_shared_state<sync::RLockState>());
  return RLock(std::move(state));
}

Result<void> RLock::acquire(Timeout timeout) const { return state_->acquire(timeout); }

Result<void> RLock::release() const { return state_->release(); }

}  // namespace mp
