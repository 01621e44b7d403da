#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "mp/lock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"
#include "mp/rlock.hpp"
#include "mp/typecode.hpp"

/// What Value and Array are made of. Users need AnyLock, and what `Synchronized` offers.
namespace mp {

/// A lock of either type.
using AnyLock = std::variant<RLock, Lock>;

namespace sync {
struct Holder;
struct ItemsState;
class RobustLock;

/// Zeroed elements in shared memory, and a lock beside them.
class Items {
 public:
  /// One element next to its lock.
  static Result<Items> create_value(Typecode typecode);
  /// `length` elements.
  /// Errors: TooLarge  more than memory can ever hold
  static Result<Items> create_array(Typecode typecode, std::size_t length,
                                    bool huge_pages = false);

  Typecode typecode() const;
  std::size_t length() const { return length_; }
  std::byte* data() const { return data_; }
  RLock lock() const;

  Result<void> pack(Packer& packer) const;
  /// Errors: Malformed  no elements, or of another typecode than the one asked for
  static Result<Items> unpack(Unpacker& unpacker, std::optional<Typecode> typecode = std::nullopt);

  /// The lock of an object with these elements, where it is not the one beside them.
  Result<void> pack_lock(Packer& packer, const AnyLock& lock) const;
  Result<AnyLock> unpack_lock(Unpacker& unpacker) const;

 private:
  explicit Items(std::shared_ptr<ItemsState> state);

  std::shared_ptr<ItemsState> state_;
  std::byte* data_;     ///< in the state, where it stays
  std::size_t length_;  ///< as the state has it
};

/// The lock, for as long as one access takes; nothing when it is an RLock that the calling thread
/// holds already. An access is one store for each element, so it does not mind that the previous
/// holder died; it leaves that to be told to the next one who acquires the lock.
class AccessGuard {
 public:
  explicit AccessGuard(const AnyLock& lock);
  AccessGuard(const AccessGuard&) = delete;
  AccessGuard& operator=(const AccessGuard&) = delete;
  ~AccessGuard();

 private:
  void acquire_held(const Holder& self);

  RobustLock* word_ = nullptr;  ///< null when there is nothing to release
  std::uint32_t self_ = 0;      ///< the bits of the identity that holds it
  bool owner_died_ = false;
};

/// One whole element is read or written by one instruction: nobody ever sees half of it, whoever is
/// killed.
template <ScalarType T>
T load_item(const T& item) {
  static_assert(std::atomic_ref<T>::is_always_lock_free);
  return std::atomic_ref<T>(const_cast<T&>(item)).load(std::memory_order_relaxed);
}
template <ScalarType T>
void store_item(T& item, T value) {
  std::atomic_ref<T>(item).store(value, std::memory_order_relaxed);
}
}  // namespace sync

/// Something in shared memory with a lock: an RLock of its own, or one that guards other things
/// too. Whoever holds a plain Lock must not access it meanwhile, which would wait for the lock for
/// ever; get_obj() is for that.
class Synchronized {
 public:
  /// The lock that every single access takes. Hold it to make several accesses one.
  const AnyLock& any_lock() const { return lock_; }
  /// The same, where it is an RLock: always, unless the object was made with a Lock. Looking at
  /// what is not there stops the program.
  const RLock& get_lock() const {
    const auto* lock = std::get_if<RLock>(&lock_);
    MP_ASSERT(lock != nullptr);
    return *lock;
  }
  Result<void> acquire(Timeout timeout = kForever) const {
    return std::visit([timeout](const auto& lock) { return lock.acquire(timeout); }, lock_);
  }
  Result<void> release() const {
    return std::visit([](const auto& lock) { return lock.release(); }, lock_);
  }

 protected:
  explicit Synchronized(AnyLock lock) : lock_(std::move(lock)) {}

  /// Acquires the lock; gives it back at once when its last holder died.
  /// Errors: OwnerDied
  Result<void> hold() const {
    Result<void> acquired = acquire();
    if (!acquired) MP_TRY(release());
    return acquired;
  }
  /// Releases it at the end of a scope, also one that an exception leaves.
  class Release {
   public:
    explicit Release(const Synchronized& object) : object_(object) {}
    Release(const Release&) = delete;
    Release& operator=(const Release&) = delete;
    ~Release() { static_cast<void>(object_.release()); }

   private:
    const Synchronized& object_;
  };

 private:
  AnyLock lock_;
};

}  // namespace mp
