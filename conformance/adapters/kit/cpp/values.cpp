// Values in the protocol's JSON: what a backend needs to know of them.
#include <charconv>
#include <cmath>
#include <limits>

#include "mpspec_kit.hpp"

namespace mpspec::kit {
namespace {

constexpr std::int64_t kPlainIntMax = (std::int64_t{1} << 53) - 1;  // beyond it JSON readers round

/// The body of {kind: body}; nullptr for any other value.
const Value* body_of(const Value& value, const char* kind) {
  if (!value.is_object()) return nullptr;
  const auto found = value.find(kind);
  return found == value.end() ? nullptr : &*found;
}

[[noreturn]] void refuse(const Value& value, const char* wanted) {
  throw Error("TypeError", std::string(wanted) + " is needed, not " + value.dump().substr(0, 80));
}

bool is_number(const Value& value) {
  return value.is_boolean() || value.is_number_integer() || body_of(value, "int") != nullptr ||
         body_of(value, "float") != nullptr;
}

bool equal_numbers(const Value& one, const Value& other) {
  const Value* a = body_of(one, "int");
  const Value* b = body_of(other, "int");
  if (a != nullptr && b != nullptr) return *a == *b;
  const bool exact = body_of(one, "float") == nullptr && body_of(other, "float") == nullptr;
  if (exact) return a == nullptr && b == nullptr && to_int(one) == to_int(other);
  return to_double(one) == to_double(other);
}

bool contains(const Value& items, const Value& wanted) {
  for (const Value& item : items)
    if (equal(item, wanted)) return true;
  return false;
}

bool equal_items(const Value& one, const Value& other) {
  if (one.size() != other.size()) return false;
  for (std::size_t i = 0; i < one.size(); ++i)
    if (!equal(one[i], other[i])) return false;
  return true;
}

bool equal_sets(const Value& one, const Value& other) {
  if (one.size() != other.size()) return false;
  for (const Value& item : one)
    if (!contains(other, item)) return false;
  return true;
}

bool has_live_object(const Value& value) {
  if (value.is_object() && value.contains("ref")) return true;
  if (value.is_structured())
    for (const Value& part : value)
      if (has_live_object(part)) return true;
  return false;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  throw Error("AdapterError", "no hexadecimal digit");
}

}  // namespace

Error::Error(std::string type, const std::string& message)
    : std::runtime_error(message), type_(std::move(type)) {}

std::int64_t to_int(const Value& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_number_integer()) return value.get<std::int64_t>();
  const Value* body = body_of(value, "int");
  if (body == nullptr) refuse(value, "an integer");
  const std::string text = body->get<std::string>();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw Error("OverflowError", "an integer of at most 64 bits is needed");
  return number;
}

double to_double(const Value& value) {
  if (value.is_boolean() || value.is_number_integer()) return static_cast<double>(to_int(value));
  const Value* body = body_of(value, "float");
  if (body == nullptr) body = body_of(value, "int");
  if (body == nullptr) refuse(value, "a number");
  const std::string text = body->get<std::string>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range && body_of(value, "int") != nullptr)
    throw Error("OverflowError", "int too large to convert to float");
  if (error != std::errc() && error != std::errc::result_out_of_range)
    throw Error("AdapterError", "no number: " + text);
  return error == std::errc() ? number : std::strtod(text.c_str(), nullptr);
}

std::string to_text(const Value& value) {
  if (!value.is_string()) refuse(value, "a text");
  return value.get<std::string>();
}

std::string to_bytes(const Value& value) {
  const Value* body = body_of(value, "bytes");
  if (body == nullptr) body = body_of(value, "bytearray");
  if (body == nullptr) refuse(value, "a bytes-like object");
  const std::string hex = body->get<std::string>();
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

Value of_int(std::int64_t number) {
  if (number >= -kPlainIntMax && number <= kPlainIntMax) return number;
  return {{"int", std::to_string(number)}};
}

Value of_double(double number) {
  if (std::isnan(number)) return {{"float", "nan"}};
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return {{"float", std::string(text, end)}};
}

Value of_bytes(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) / 16];
    hex += kDigits[static_cast<unsigned char>(c) % 16];
  }
  return {{"bytes", hex}};
}

std::string pickled(const Value& value) {
  if (has_live_object(value)) throw Error("RuntimeError", "a live object cannot be pickled");
  return value.dump();
}

Value unpickled(std::string_view bytes) { return Value::parse(bytes); }

Value of_tuple(Value items) { return {{"tuple", std::move(items)}}; }

bool equal(const Value& one, const Value& other) {
  if (is_number(one) || is_number(other))
    return is_number(one) && is_number(other) && equal_numbers(one, other);
  if (one.is_array() || other.is_array())
    return one.is_array() && other.is_array() && equal_items(one, other);
  if (!one.is_object() || !other.is_object()) return one == other;
  for (const char* kind : {"bytes", "bytearray"})
    if (body_of(one, kind) != nullptr)
      return (other.contains("bytes") || other.contains("bytearray")) &&
             one.begin().value() == other.begin().value();
  for (const char* kind : {"set", "frozenset"})
    if (body_of(one, kind) != nullptr)
      return (other.contains("set") || other.contains("frozenset")) &&
             equal_sets(one.begin().value(), other.begin().value());
  if (one.begin().key() != other.begin().key()) return false;
  if (one.contains("dict")) return equal_sets(one["dict"], other["dict"]);
  if (one.contains("tuple")) return equal_items(one["tuple"], other["tuple"]);
  return one == other;
}

}  // namespace mpspec::kit
