// Value.*, RawValue.*: values whose typecode is known at run time.
#include <mp/dynamic_value.hpp>
#include <mp/rlock.hpp>

#include "scalars.hpp"

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Object;

constexpr std::pair<ErrorCode, const char*> kWrongType{ErrorCode::InvalidArgument, "TypeError"};

Answer make_raw(Call& call) {
  const mp::Typecode typecode = typecode_argument(call);
  const Object* initial = call.find(1, "value");
  if (initial == nullptr || initial->is_none())
    return Live(unwrap(mp::DynamicRawValue::create(typecode), {kWrongType}));
  return Live(
      unwrap(mp::DynamicRawValue::create(typecode, scalar_from(*initial, typecode)), {kWrongType}));
}

Answer make(Call& call) {
  if (wants_no_lock(call)) return make_raw(call);
  const mp::Typecode typecode = typecode_argument(call);
  const Object* initial = call.find(1, "value");
  std::optional<mp::Scalar> value;
  if (initial != nullptr && !initial->is_none()) value = scalar_from(*initial, typecode);
  return Live(unwrap(mp::DynamicValue::create(typecode, value, given_lock(call)), {kWrongType}));
}

Answer value(Call& call) {
  if (const auto* raw = std::any_cast<mp::DynamicRawValue>(call.target))
    return object_from(raw->value());
  return object_from(call.object<mp::DynamicValue>().value());
}

Answer set_value(Call& call) {
  const Object& wanted = call.need(0, "value");
  if (const auto* raw = std::any_cast<mp::DynamicRawValue>(call.target)) {
    unwrap(raw->set_value(scalar_from(wanted, raw->typecode())), {kWrongType});
  } else {
    const auto& value = call.object<mp::DynamicValue>();
    unwrap(value.set_value(scalar_from(wanted, value.typecode())), {kWrongType});
  }
  return Object::none();
}

Answer get_lock(Call& call) { return live_lock(call.object<mp::DynamicValue>().any_lock()); }
Answer acquire(Call& call) {
  return acquired(call.object<mp::DynamicValue>().acquire(call.patience()));
}
Answer release(Call& call) {
  unwrap(call.object<mp::DynamicValue>().release());
  return Object::none();
}

constexpr Operation kOperations[] = {
    {"Value.new", make},          {"Value.value", value},     {"Value.value.set", set_value},
    {"Value.get_lock", get_lock}, {"Value.acquire", acquire}, {"Value.release", release},
    {"RawValue.new", make_raw},   {"RawValue.value", value},  {"RawValue.value.set", set_value},
};

}  // namespace

std::span<const Operation> value_operations() { return kOperations; }

}  // namespace adapter
