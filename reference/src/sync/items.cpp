#include "mp/synchronized.hpp"
#include "sync/items_state.hpp"

namespace mp::sync {
namespace {

/// More elements than this cannot be addressed; the bound keeps the arithmetic of sizes in range.
constexpr std::size_t kItemsMax = std::size_t{1} << 44;

template <class State>
Result<std::shared_ptr<ItemsState>> make_items(Typecode typecode, std::size_t length,
                                               bool huge_pages = false) {
  if (length > kItemsMax) {
    return Error{ErrorCode::TooLarge, "an Array of " + std::to_string(length) +
                                          " elements: more than memory can ever hold"};
  }
  const std::size_t bytes = State::kDataOffset - sizeof(State) + length * item_bytes(typecode);
  MP_TRY_ASSIGN(std::shared_ptr<State> state, shm::make_shared_state<State>(bytes, huge_pages));
  state->typecode = typecode;
  state->data_offset = State::kDataOffset;
  state->length = length;
  return std::shared_ptr<ItemsState>(std::move(state));
}

/// What another process made: its description comes from outside.
template <class State>
Result<std::shared_ptr<ItemsState>> items_in(const std::shared_ptr<shm::Segment>& segment) {
  MP_TRY_ASSIGN(auto state, shm::shared_state_in<State>(segment));
  const Error impossible{ErrorCode::Malformed,
                         shm::describe(segment->header()) + ": its description is impossible"};
  if (!to_typecode(static_cast<char>(state->typecode))) return impossible;
  const std::size_t bytes = segment->header().content_bytes;
  if (state->data_offset != State::kDataOffset || bytes < State::kDataOffset ||
      (bytes - State::kDataOffset) / item_bytes(state->typecode) < state->length) {
    return impossible;
  }
  return std::shared_ptr<ItemsState>(std::move(state));
}

/// In place of the number of a lock's type: the one beside the elements.
constexpr std::uint64_t kOwnLock = 2;

}  // namespace

Result<Items> Items::create_value(Typecode typecode) {
  MP_TRY_ASSIGN(auto state, make_items<ValueState>(typecode, 1));
  return Items(std::move(state));
}

Result<Items> Items::create_array(Typecode typecode, std::size_t length, bool huge_pages) {
  MP_TRY_ASSIGN(auto state, make_items<ArrayState>(typecode, length, huge_pages));
  return Items(std::move(state));
}

Items::Items(std::shared_ptr<ItemsState> state)
    : state_(std::move(state)),
      data_(reinterpret_cast<std::byte*>(state_.get()) + state_->data_offset),
      length_(state_->length) {}

Typecode Items::typecode() const { return state_->typecode; }

RLock Items::lock() const { return RLock(std::shared_ptr<RLockState>(state_, &state_->lock)); }

Result<void> Items::pack(Packer& packer) const { return packer.shared(state_.get()); }

Result<Items> Items::unpack(Unpacker& unpacker, std::optional<Typecode> typecode) {
  MP_TRY_ASSIGN(auto segment, unpacker.shared());
  std::shared_ptr<ItemsState> state;
  if (segment->header().kind == static_cast<std::uint16_t>(shm::Kind::Value)) {
    MP_TRY_ASSIGN(state, items_in<ValueState>(segment));
  } else {
    MP_TRY_ASSIGN(state, items_in<ArrayState>(segment));
  }
  if (typecode && *typecode != state->typecode) {
    return Error{ErrorCode::Malformed, shm::describe(segment->header()) + ": has typecode " +
                                           static_cast<char>(state->typecode) + ", " +
                                           static_cast<char>(*typecode) + " was asked for"};
  }
  return Items(std::move(state));
}

Result<void> Items::pack_lock(Packer& packer, const AnyLock& lock) const {
  const auto* recursive = std::get_if<RLock>(&lock);
  const bool is_own = recursive != nullptr && recursive->state_.get() == &state_->lock;
  packer.number(is_own ? kOwnLock : lock.index());
  if (is_own) return {};
  return std::visit([&](const auto& other) { return other.pack(packer); }, lock);
}

Result<AnyLock> Items::unpack_lock(Unpacker& unpacker) const {
  MP_TRY_ASSIGN(const std::uint64_t which, unpacker.number());
  if (which == kOwnLock) return AnyLock(lock());
  if (which == 0) {
    MP_TRY_ASSIGN(RLock recursive, RLock::unpack(unpacker));
    return AnyLock(std::move(recursive));
  }
  MP_TRY_ASSIGN(Lock plain, Lock::unpack(unpacker));
  return AnyLock(std::move(plain));
}

AccessGuard::AccessGuard(const AnyLock& lock) {
  if (const auto* recursive = std::get_if<RLock>(&lock)) {
    word_ = &recursive->state_->lock;
    const base::Identity self = base::this_thread();
    self_ = self.bits();
    if (word_->try_acquire(self)) return;
    if (recursive->state_->is_mine()) {
      word_ = nullptr;
      return;
    }
    acquire_held(this_thread());
  } else {
    word_ = &std::get<Lock>(lock).state_->lock;
    const base::Identity self = base::this_process();
    self_ = self.bits();
    if (!word_->try_acquire(self)) acquire_held(this_process());
  }
}

void AccessGuard::acquire_held(const Holder& self) {
  owner_died_ = word_->acquire_contended(self, Deadline::never()) == RobustLock::Outcome::OwnerDied;
}

AccessGuard::~AccessGuard() {
  if (word_ == nullptr) return;
  if (owner_died_) {
    word_->release_orphaned();
  } else {
    word_->release(base::Identity::from_bits(self_));
  }
}

}  // namespace mp::sync
