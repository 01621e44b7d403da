#include <type_traits>

#include "wire/object/utf8.hpp"
#include "wire/pickle/byte_order.hpp"
#include "wire/pickle/decoder.hpp"

namespace mp::pickle {

using detail::Access;
using detail::Tag;

bool Decoder::take(std::size_t count, std::string_view& bytes) {
  if (static_cast<std::size_t>(end_ - at_) < count) return fail("pickle data was truncated");
  bytes = {at_, count};
  at_ += count;
  return true;
}

template <class T>
bool Decoder::take_number(T& number) {
  std::string_view bytes;
  if (!take(sizeof(T), bytes)) return false;
  number = load_little<T>(bytes.data());
  return true;
}
template bool Decoder::take_number(std::uint8_t&);
template bool Decoder::take_number(std::uint32_t&);

/// Up to the next line feed, without it.
bool Decoder::take_line(std::string_view& line) {
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  const std::size_t end = rest.find('\n');
  if (end == rest.npos) return fail("pickle data was truncated");
  line = rest.substr(0, end);
  at_ += end + 1;
  return true;
}

bool Decoder::proto() {
  std::uint8_t version = 0;
  if (!take_number(version)) return false;
  if (version > 5) return fail("unsupported pickle protocol: " + std::to_string(version));
  protocol_ = version;
  return true;
}

/// Frames only help those who read from files: a frame must fit into the input, that is all.
bool Decoder::frame() {
  std::uint64_t size = 0;
  if (!take_number(size)) return false;
  return size <= static_cast<std::size_t>(end_ - at_) || fail("pickle data was truncated");
}

// Numbers

bool Decoder::int_of(std::size_t bytes) {
  std::string_view data;
  if (!take(bytes, data)) return false;
  switch (bytes) {
    case 1:
      return push(Object::integer(load_little<std::uint8_t>(data.data())));
    case 2:
      return push(Object::integer(load_little<std::uint16_t>(data.data())));
    default:
      return push(
          Object::integer(static_cast<std::int32_t>(load_little<std::uint32_t>(data.data()))));
  }
}

bool Decoder::long_of(std::size_t bytes) {
  if (bytes > int_bytes_max_) return fail_too_large("int of too many bytes");
  std::string_view data;
  return take(bytes, data) && (bytes <= 8 || afford_bytes(sizeof(detail::Blob) + bytes)) &&
         push(Object::integer_from_bytes(data));
}

bool Decoder::long4() {
  std::uint32_t size = 0;
  if (!take_number(size)) return false;
  if (size > INT32_MAX) return fail("LONG pickle has negative byte count");
  return long_of(size);
}

bool Decoder::float_of() {
  std::string_view data;
  return take(8, data) && push(Object::real(load_big_double(data.data())));
}

// Texts

template <class Size>
bool Decoder::str_of() {
  Size size = 0;
  std::string_view data;
  return take_number(size) && take(size, data) && push_str(data);
}
template bool Decoder::str_of<std::uint8_t>();
template bool Decoder::str_of<std::uint32_t>();
template bool Decoder::str_of<std::uint64_t>();

bool Decoder::push_str(std::string_view utf8) {
  if (!detail::is_utf8(utf8)) return fail("'utf-8' codec can't decode the text");
  return afford_bytes(sizeof(detail::Blob) + utf8.size()) && push(Object::str(utf8));
}

template <class Size>
bool Decoder::blob_of(Tag tag) {
  Size size = 0;
  std::string_view data;
  if (!take_number(size) || !take(size, data) || !afford_bytes(sizeof(detail::Blob) + data.size()))
    return false;
  return push(tag == Tag::Bytes ? Object::bytes(data) : Object::bytearray(data));
}
template bool Decoder::blob_of<std::uint8_t>(Tag);
template bool Decoder::blob_of<std::uint32_t>(Tag);
template bool Decoder::blob_of<std::uint64_t>(Tag);

// Memo

template <class Number>
bool Decoder::put_of() {
  Number number = 0;
  return take_number(number) && put(number);
}
template bool Decoder::put_of<std::uint8_t>();
template bool Decoder::put_of<std::uint32_t>();

template <class Number>
bool Decoder::get_of() {
  Number number = 0;
  return take_number(number) && get(number);
}
template bool Decoder::get_of<std::uint8_t>();
template bool Decoder::get_of<std::uint32_t>();

}  // namespace mp::pickle
