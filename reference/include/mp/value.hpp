#pragma once

#include <atomic>
#include <concepts>
#include <memory>
#include <utility>

#include "mp/synchronized.hpp"

namespace mp {

/// One number in shared memory, without a lock. A single access is atomic and orders nothing else.
///
/// A handle: copies, and the copies a forked child has, name the same number.
/// Source: Python 3 library, `multiprocessing.sharedctypes.RawValue`.
template <ScalarType T>
class RawValue {
 public:
  /// Errors: System  no memory or no descriptor is left
  static Result<RawValue> create(T initial = T{}) {
    MP_TRY_ASSIGN(const sync::Items items, sync::Items::create_value(typecode_of<T>()));
    const RawValue made(items);
    made.set_value(initial);
    return made;
  }

  T value() const { return sync::load_item(item()); }
  void set_value(T value) const { sync::store_item(item(), value); }

  /// Adds in one step that nobody comes between, without a lock, wrapping around as Python's c_int
  /// does; returns what the number was before. Sequentially consistent.
  T fetch_add(T add) const requires std::integral<T> {
    return std::atomic_ref<T>(item()).fetch_add(add);
  }
  /// Likewise: when the number is `expected`, it becomes `desired`, and the answer is true; else
  /// `expected` becomes what it is. Numbers are compared bit by bit.
  bool compare_exchange(T& expected, T desired) const {
    return std::atomic_ref<T>(item()).compare_exchange_strong(expected, desired);
  }

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const { return items_.pack(packer); }
  static Result<RawValue> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(sync::Items items, sync::Items::unpack(unpacker, typecode_of<T>()));
    return RawValue(std::move(items));
  }

 private:
  template <ScalarType U>
  friend class Value;
  explicit RawValue(sync::Items items) : items_(std::move(items)) {}
  T& item() const { return *reinterpret_cast<T*>(items_.data()); }

  sync::Items items_;
};

/// One number in shared memory with a lock. Each single access takes the lock, waiting without
/// limit while a living thread holds it; `value.set_value(value.value() + 1)` is two accesses: hold
/// get_lock() around them. When a process is killed the number is whole. Was it killed while it
/// held the lock, the next one to acquire the lock (not one that merely reads or writes the number)
/// is told OwnerDied.
///
/// A handle: copies, and the copies a forked child has, name the same number.
/// Source: Python 3 library, `multiprocessing.Value`.
template <ScalarType T>
class Value : public Synchronized {
 public:
  /// Errors: System  no memory or no descriptor is left
  static Result<Value> create(T initial = T{}) {
    MP_TRY_ASSIGN(RawValue<T> raw, RawValue<T>::create(initial));
    RLock lock = raw.items_.lock();
    return Value(std::move(raw), std::move(lock));
  }
  /// With a lock that guards other things too.
  static Result<Value> create(T initial, AnyLock lock) {
    MP_TRY_ASSIGN(RawValue<T> raw, RawValue<T>::create(initial));
    return Value(std::move(raw), std::move(lock));
  }

  T value() const {
    const sync::AccessGuard guard(any_lock());
    return raw_.value();
  }
  void set_value(T value) const {
    const sync::AccessGuard guard(any_lock());
    raw_.set_value(value);
  }

  /// Calls `change(number)` with the lock held and the number as a plain T&: what it does to the
  /// number is one step for all who take the lock, as in `with_lock([](int& n) { n += 1; })`.
  /// Errors: OwnerDied  NOT called: the previous holder died holding the lock, and what the lock
  ///                    guards may be half changed. The lock is free again; this is told once.
  template <class Change>
  Result<void> with_lock(Change&& change) const {
    MP_TRY(this->hold());
    const Release release(*this);
    std::forward<Change>(change)(raw_.item());
    return {};
  }

  /// As RawValue's, in one step and WITHOUT the lock: exact beside one another and beside single
  /// accesses, but not beside one who holds the lock to read, think and write.
  T fetch_add(T add) const requires std::integral<T> { return raw_.fetch_add(add); }
  bool compare_exchange(T& expected, T desired) const {
    return raw_.compare_exchange(expected, desired);
  }

  /// The same number without the lock.
  const RawValue<T>& get_obj() const { return raw_; }

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const {
    MP_TRY(raw_.pack(packer));
    return raw_.items_.pack_lock(packer, any_lock());
  }
  static Result<Value> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(RawValue<T> raw, RawValue<T>::unpack(unpacker));
    MP_TRY_ASSIGN(AnyLock lock, raw.items_.unpack_lock(unpacker));
    return Value(std::move(raw), std::move(lock));
  }

 private:
  Value(RawValue<T> raw, AnyLock lock) : Synchronized(std::move(lock)), raw_(std::move(raw)) {}

  RawValue<T> raw_;
};

}  // namespace mp
