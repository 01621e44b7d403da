#include "sync/scalar.hpp"

#include <bit>
#include <optional>

#include "mp/synchronized.hpp"

namespace mp::sync {
namespace {

Error wrong_type(std::string text) { return {ErrorCode::InvalidArgument, std::move(text)}; }

/// An integer modulo 2^64: the low bits are those of every narrower type.
std::optional<std::uint64_t> as_integer(const Scalar& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return static_cast<std::uint64_t>(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  return std::nullopt;
}

std::optional<double> as_float(const Scalar& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return static_cast<double>(*number);
  return std::nullopt;
}

Result<std::uint64_t> encode_float(Typecode typecode, const Scalar& value) {
  const std::optional<double> number = as_float(value);
  if (!number) return wrong_type("must be a real number");
  if (typecode == Typecode::d) return std::bit_cast<std::uint64_t>(*number);
  return std::uint64_t{std::bit_cast<std::uint32_t>(static_cast<float>(*number))};
}

Result<std::uint64_t> encode_byte(const Scalar& value) {
  if (const auto* byte = std::get_if<std::byte>(&value))
    return std::to_integer<std::uint64_t>(*byte);
  const std::optional<std::uint64_t> number = as_integer(value);
  if (!number || *number > 0xff)
    return wrong_type("one character bytes or an integer in range(256) expected");
  return *number;
}

Result<std::uint64_t> encode_character(const Scalar& value) {
  const auto* character = std::get_if<char32_t>(&value);
  if (character == nullptr || *character > 0x10ffff)
    return wrong_type("one character string expected");
  return std::uint64_t{*character};
}

template <class T>
Scalar signed_integer(std::uint64_t bits) {
  return std::int64_t{static_cast<T>(bits)};
}

template <class T>
std::uint64_t load_as(const std::byte* item) {
  return load_item(*reinterpret_cast<const T*>(item));
}
template <class T>
void store_as(std::byte* item, std::uint64_t bits) {
  store_item(*reinterpret_cast<T*>(item), static_cast<T>(bits));
}

}  // namespace

Result<std::uint64_t> encode(Typecode typecode, const Scalar& value) {
  switch (typecode) {
    case Typecode::f:
    case Typecode::d:
      return encode_float(typecode, value);
    case Typecode::c:
      return encode_byte(value);
    case Typecode::u:
      return encode_character(value);
    default: {
      const std::optional<std::uint64_t> number = as_integer(value);
      if (!number) return wrong_type("an integer is required");
      return *number;
    }
  }
}

Scalar decode(Typecode typecode, std::uint64_t bits) {
  switch (typecode) {
    case Typecode::c:
      return static_cast<std::byte>(bits);
    case Typecode::b:
      return signed_integer<std::int8_t>(bits);
    case Typecode::B:
      return signed_integer<std::uint8_t>(bits);
    case Typecode::h:
      return signed_integer<std::int16_t>(bits);
    case Typecode::H:
      return signed_integer<std::uint16_t>(bits);
    case Typecode::i:
      return signed_integer<std::int32_t>(bits);
    case Typecode::I:
      return signed_integer<std::uint32_t>(bits);
    case Typecode::l:
    case Typecode::q:
      return signed_integer<std::int64_t>(bits);
    case Typecode::L:
    case Typecode::Q:
      return bits;
    case Typecode::f:
      return double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))};
    case Typecode::d:
      return std::bit_cast<double>(bits);
    case Typecode::u:
      return static_cast<char32_t>(bits);
  }
  MP_ASSERT(false && "a Typecode outside the enumeration");
  return bits;
}

std::uint64_t load_bits(Typecode typecode, const std::byte* item) {
  switch (item_bytes(typecode)) {
    case 1:
      return load_as<unsigned char>(item);
    case 2:
      return load_as<unsigned short>(item);
    case 4:
      return load_as<unsigned>(item);
    default:
      return load_as<unsigned long>(item);
  }
}

void store_bits(Typecode typecode, std::byte* item, std::uint64_t bits) {
  switch (item_bytes(typecode)) {
    case 1:
      return store_as<unsigned char>(item, bits);
    case 2:
      return store_as<unsigned short>(item, bits);
    case 4:
      return store_as<unsigned>(item, bits);
    default:
      return store_as<unsigned long>(item, bits);
  }
}

}  // namespace mp::sync
