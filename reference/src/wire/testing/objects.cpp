#include "wire/testing/objects.hpp"

#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace mp::testing {
namespace {

using rc::gen::element;
using rc::gen::inRange;

int digit_of(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

std::size_t some_length() { return *element<std::size_t>(0, 1, 1, 2, 3, 4, 9, 20); }

Object some_integer() {
  const std::size_t bytes = *element<std::size_t>(0, 1, 1, 2, 3, 4, 4, 5, 8, 9, 20, 255, 256, 300);
  std::string data;
  for (std::size_t i = 0; i < bytes; ++i)
    data += static_cast<char>(*element(0, 1, 0x7f, 0x80, 0xff, *inRange(0, 256)));
  return Object::integer_from_bytes(data);
}

double some_double() {
  using Limits = std::numeric_limits<double>;
  const double fixed = *element(0.0, -0.0, 1.0, -1.5, 0.1, 1e15, 1e16, 1e-4, 1e-5, 123456.789, 1e22,
                                2e-308, Limits::infinity(), -Limits::infinity(),
                                Limits::quiet_NaN(), Limits::max(), Limits::denorm_min());
  return *rc::gen::arbitrary<bool>() ? fixed
                                     : std::bit_cast<double>(*rc::gen::arbitrary<std::uint64_t>());
}

std::string some_text() {
  static const std::vector<std::string> kPieces = {"a",
                                                   "b",
                                                   "word",
                                                   " ",
                                                   "'",
                                                   "\"",
                                                   "\\",
                                                   "\n",
                                                   "\t",
                                                   std::string(1, '\0'),
                                                   "\x7f",
                                                   "\u00e9",
                                                   "\u00ad",
                                                   "\u0394",
                                                   "\u2028",
                                                   "\u4e2d",
                                                   "\xed\xa0\x80",
                                                   "\xed\xbf\xbf",
                                                   "\ufeff",
                                                   "\U0001f600",
                                                   "\U0010ffff"};
  std::string text;
  for (std::size_t i = some_length(); i > 0; --i) text += *rc::gen::elementOf(kPieces);
  if (*inRange(0, 30) == 0) text.append(*element<std::size_t>(254, 255, 256, 70'000), 'x');
  return text;
}

std::string some_bytes() {
  std::string bytes;
  for (std::size_t i = some_length(); i > 0; --i) bytes += static_cast<char>(*inRange(0, 256));
  if (*inRange(0, 30) == 0) bytes.append(*element<std::size_t>(255, 256, 66'000), '\x80');
  return bytes;
}

Object some_array() {
  const char typecode = *element('b', 'B', 'h', 'H', 'i', 'I', 'l', 'L', 'q', 'Q', 'd');
  const std::size_t bytes = Object::array_item_bytes(typecode);
  return *Object::array(typecode,
                        std::string(some_length() * bytes, static_cast<char>(*inRange(0, 60))));
}

/// One value; what it has made so far may become part of it again.
class Maker {
 public:
  Object any(int depth) {
    if (!made_.empty() && *inRange(0, 8) == 0) return *rc::gen::elementOf(made_);
    Object object = depth > 0 && *inRange(0, 3) != 0 ? container(depth - 1) : scalar();
    made_.push_back(object);
    return object;
  }

 private:
  Object scalar() {
    switch (*inRange(0, 12)) {
      case 0:
        return Object::none();
      case 1:
        return Object::boolean(*rc::gen::arbitrary<bool>());
      case 2:
        return Object::real(some_double());
      case 3:
        return Object::complex(some_double(), some_double());
      case 4:
        return Object::bytes(some_bytes());
      case 5:
        return Object::bytearray(some_bytes());
      case 6:
        return Object::range(some_integer(), some_integer(), Object::integer(*element(1, 2, -3)));
      case 7:
        return some_array();
      case 8:
        return Object::str(some_text());
      case 9:
        return Object::integer(*inRange(-300, 70'000));
      default:
        return some_integer();
    }
  }

  Object key() {
    switch (*inRange(0, 6)) {
      case 0:
        return Object::integer(*inRange(-2, 3));
      case 1:
        return Object::real(some_double());
      case 2:
        return Object::bytes(some_bytes());
      case 3:
        return Object::tuple_of(Object::str(some_text()), some_integer());
      case 4:
        return *Object::frozenset({some_integer()});
      default:
        return Object::str(some_text());
    }
  }

  std::vector<Object> items(int depth) {
    std::vector<Object> items;
    for (std::size_t i = some_length(); i > 0; --i) items.push_back(any(depth));
    return items;
  }

  Object container(int depth) {
    switch (*inRange(0, 8)) {
      case 0:
        return *Object::set(*rc::gen::arbitrary<bool>() ? std::vector{key()}
                                                        : std::vector<Object>());
      case 1:
        return *Object::frozenset({key()});
      case 2:
        return Object::slice(any(depth), any(depth), any(depth));
      case 3:
      case 4:
        return Object::tuple(items(depth));
      case 5: {
        DictView dict(Object::dict());
        for (std::size_t i = some_length(); i > 0; --i) (void)*dict.set(key(), any(depth));
        return dict.object();
      }
      default:
        return Object::list(items(depth));
    }
  }

  std::vector<Object> made_;
};

Object some_comparable(int depth) {
  const auto nested = [depth] {
    std::vector<Object> items;
    for (int i = *inRange(0, 4); i > 0; --i) items.push_back(some_comparable(depth - 1));
    return items;
  };
  switch (*inRange(0, depth > 0 ? 16 : 9)) {
    case 0:
      return Object::none();
    case 1:
      return Object::boolean(*rc::gen::arbitrary<bool>());
    case 2:
      return Object::integer(*inRange(-2, 3));
    case 3:
      return Object::real(*element(0.0, -0.0, 1.0, 1.5, 9007199254740992.0, 1e300, std::nan("")));
    case 4:
      return *Object::integer_from_text(
          *element<std::string>("9007199254740992", "9007199254740993", "-18446744073709551616"));
    case 5:
      return Object::complex(*element(0.0, 1.0), *element(0.0, 1.0));
    case 6:
      return Object::str(
          *element<std::string>("", "a", "b", "\u00e9", "\xed\xa0\x80", "\U0001f600"));
    case 7:
      return Object::bytes(*element<std::string>("", "a", "b", "\xff"));
    case 8:
      return Object::bytearray(*element<std::string>("", "a", "b"));
    case 9:
      return Object::list(nested());
    case 10:
      return Object::tuple(nested());
    case 11:
      return *Object::set(*inRange(0, 2) == 0 ? std::vector{Object::integer(1), Object::integer(2)}
                                              : std::vector{Object::integer(1)});
    case 12:
      return *Object::frozenset({Object::real(1)});
    case 13:
      return Object::range(Object::integer(0), Object::integer(*inRange(0, 4)),
                           Object::integer(*element(1, 2)));
    case 14:
      return *Object::array(*element('b', 'B'), *element<std::string>("", "a", "ab"));
    default: {
      DictView dict(Object::dict());
      for (int i = *inRange(0, 3); i > 0; --i)
        (void)*dict.set(Object::integer(*inRange(0, 3)), some_comparable(depth - 1));
      return dict.object();
    }
  }
}

}  // namespace

std::string from_hex(std::string_view hex) {
  std::string digits;
  for (const char c : hex)
    if (c != ' ') digits += c;
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(digit_of(digits[i]) * 16 + digit_of(digits[i + 1]));
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

rc::Gen<Object> plain_objects() {
  return rc::gen::exec([] { return Maker().any(3); });
}

rc::Gen<Object> comparable_objects() {
  return rc::gen::exec([] { return some_comparable(2); });
}

}  // namespace mp::testing
