#pragma once

#include <optional>

#include "mp/parcel.hpp"
#include "mp/synchronized.hpp"

namespace mp {

/// A RawValue whose typecode is known at run time. An integer is stored modulo two to the power of
/// the element's bits, as C does; an integer goes into f and d too, a float into nothing else, a
/// byte into c and a character into u only.
class DynamicRawValue {
 public:
  /// Errors: InvalidArgument  the value is of the wrong type for the typecode
  ///         System           no memory or no descriptor is left
  static Result<DynamicRawValue> create(Typecode typecode);
  static Result<DynamicRawValue> create(Typecode typecode, const Scalar& initial);

  Typecode typecode() const { return items_.typecode(); }
  /// Integers as int64_t, those of Q and L as uint64_t.
  Scalar value() const;
  /// Errors: InvalidArgument  the value is of the wrong type for the typecode
  Result<void> set_value(const Scalar& value) const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<DynamicRawValue> unpack(Unpacker& unpacker);

 private:
  friend class DynamicValue;
  explicit DynamicRawValue(sync::Items items) : items_(std::move(items)) {}

  sync::Items items_;
};

/// A Value whose typecode is known at run time, with the stores of DynamicRawValue.
class DynamicValue : public Synchronized {
 public:
  static Result<DynamicValue> create(Typecode typecode);
  static Result<DynamicValue> create(Typecode typecode, const Scalar& initial);
  /// With a lock that guards other things too, or with none: one of its own.
  static Result<DynamicValue> create(Typecode typecode, const std::optional<Scalar>& initial,
                                     std::optional<AnyLock> lock);

  Typecode typecode() const { return raw_.typecode(); }
  Scalar value() const;
  Result<void> set_value(const Scalar& value) const;

  const DynamicRawValue& get_obj() const { return raw_; }

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<DynamicValue> unpack(Unpacker& unpacker);

 private:
  DynamicValue(DynamicRawValue raw, AnyLock lock)
      : Synchronized(std::move(lock)), raw_(std::move(raw)) {}

  DynamicRawValue raw_;
};

}  // namespace mp
