#include "mp/synchronized.hpp"
#include "sync/items_state.hpp"

namespace mp::sync {
namespace {

/// More elements than this cannot be addressed; the bound keeps the arithmetic of sizes in range.
constexpr std::size_t kItemsMax = std::size_t{1} << 44;

template <class State>
Result<std::shared_ptr<ItemsState>> make_items(Typecode typecode, std::size_t length) {
  if (length > kItemsMax) return Error{ErrorCode::TooLarge, "more elements than memory can hold"};
  const std::size_t bytes = State::kDataOffset - sizeof(State) + length * item_bytes(typecode);
  MP_TRY_ASSIGN(std::shared_ptr<State> state, shm::make_shared_state<State>(bytes));
  state->typecode = typecode;
  state->data_offset = State::kDataOffset;
  state->length = length;
  return std::shared_ptr<ItemsState>(std::move(state));
}

}  // namespace

Result<Items> Items::create_value(Typecode typecode) {
  MP_TRY_ASSIGN(auto state, make_items<ValueState>(typecode, 1));
  return Items(std::move(state));
}

Result<Items> Items::create_array(Typecode typecode, std::size_t length) {
  MP_TRY_ASSIGN(auto state, make_items<ArrayState>(typecode, length));
  return Items(std::move(state));
}

Typecode Items::typecode() const { return state_->typecode; }

std::size_t Items::length() const { return state_->length; }

std::byte* Items::data() const {
  return reinterpret_cast<std::byte*>(state_.get()) + state_->data_offset;
}

RLock Items::lock() const { return RLock(std::shared_ptr<RLockState>(state_, &state_->lock)); }

AccessGuard::AccessGuard(const AnyLock& lock) {
  Holder self{};
  if (const auto* recursive = std::get_if<RLock>(&lock)) {
    word_ = &recursive->state_->lock;
    // Looking costs nothing, and whoever holds the lock already is in a hurry.
    if (recursive->state_->is_mine()) {
      word_ = nullptr;
      return;
    }
    if (word_->try_acquire(base::this_thread())) return;
    self = this_thread();
  } else {
    word_ = &std::get<Lock>(lock).state_->lock;
    if (word_->try_acquire(base::this_process())) return;
    self = this_process();
  }
  owner_died_ = word_->acquire_contended(self, Deadline::never()) == RobustLock::Outcome::OwnerDied;
}

AccessGuard::~AccessGuard() {
  if (word_ == nullptr) return;
  if (owner_died_) {
    word_->release_orphaned();
  } else {
    word_->release();
  }
}

}  // namespace mp::sync
