#include "manager/objects/array_cell.hpp"

#include <array>
#include <cstring>
#include <limits>

#include "manager/objects/arguments.hpp"
#include "manager/objects/python_text.hpp"

namespace mp::manager {
namespace {

template <class T>
std::string bytes_of(T value) {
  std::string cell(sizeof value, '\0');
  std::memcpy(cell.data(), &value, sizeof value);
  return cell;
}

template <class T>
std::string integer_cell(std::uint64_t bits) {
  return bytes_of(static_cast<T>(bits));
}

struct IntegerType {
  char typecode;
  std::string_view name;  // as CPython's error texts call it
  std::int64_t least;
  std::uint64_t most;
  std::string (*encode)(std::uint64_t bits);
};

template <class T>
constexpr IntegerType integer_type(char typecode, std::string_view name) {
  return {typecode, name, static_cast<std::int64_t>(std::numeric_limits<T>::min()),
          static_cast<std::uint64_t>(std::numeric_limits<T>::max()), &integer_cell<T>};
}

constexpr std::array<IntegerType, 10> kIntegerTypes = {
    integer_type<signed char>('b', "signed char"),
    integer_type<unsigned char>('B', "unsigned byte integer"),
    integer_type<short>('h', "signed short integer"),
    integer_type<unsigned short>('H', "unsigned short"),
    integer_type<int>('i', "signed integer"),
    integer_type<unsigned int>('I', "unsigned int"),
    integer_type<long>('l', "signed long integer"),
    integer_type<unsigned long>('L', "unsigned long"),
    integer_type<long long>('q', "signed long long integer"),
    integer_type<unsigned long long>('Q', "unsigned long long"),
};

/// The number modulo 2^64 when it lies within the type's range.
Attempt<std::uint64_t> bits_of(const Object& value, const IntegerType& type) {
  const bool negative = value.int_text().starts_with('-');
  const Raise too_small = overflow_error(std::string(type.name) + " is less than minimum");
  const Raise too_big = overflow_error(std::string(type.name) + " is greater than maximum");
  if (value.fits_int64()) {
    const std::int64_t number = value.as_int64();
    if (number < type.least) return too_small;
    if (!negative && static_cast<std::uint64_t>(number) > type.most) return too_big;
    return static_cast<std::uint64_t>(number);
  }
  if (negative) return too_small;
  // Positive and of 64 bits or more: eight bytes and a byte of sign at most when it fits.
  const std::string bytes = value.int_bytes();
  if (bytes.size() > sizeof(std::uint64_t) + 1) return too_big;
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), sizeof bits);
  const bool more_than_64_bits = bytes.size() > sizeof bits && bytes.back() != '\0';
  if (more_than_64_bits || bits > type.most) return too_big;
  return bits;
}

Attempt<std::string> encode_integer(const IntegerType& type, const Object& value) {
  if (!is_integer(value)) {
    return type_error("'" + python_type_name(value) +
                      "' object cannot be interpreted as an integer");
  }
  MP_TRY_ASSIGN(const std::uint64_t bits, bits_of(value, type));
  return type.encode(bits);
}

Attempt<std::string> encode_real(char typecode, const Object& value) {
  if (!is_integer(value) && value.kind() != Kind::Float) {
    return type_error("must be real number, not " + python_type_name(value));
  }
  const std::optional<double> number = value.to_double();
  if (!number) return overflow_error("int too large to convert to float");
  return typecode == 'f' ? bytes_of(static_cast<float>(*number)) : bytes_of(*number);
}

/// One character, which Object::str has made sure is well-formed UTF-8.
Attempt<std::string> encode_character(const Object& value) {
  const bool is_character = value.kind() == Kind::Str && value.length().value_or(0) == 1;
  if (!is_character) return type_error("array item must be a unicode character");
  const std::string_view text = value.as_str();
  const auto first = static_cast<unsigned char>(text[0]);
  char32_t code = text.size() == 1 ? first : first & (0xFFu >> (text.size() + 1));
  for (std::size_t i = 1; i < text.size(); ++i) {
    code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  return bytes_of(code);
}

}  // namespace

Attempt<std::string> encode_array_cell(char typecode, const Object& value) {
  for (const IntegerType& type : kIntegerTypes) {
    if (type.typecode == typecode) return encode_integer(type, value);
  }
  if (typecode == 'u' || typecode == 'w') return encode_character(value);
  MP_ASSERT(typecode == 'f' || typecode == 'd');
  return encode_real(typecode, value);
}

}  // namespace mp::manager
