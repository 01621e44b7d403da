#include "wire/pickle/natives.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "wire/object/nodes.hpp"
#include "wire/object/utf8.hpp"

namespace mp::pickle {
namespace {

bool is_latin1(const Object& name) {
  return name.is_str("latin1") || name.is_str("latin-1") || name.is_str("iso-8859-1");
}

/// The code points of a str as bytes; nothing when one is above U+00FF.
std::optional<std::string> latin1_bytes(std::string_view utf8) {
  std::string bytes;
  while (!utf8.empty()) {
    const std::uint32_t character = detail::take_character(utf8);
    if (character > 0xff) return std::nullopt;
    bytes += static_cast<char>(character);
  }
  return bytes;
}

std::optional<std::string> encoded(Args args) {
  if (args.size() != 2 || args[0].kind() != Kind::Str || !is_latin1(args[1])) return std::nullopt;
  return latin1_bytes(args[0].as_str());
}

/// One item of an array in machine form.
template <class T>
bool append_raw(std::string& raw, T value) {
  raw.append(reinterpret_cast<const char*>(&value), sizeof(T));
  return true;
}

bool append_int(std::string& raw, const Object& item, std::size_t size, bool is_signed) {
  if (item.kind() != Kind::Int && item.kind() != Kind::Bool) return false;
  std::string bytes = item.int_bytes();
  const bool negative = !bytes.empty() && static_cast<signed char>(bytes.back()) < 0;
  if (negative && !is_signed) return false;
  // One byte more is allowed when it only says that an unsigned number is not negative.
  if (bytes.size() > size && (is_signed || bytes.size() > size + 1 || bytes.back() != '\0'))
    return false;
  bytes.resize(size, negative ? '\xff' : '\0');
  raw += bytes;
  return true;
}

bool append_float(std::string& raw, const Object& item, char typecode) {
  if (item.kind() != Kind::Float && item.kind() != Kind::Int && item.kind() != Kind::Bool)
    return false;
  const std::optional<double> value = item.to_double();
  if (!value) return false;
  return typecode == 'd' ? append_raw(raw, *value) : append_raw(raw, static_cast<float>(*value));
}

bool append_item(std::string& raw, const Object& item, char typecode) {
  if (typecode == 'f' || typecode == 'd') return append_float(raw, item, typecode);
  if (typecode == 'u' || typecode == 'w') {
    if (item.kind() != Kind::Str || detail::count_characters(item.as_str()) != 1) return false;
    std::string_view text = item.as_str();
    return append_raw(raw, detail::take_character(text));
  }
  const bool is_signed = typecode >= 'a';
  return append_int(raw, item, Object::array_item_bytes(typecode), is_signed);
}

std::optional<std::string> raw_items(const Object& initializer, char typecode) {
  std::string raw;
  if (initializer.kind() == Kind::Bytes) return std::string(initializer.as_bytes());
  if (initializer.kind() == Kind::Str && (typecode == 'u' || typecode == 'w')) {
    for (std::string_view text = initializer.as_str(); !text.empty();)
      append_raw(raw, detail::take_character(text));
    return raw;
  }
  if (initializer.kind() != Kind::List) return std::nullopt;
  for (const Object& item : initializer.items())
    if (!append_item(raw, item, typecode)) return std::nullopt;
  return raw;
}

/// array's own numbers for this machine's formats: 2 more for each doubling, and the odd ones of
/// these pairs are signed or big-endian.
std::optional<int> machine_format(char typecode) {
  switch (typecode) {
    case 'f':
      return 14;
    case 'd':
      return 16;
    case 'u':
    case 'w':
      return 20;
    default:
      break;
  }
  const bool is_signed = typecode >= 'a';
  switch (Object::array_item_bytes(typecode)) {
    case 1:
      return is_signed ? 1 : 0;
    case 2:
      return is_signed ? 4 : 2;
    case 4:
      return is_signed ? 8 : 6;
    case 8:
      return is_signed ? 12 : 10;
    default:
      return std::nullopt;
  }
}

std::optional<char> typecode_of(const Object& name) {
  if (name.kind() != Kind::Str || name.as_str().size() != 1) return std::nullopt;
  const char typecode = name.as_str().front();
  if (Object::array_item_bytes(typecode) == 0) return std::nullopt;
  return typecode;
}

std::optional<Object> array_of(char typecode, std::string_view raw) {
  Result<Object> array = Object::array(typecode, raw);
  if (!array) return std::nullopt;
  return *std::move(array);
}

}  // namespace

std::optional<Object> make_bytes(Args args) {
  if (args.empty()) return Object::bytes({});
  if (args.size() == 1 && args[0].kind() == Kind::Bytes) return args[0];
  if (const auto bytes = encoded(args)) return Object::bytes(*bytes);
  return std::nullopt;
}

std::optional<Object> make_bytearray(Args args) {
  if (args.empty()) return Object::bytearray({});
  if (args.size() == 1 && args[0].kind() == Kind::Bytes)
    return Object::bytearray(args[0].as_bytes());
  if (const auto bytes = encoded(args)) return Object::bytearray(*bytes);
  return std::nullopt;
}

std::optional<Object> encode_latin1(Args args) {
  const auto bytes = encoded(args);
  if (!bytes) return std::nullopt;
  return bytes->size() == 1 ? detail::single_byte(bytes->front()) : Object::bytes(*bytes);
}

std::optional<Object> make_complex(Args args) {
  if (args.size() != 2 || args[0].kind() != Kind::Float || args[1].kind() != Kind::Float)
    return std::nullopt;
  return Object::complex(args[0].as_double(), args[1].as_double());
}

std::optional<Object> make_range(Args args) {
  if (args.size() != 3) return std::nullopt;
  for (const Object& arg : args)
    if (arg.kind() != Kind::Int) return std::nullopt;
  if (args[2].is(Object::integer(0))) return std::nullopt;
  return Object::range(args[0], args[1], args[2]);
}

std::optional<Object> make_array(Args args) {
  if (args.empty() || args.size() > 2) return std::nullopt;
  const auto typecode = typecode_of(args[0]);
  if (!typecode) return std::nullopt;
  if (args.size() == 1) return array_of(*typecode, {});
  const auto raw = raw_items(args[1], *typecode);
  if (!raw) return std::nullopt;
  return array_of(*typecode, *raw);
}

std::optional<Object> reconstruct_array(Args args) {
  if (args.size() != 4 || !args[0].is_global("array", "array") || args[3].kind() != Kind::Bytes)
    return std::nullopt;
  const auto typecode = typecode_of(args[1]);
  if (!typecode || !args[2].is(Object::integer(machine_format(*typecode).value_or(-1))))
    return std::nullopt;
  return array_of(*typecode, args[3].as_bytes());
}

}  // namespace mp::pickle
