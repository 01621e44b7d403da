#include "mp/dynamic_value.hpp"

#include "sync/scalar.hpp"

namespace mp {

Result<DynamicRawValue> DynamicRawValue::create(Typecode typecode) {
  MP_TRY_ASSIGN(sync::Items items, sync::Items::create_value(typecode));
  return DynamicRawValue(std::move(items));
}

Result<DynamicRawValue> DynamicRawValue::create(Typecode typecode, const Scalar& initial) {
  MP_TRY_ASSIGN(DynamicRawValue made, create(typecode));
  MP_TRY(made.set_value(initial));
  return made;
}

Scalar DynamicRawValue::value() const {
  return sync::decode(typecode(), sync::load_bits(typecode(), items_.data()));
}

Result<void> DynamicRawValue::set_value(const Scalar& value) const {
  MP_TRY_ASSIGN(const std::uint64_t bits, sync::encode(typecode(), value));
  sync::store_bits(typecode(), items_.data(), bits);
  return {};
}

Result<DynamicValue> DynamicValue::create(Typecode typecode) {
  return create(typecode, std::nullopt, std::nullopt);
}

Result<DynamicValue> DynamicValue::create(Typecode typecode, const Scalar& initial) {
  return create(typecode, initial, std::nullopt);
}

Result<DynamicValue> DynamicValue::create(Typecode typecode, const std::optional<Scalar>& initial,
                                          std::optional<AnyLock> lock) {
  MP_TRY_ASSIGN(DynamicRawValue raw, DynamicRawValue::create(typecode));
  if (initial) MP_TRY(raw.set_value(*initial));
  AnyLock used = lock ? *std::move(lock) : AnyLock(raw.items_.lock());
  return DynamicValue(std::move(raw), std::move(used));
}

Scalar DynamicValue::value() const {
  const sync::AccessGuard guard(any_lock());
  return raw_.value();
}

Result<void> DynamicValue::set_value(const Scalar& value) const {
  const sync::AccessGuard guard(any_lock());
  return raw_.set_value(value);
}

Result<void> DynamicRawValue::pack(Packer& packer) const { return items_.pack(packer); }

Result<DynamicRawValue> DynamicRawValue::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(sync::Items items, sync::Items::unpack(unpacker));
  return DynamicRawValue(std::move(items));
}

Result<void> DynamicValue::pack(Packer& packer) const {
  MP_TRY(raw_.pack(packer));
  return raw_.items_.pack_lock(packer, any_lock());
}

Result<DynamicValue> DynamicValue::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(DynamicRawValue raw, DynamicRawValue::unpack(unpacker));
  MP_TRY_ASSIGN(AnyLock lock, raw.items_.unpack_lock(unpacker));
  return DynamicValue(std::move(raw), std::move(lock));
}

}  // namespace mp
