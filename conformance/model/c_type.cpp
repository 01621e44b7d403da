#include "model/c_type.hpp"

#include <algorithm>

namespace mpspec {

const std::vector<CType>& CType::all() {
  static const std::vector<CType> types = {
      {'b', Kind::integer, 1, true},   {'B', Kind::integer, 1, false},
      {'h', Kind::integer, 2, true},   {'H', Kind::integer, 2, false},
      {'i', Kind::integer, 4, true},   {'I', Kind::integer, 4, false},
      {'l', Kind::integer, 8, true},   {'L', Kind::integer, 8, false},
      {'q', Kind::integer, 8, true},   {'Q', Kind::integer, 8, false},
      {'f', Kind::floating, 4, true},  {'d', Kind::floating, 8, true},
      {'c', Kind::character, 1, false}};
  return types;
}

std::optional<CType> CType::of(std::string_view typecode) {
  const auto found = std::find_if(all().begin(), all().end(),
                                  [&](const CType& type) { return type.typecode() == typecode; });
  if (found == all().end()) return std::nullopt;
  return *found;
}

BigInt CType::smallest() const { return is_signed_ ? BigInt(-(BigInt(1) << (bits() - 1))) : 0; }

BigInt CType::largest() const { return (BigInt(1) << (is_signed_ ? bits() - 1 : bits())) - 1; }

Value CType::zero() const {
  if (is_integer()) return 0;
  if (is_floating()) return 0.0;
  return bytes(std::string(1, '\0'));
}

ModelResult CType::stored(const Value& value) const {
  if (is_integer()) return stored_integer(value);
  if (is_floating()) return stored_floating(value);
  const auto* character = value.get_if<Bytes>();
  if (character == nullptr || character->data.size() != 1) return fails("TypeError");
  return value;
}

ModelResult CType::stored_integer(const Value& value) const {
  BigInt number;
  if (const auto* flag = value.get_if<bool>()) {
    number = *flag ? 1 : 0;
  } else if (const auto* integer = value.get_if<BigInt>()) {
    number = *integer;
  } else {
    return fails("TypeError");
  }
  const BigInt modulus = BigInt(1) << bits();
  number %= modulus;  // has the sign of the dividend
  if (number < 0) number += modulus;
  if (number > largest()) number -= modulus;
  return Value(number);
}

ModelResult CType::stored_floating(const Value& value) const {
  double number = 0;
  if (const auto* floating = value.get_if<double>()) {
    number = *floating;
  } else if (const auto* integer = value.get_if<BigInt>()) {
    number = integer->convert_to<double>();
  } else {
    return fails("TypeError");
  }
  return Value(bytes_ == 4 ? static_cast<double>(static_cast<float>(number)) : number);
}

}  // namespace mpspec
