#include <cstdint>

#include "wire/object/integers.hpp"
#include "wire/object/nodes.hpp"

namespace mp {

using detail::Access;
using detail::Blob;

namespace {

bool is_small_int(const Object& object) {
  return Access::tag(object) == detail::Tag::Int || Access::tag(object) == detail::Tag::Bool;
}

}  // namespace

Kind Object::kind() const noexcept {
  // The two forms of an int are one kind; all else keeps its order.
  if (tag_ < Tag::BigInt) return static_cast<Kind>(tag_);
  if (tag_ == Tag::BigInt) return Kind::Int;
  return static_cast<Kind>(static_cast<std::uint8_t>(tag_) - 1);
}

Object Object::boolean(bool value) noexcept { return Access::immediate(Tag::Bool, value ? 1 : 0); }

Object Object::integer(std::int64_t value) noexcept { return Access::immediate(Tag::Int, value); }

Object Object::unsigned_integer(std::uint64_t value) {
  if (value <= INT64_MAX) return integer(static_cast<std::int64_t>(value));
  char bytes[9] = {};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (i * 8));
  return integer_from_bytes({bytes, sizeof(bytes)});
}

Object Object::integer_from_bytes(std::string_view little_endian) {
  const std::string_view minimal = detail::minimal_bytes(little_endian);
  if (minimal.size() <= 8) return integer(detail::int64_of(minimal));
  return Access::adopt(detail::new_blob(Tag::BigInt, minimal));
}

Result<Object> Object::integer_from_text(std::string_view decimal) {
  const std::optional<std::string> bytes = detail::bytes_of_decimal(decimal);
  if (!bytes) return Error{ErrorCode::InvalidArgument, "not a decimal integer"};
  return integer_from_bytes(*bytes);
}

Object Object::real(double value) noexcept { return Access::immediate(value); }

Object Object::complex(double real, double imaginary) {
  auto* node = detail::new_node<detail::ComplexNode>(Tag::Complex);
  node->real = real;
  node->imaginary = imaginary;
  return Access::adopt(node);
}

bool Object::as_bool() const {
  MP_ASSERT(tag_ == Tag::Bool);
  return word_.integer != 0;
}

bool Object::fits_int64() const noexcept { return is_small_int(*this); }

std::int64_t Object::as_int64() const {
  MP_ASSERT(is_small_int(*this));
  return word_.integer;
}

std::string Object::int_bytes() const {
  if (is_small_int(*this)) return std::string(detail::SmallBytes(word_.integer).view());
  MP_ASSERT(tag_ == Tag::BigInt);
  return std::string(detail::as<Blob>(*this)->view());
}

std::string Object::int_text() const {
  if (is_small_int(*this)) return std::to_string(word_.integer);
  MP_ASSERT(tag_ == Tag::BigInt);
  return detail::decimal_of_bytes(detail::as<Blob>(*this)->view());
}

double Object::as_double() const {
  MP_ASSERT(tag_ == Tag::Float);
  return word_.real;
}

std::optional<double> Object::to_double() const {
  if (tag_ == Tag::Float) return word_.real;
  if (is_small_int(*this)) return static_cast<double>(word_.integer);
  MP_ASSERT(tag_ == Tag::BigInt);
  return detail::double_of_bytes(detail::as<Blob>(*this)->view());
}

std::pair<double, double> Object::as_complex() const {
  MP_ASSERT(tag_ == Tag::Complex);
  const auto* node = detail::as<detail::ComplexNode>(*this);
  return {node->real, node->imaginary};
}

bool Object::is(const Object& other) const noexcept {
  if (tag_ != other.tag_) return false;
  if (tag_ == Tag::None) return true;
  if (tag_ == Tag::Float) return word_.real == other.word_.real;
  return is_node() ? word_.node == other.word_.node : word_.integer == other.word_.integer;
}

}  // namespace mp
