#include "mp/lock.hpp"

#include "mp/rlock.hpp"
#include "sync/items_state.hpp"
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

Result<void> Lock::pack(Packer& packer) const { return packer.shared(state_.get()); }

Result<Lock> Lock::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(auto segment, unpacker.shared());
  MP_TRY_ASSIGN(auto state, shm::shared_state_in<sync::LockState>(std::move(segment)));
  return Lock(std::move(state));
}

Result<void> RLock::pack(Packer& packer) const { return packer.shared(state_.get()); }

/// It may be the one beside a Value or an Array, which begin with their lock.
Result<RLock> RLock::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(auto segment, unpacker.shared());
  const auto beside = [](auto items) {
    return RLock(std::shared_ptr<sync::RLockState>(items, &items->lock));
  };
  switch (static_cast<shm::Kind>(segment->header().kind)) {
    case shm::Kind::Value: {
      MP_TRY_ASSIGN(auto items, shm::shared_state_in<sync::ValueState>(std::move(segment)));
      return beside(std::move(items));
    }
    case shm::Kind::Array: {
      MP_TRY_ASSIGN(auto items, shm::shared_state_in<sync::ArrayState>(std::move(segment)));
      return beside(std::move(items));
    }
    default: {
      MP_TRY_ASSIGN(auto state, shm::shared_state_in<sync::RLockState>(std::move(segment)));
      return RLock(std::move(state));
    }
  }
}

}  // namespace mp
