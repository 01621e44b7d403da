#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mp/parcel.hpp"
#include "mp/slice.hpp"
#include "mp/synchronized.hpp"

namespace mp {

/// A RawArray whose typecode is known at run time. Elements are stored as DynamicRawValue stores
/// them.
///
/// Errors: OutOfRange       no such element; a slice of another length
///         InvalidArgument  a value of the wrong type for the typecode (then nothing was assigned);
///         a step of zero;
///                          value() and raw() of an array of anything but c
class DynamicRawArray {
 public:
  /// Zeroed elements.
  /// Errors: TooLarge  more than memory can ever hold
  ///         System    no memory or no descriptor is left
  static Result<DynamicRawArray> create(Typecode typecode, std::size_t length);
  static Result<DynamicRawArray> create(Typecode typecode, std::span<const Scalar> initial);

  Typecode typecode() const { return items_.typecode(); }
  std::size_t size() const { return items_.length(); }
  /// The elements as plain memory, for as long as a handle lives.
  std::span<std::byte> bytes() const { return {items_.data(), size() * item_bytes(typecode())}; }

  Result<Scalar> get(std::int64_t index) const;
  Result<void> set(std::int64_t index, const Scalar& value) const;
  Result<std::vector<Scalar>> slice(const Slice& slice = {}) const;
  /// Errors: OutOfRange  "Can only assign sequence of same size"
  Result<void> set_slice(const Slice& slice, std::span<const Scalar> values) const;

  /// Characters up to the first NUL; all characters.
  Result<std::string> value() const;
  Result<std::string> raw() const;
  /// Writes `text`, and a NUL after it where there is room; leaves the rest.
  /// Errors: TooLarge  "byte string too long"
  Result<void> set_value(std::string_view text) const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<DynamicRawArray> unpack(Unpacker& unpacker);

 private:
  friend class DynamicArray;
  explicit DynamicRawArray(sync::Items items) : items_(std::move(items)) {}

  sync::Items items_;
};

/// An Array whose typecode is known at run time; otherwise as DynamicRawArray.
class DynamicArray : public Synchronized {
 public:
  /// Without a lock that guards other things too: with one of its own.
  static Result<DynamicArray> create(Typecode typecode, std::size_t length,
                                     std::optional<AnyLock> lock = std::nullopt);
  static Result<DynamicArray> create(Typecode typecode, std::span<const Scalar> initial,
                                     std::optional<AnyLock> lock = std::nullopt);

  Typecode typecode() const { return raw_.typecode(); }
  std::size_t size() const { return raw_.size(); }

  Result<Scalar> get(std::int64_t index) const;
  Result<void> set(std::int64_t index, const Scalar& value) const;
  Result<std::vector<Scalar>> slice(const Slice& slice = {}) const;
  Result<void> set_slice(const Slice& slice, std::span<const Scalar> values) const;
  Result<std::string> value() const;
  Result<std::string> raw() const;
  Result<void> set_value(std::string_view text) const;

  const DynamicRawArray& get_obj() const { return raw_; }

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<DynamicArray> unpack(Unpacker& unpacker);

 private:
  DynamicArray(DynamicRawArray raw, AnyLock lock)
      : Synchronized(std::move(lock)), raw_(std::move(raw)) {}
  static Result<DynamicArray> synchronize(Result<DynamicRawArray> raw, std::optional<AnyLock> lock);

  DynamicRawArray raw_;
};

}  // namespace mp
