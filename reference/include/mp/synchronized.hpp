#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

#include "mp/result.hpp"
#include "mp/rlock.hpp"
#include "mp/typecode.hpp"

/// What Value and Array are made of. Users need get_lock(), acquire() and release() of
/// `Synchronized`.
namespace mp {

namespace sync {
struct ItemsState;

/// Zeroed elements in shared memory, and a lock beside them.
class Items {
 public:
  /// One element next to its lock.
  static Result<Items> create_value(Typecode typecode);
  /// `length` elements.
  /// Errors: TooLarge  more than memory can ever hold
  static Result<Items> create_array(Typecode typecode, std::size_t length);

  Typecode typecode() const;
  std::size_t length() const;
  std::byte* data() const;
  RLock lock() const;

 private:
  explicit Items(std::shared_ptr<ItemsState> state) : state_(std::move(state)) {}

  std::shared_ptr<ItemsState> state_;
};

/// The lock, for as long as one access takes; nothing when the caller holds it already. An access
/// is one store for each element, so it does not mind that the previous holder died; it leaves that
/// to be told to the next one who acquires the lock.
class AccessGuard {
 public:
  explicit AccessGuard(const RLock& lock);
  AccessGuard(const AccessGuard&) = delete;
  AccessGuard& operator=(const AccessGuard&) = delete;
  ~AccessGuard();

 private:
  RLockState* state_;  ///< null when there is nothing to release
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

/// Something in shared memory with a recursive lock of its own.
class Synchronized {
 public:
  /// The lock that every single access takes. Hold it to make several accesses one.
  const RLock& get_lock() const { return lock_; }
  Result<void> acquire(Timeout timeout = kForever) const { return lock_.acquire(timeout); }
  Result<void> release() const { return lock_.release(); }

 protected:
  explicit Synchronized(RLock lock) : lock_(std::move(lock)) {}

 private:
  RLock lock_;
};

}  // namespace mp
