#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mp/slice.hpp"
#include "mp/synchronized.hpp"

namespace mp {

struct ArrayOptions {
  /// Asks the system for huge pages, which save time where much memory is gone through. The system
  /// may have none; the array is the same with ordinary ones.
  bool huge_pages = false;
};

/// A fixed number of numbers in shared memory, without a lock. A single element is read or written
/// atomically; several of them are not.
///
/// A handle: copies, and the copies a forked child has, name the same numbers.
/// Source: Python 3 library, `multiprocessing.sharedctypes.RawArray`.
template <ScalarType T>
class RawArray {
 public:
  /// Errors: System    no memory or no descriptor is left
  ///         TooLarge  more than memory can ever hold
  static Result<RawArray> create(std::size_t length, ArrayOptions options = {}) {
    MP_TRY_ASSIGN(sync::Items items,
                  sync::Items::create_array(typecode_of<T>(), length, options.huge_pages));
    return RawArray(std::move(items));
  }
  static Result<RawArray> create(std::span<const T> initial) {
    MP_TRY_ASSIGN(RawArray made, create(initial.size()));
    MP_TRY(made.set_slice({}, initial));
    return made;
  }

  std::size_t size() const { return items_.length(); }

  /// The elements as plain memory, for as long as a handle lives. Nobody's lock is taken.
  std::span<T> span() const { return {reinterpret_cast<T*>(items_.data()), size()}; }

  /// Errors: OutOfRange  no such element; -1 is the last one
  Result<T> get(std::int64_t index) const {
    MP_TRY_ASSIGN(const std::size_t position, select(index, size()));
    return sync::load_item(span()[position]);
  }
  Result<void> set(std::int64_t index, T value) const {
    MP_TRY_ASSIGN(const std::size_t position, select(index, size()));
    sync::store_item(span()[position], value);
    return {};
  }

  /// Errors: InvalidArgument  a step of zero
  Result<std::vector<T>> slice(const Slice& slice = {}) const {
    MP_TRY_ASSIGN(const SliceRange range, select(slice, size()));
    std::vector<T> items(range.count);
    const std::span<T> all = span();
    for (std::size_t n = 0; n < range.count; ++n) items[n] = sync::load_item(all[range[n]]);
    return items;
  }
  /// Assigns in the order of `values`; a process that is killed meanwhile has assigned the first
  /// few. Errors: InvalidArgument  a step of zero
  ///         OutOfRange       "Can only assign sequence of same size"
  Result<void> set_slice(const Slice& slice, std::span<const T> values) const {
    MP_TRY_ASSIGN(const SliceRange range, select(slice, size()));
    if (range.count != values.size()) {
      return Error{ErrorCode::OutOfRange, "Can only assign sequence of same size"};
    }
    const std::span<T> all = span();
    for (std::size_t n = 0; n < range.count; ++n) sync::store_item(all[range[n]], values[n]);
    return {};
  }

  /// An array of characters as text, up to the first NUL.
  std::string value() const requires std::same_as<T, char> {
    const std::string_view all(items_view());
    return std::string(all.substr(0, all.find('\0')));
  }
  /// Writes `text`, and a NUL after it where there is room; leaves the rest.
  /// Errors: TooLarge  "byte string too long"
  Result<void> set_value(std::string_view text) const requires std::same_as<T, char> {
    if (text.size() > size()) return Error{ErrorCode::TooLarge, "byte string too long"};
    text.copy(span().data(), text.size());
    if (text.size() < size()) span()[text.size()] = '\0';
    return {};
  }
  /// All characters.
  std::string raw() const requires std::same_as<T, char> { return std::string(items_view()); }

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const { return items_.pack(packer); }
  static Result<RawArray> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(sync::Items items, sync::Items::unpack(unpacker, typecode_of<T>()));
    return RawArray(std::move(items));
  }

 private:
  template <ScalarType U>
  friend class Array;
  explicit RawArray(sync::Items items) : items_(std::move(items)) {}
  std::string_view items_view() const requires std::same_as<T, char> {
    return {span().data(), size()};
  }

  sync::Items items_;
};

/// A fixed number of numbers in shared memory with a lock, which every single access (a slice is
/// one) takes, waiting without limit while a living thread holds it. Killed processes are as with
/// Value.
///
/// A handle: copies, and the copies a forked child has, name the same numbers.
/// Errors:  those of RawArray
/// Source:  Python 3 library, `multiprocessing.Array`.
template <ScalarType T>
class Array : public Synchronized {
 public:
  static Result<Array> create(std::size_t length, ArrayOptions options = {}) {
    return synchronize(RawArray<T>::create(length, options));
  }
  static Result<Array> create(std::span<const T> initial) {
    return synchronize(RawArray<T>::create(initial));
  }
  /// With a lock that guards other things too.
  static Result<Array> create(std::size_t length, AnyLock lock, ArrayOptions options = {}) {
    MP_TRY_ASSIGN(RawArray<T> raw, RawArray<T>::create(length, options));
    return Array(std::move(raw), std::move(lock));
  }
  static Result<Array> create(std::span<const T> initial, AnyLock lock) {
    MP_TRY_ASSIGN(RawArray<T> raw, RawArray<T>::create(initial));
    return Array(std::move(raw), std::move(lock));
  }

  std::size_t size() const { return raw_.size(); }

  Result<T> get(std::int64_t index) const {
    const sync::AccessGuard guard(any_lock());
    return raw_.get(index);
  }
  Result<void> set(std::int64_t index, T value) const {
    const sync::AccessGuard guard(any_lock());
    return raw_.set(index, value);
  }
  Result<std::vector<T>> slice(const Slice& slice = {}) const {
    const sync::AccessGuard guard(any_lock());
    return raw_.slice(slice);
  }
  Result<void> set_slice(const Slice& slice, std::span<const T> values) const {
    const sync::AccessGuard guard(any_lock());
    return raw_.set_slice(slice, values);
  }
  std::string value() const requires std::same_as<T, char> {
    const sync::AccessGuard guard(any_lock());
    return raw_.value();
  }
  Result<void> set_value(std::string_view text) const requires std::same_as<T, char> {
    const sync::AccessGuard guard(any_lock());
    return raw_.set_value(text);
  }
  std::string raw() const requires std::same_as<T, char> {
    const sync::AccessGuard guard(any_lock());
    return raw_.raw();
  }

  /// The same numbers without the lock.
  const RawArray<T>& get_obj() const { return raw_; }

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const {
    MP_TRY(raw_.pack(packer));
    return raw_.items_.pack_lock(packer, any_lock());
  }
  static Result<Array> unpack(Unpacker& unpacker) {
    MP_TRY_ASSIGN(RawArray<T> raw, RawArray<T>::unpack(unpacker));
    MP_TRY_ASSIGN(AnyLock lock, raw.items_.unpack_lock(unpacker));
    return Array(std::move(raw), std::move(lock));
  }

 private:
  Array(RawArray<T> raw, AnyLock lock) : Synchronized(std::move(lock)), raw_(std::move(raw)) {}
  static Result<Array> synchronize(Result<RawArray<T>> raw) {
    MP_TRY_ASSIGN(RawArray<T> made, std::move(raw));
    RLock lock = made.items_.lock();
    return Array(std::move(made), std::move(lock));
  }

  RawArray<T> raw_;
};

}  // namespace mp
