#include "fuzz/support/value_builder.hpp"

#include <array>
#include <bit>
#include <limits>
#include <string>
#include <utility>

namespace mp::fuzz {
namespace {

/// Lengths at which encodings change.
constexpr std::array<std::size_t, 8> kLengths = {0, 1, 2, 8, 255, 256, 1000, 1001};

using Name = std::pair<std::string_view, std::string_view>;
constexpr std::array<Name, 8> kNames = {{{"m", "C"},
                                         {"builtins", "KeyError"},
                                         {"m", "make"},
                                         {"collections", "OrderedDict"},
                                         {"m", "Outer.Inner"},
                                         {"multiprocessing.managers", "Token"},
                                         {"queue", "Empty"},
                                         {"\xc3\xa4", "\xe2\x82\xac"}}};

std::string cut_to_text(std::string text) {
  while (!Object::is_text(text)) text.pop_back();
  return text;
}

}  // namespace

Object ValueBuilder::value(int depth) {
  if (depth >= kDepthMax || made_.size() >= kValuesMax) return Object();
  Object made = fresh(depth);
  made_.push_back(made);
  return made;
}

Object ValueBuilder::fresh(int depth) {
  switch (source_.below(20)) {
    case 0:
      return Object();
    case 1:
      return Object::boolean(source_.chance());
    case 2:
      return number();
    case 3:
      return big_integer();
    case 4:
      return real();
    case 5: {
      const double part = real().as_double();
      return Object::complex(part, real().as_double());
    }
    case 6:
      return text();
    case 7:
      return Object::bytes(source_.take(source_.byte()));
    case 8:
      return Object::bytearray(source_.take(source_.byte()));
    case 9:
      return Object::list(values(depth + 1));
    case 10:
      return Object::tuple(values(depth + 1));
    case 11:
      return dict(depth + 1);
    case 12:
      return set(Kind::Set, depth + 1);
    case 13:
      return set(Kind::FrozenSet, depth + 1);
    case 14: {
      const auto step = static_cast<std::int64_t>(source_.byte()) + 1;
      return Object::range(number(), number(), Object::integer(source_.chance() ? step : -step));
    }
    case 15: {
      Object start = value(depth + 1);
      Object stop = value(depth + 1);
      return Object::slice(std::move(start), std::move(stop), value(depth + 1));
    }
    case 16:
      return array();
    case 17:
      return source_.chance() ? global() : opaque(depth + 1);
    default:
      return made_.empty() ? Object() : made_[source_.byte() % made_.size()];
  }
}

std::vector<Object> ValueBuilder::values(int depth) {
  const std::uint8_t choice = source_.byte();
  // Long runs reach the batches of a thousand that picklers write.
  if (choice >= 0xf8) {
    const std::size_t count = 998 + source_.below(6);
    return std::vector<Object>(count, value(depth));
  }
  std::vector<Object> made(choice % 6);
  for (Object& item : made) item = value(depth);
  return made;
}

Object ValueBuilder::number() {
  const std::size_t size = 1 + source_.below(8);
  const auto bits = source_.number(size);
  const int unused = static_cast<int>(64 - 8 * size);
  return Object::integer(static_cast<std::int64_t>(bits << unused) >> unused);
}

Object ValueBuilder::big_integer() {
  if (source_.chance()) return Object::integer_from_bytes(source_.take(source_.byte()));
  std::string bytes(250 + source_.below(12), static_cast<char>(source_.byte()));
  bytes.back() = static_cast<char>(source_.byte());
  return Object::integer_from_bytes(bytes);
}

Object ValueBuilder::real() { return Object::real(std::bit_cast<double>(source_.number(8))); }

Object ValueBuilder::text() {
  if (source_.chance()) return Object::str(cut_to_text(std::string(source_.take(source_.byte()))));
  const std::size_t length = kLengths[source_.below(kLengths.size())];
  return Object::str(std::string(length, static_cast<char>(source_.byte() & 0x7f)));
}

/// A value of the kinds that Python hashes; NaN, which no table finds again, is left out.
Object ValueBuilder::hashable(int depth) {
  Object made = value(depth);
  return hash(made).has_value() && *equal(made, made) ? made : number();
}

Object ValueBuilder::set(Kind kind, int depth) {
  std::vector<Object> items(source_.below(6));
  for (Object& item : items) item = hashable(depth);
  Result<Object> made = kind == Kind::Set ? Object::set(items) : Object::frozenset(items);
  return made ? *made : Object();
}

Object ValueBuilder::dict(int depth) {
  Object made = Object::dict();
  for (std::size_t count = source_.below(6); count > 0; --count) {
    Object key = hashable(depth);
    // A refusal leaves the dict as it is.
    static_cast<void>(made.as_dict().set(std::move(key), value(depth)));
  }
  return made;
}

Object ValueBuilder::array() {
  constexpr std::string_view kTypecodes = "bBuwhHiIlLqQfd";
  const char typecode = kTypecodes[source_.below(kTypecodes.size())];
  const std::size_t item_bytes = Object::array_item_bytes(typecode);
  const std::string_view content = source_.take(source_.byte());
  const std::size_t whole = item_bytes == 0 ? 0 : content.size() / item_bytes * item_bytes;
  const Result<Object> made = Object::array(typecode, content.substr(0, whole));
  return made ? *made : Object();
}

Object ValueBuilder::global() {
  const auto& [module, name] = kNames[source_.below(kNames.size())];
  needs_protocol_4_ |= name.find('.') != name.npos;
  return Object::global(module, name);
}

Object ValueBuilder::opaque(int depth) {
  Object callable = global();
  Object args = Object::tuple(values(depth));
  const std::size_t how = source_.below(3);
  Object made;
  if (how == 0) made = Object::call(std::move(callable), std::move(args));
  if (how == 1) made = Object::instance(std::move(callable), std::move(args));
  if (how == 2) {
    needs_protocol_4_ = true;
    made = Object::instance_ex(std::move(callable), std::move(args), dict(depth));
  }
  for (std::size_t count = source_.below(4); count > 0; --count) add_step(made, depth);
  return made;
}

void ValueBuilder::add_step(Object& opaque, int depth) {
  switch (source_.below(5)) {
    case 0:
      return opaque.add_append(value(depth));
    case 1: {
      Object key = value(depth);
      return opaque.add_set_item(std::move(key), value(depth));
    }
    case 2:
      needs_protocol_4_ = true;  // ADDITEMS is of that protocol
      return opaque.add_add_item(value(depth));
    case 3:
      return opaque.add_build(value(depth));
    default:
      return opaque.add_call(global(), value(depth));
  }
}

}  // namespace mp::fuzz
