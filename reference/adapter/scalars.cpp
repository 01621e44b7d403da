#include "scalars.hpp"

#include <mp/lock.hpp>
#include <mp/rlock.hpp>

#include "actor.hpp"

namespace adapter {
namespace {

using mp::Kind;
using mp::Object;

[[noreturn]] void refuse(const Object& object, mp::Typecode typecode) {
  throw Raised{"TypeError",
               "a " + std::string(mp::type_name(object)) + " is no value of typecode '" +
                   static_cast<char>(typecode) + "'",
               {}};
}

/// The low 64 bits of a big int, in two's complement.
std::uint64_t low_bits(const Object& object) {
  const std::string bytes = object.int_bytes();
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80) != 0;
  std::uint64_t bits = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < 8 && i < bytes.size(); ++i) {
    const std::uint64_t byte = static_cast<unsigned char>(bytes[i]);
    bits = (bits & ~(std::uint64_t{0xff} << (8 * i))) | (byte << (8 * i));
  }
  return bits;
}

/// The only character of a str.
char32_t only_character(const Object& object, mp::Typecode typecode) {
  const auto length = object.length();
  if (!length || *length != 1) refuse(object, typecode);
  const std::string_view utf8 = object.as_str();
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(utf8[i]));
  };
  switch (utf8.size()) {
    case 1:
      return byte(0);
    case 2:
      return ((byte(0) & 0x1f) << 6) | (byte(1) & 0x3f);
    case 3:
      return ((byte(0) & 0xf) << 12) | ((byte(1) & 0x3f) << 6) | (byte(2) & 0x3f);
    default:
      return ((byte(0) & 7) << 18) | ((byte(1) & 0x3f) << 12) | ((byte(2) & 0x3f) << 6) |
             (byte(3) & 0x3f);
  }
}

std::string utf8_of(char32_t point) {
  std::string out;
  const auto push = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    push(point);
  } else if (point < 0x800) {
    push(0xc0 | (point >> 6));
    push(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    push(0xe0 | (point >> 12));
    push(0x80 | ((point >> 6) & 0x3f));
    push(0x80 | (point & 0x3f));
  } else {
    push(0xf0 | (point >> 18));
    push(0x80 | ((point >> 12) & 0x3f));
    push(0x80 | ((point >> 6) & 0x3f));
    push(0x80 | (point & 0x3f));
  }
  return out;
}

}  // namespace

mp::Typecode typecode_argument(const Call& call) {
  const std::string letter = call.text(0, "typecode");
  const auto typecode =
      letter.size() == 1 ? mp::to_typecode(letter[0])
                         : mp::Result<mp::Typecode>(mp::Error{mp::ErrorCode::InvalidArgument, ""});
  if (!typecode) throw Raised{"TypeError", "bad typecode '" + letter + "'", {}};
  return *typecode;
}

mp::Scalar scalar_from(const Object& object, mp::Typecode typecode) {
  switch (object.kind()) {
    case Kind::Bool:
    case Kind::Int:
      if (typecode == mp::Typecode::f || typecode == mp::Typecode::d) {
        const auto real = object.to_double();
        if (!real) throw Raised{"OverflowError", "int too large to convert to float", {}};
        return *real;
      }
      return object.fits_int64() ? mp::Scalar(object.as_int64()) : mp::Scalar(low_bits(object));
    case Kind::Float:
      return object.as_double();
    case Kind::Bytes:
      if (object.as_bytes().size() != 1) refuse(object, typecode);
      return static_cast<std::byte>(object.as_bytes()[0]);
    case Kind::Str:
      return only_character(object, typecode);
    default:
      refuse(object, typecode);
  }
}

Object object_from(const mp::Scalar& scalar) {
  struct Convert {
    Object operator()(std::int64_t number) const { return Object::integer(number); }
    Object operator()(std::uint64_t number) const { return Object::unsigned_integer(number); }
    Object operator()(double number) const { return Object::real(number); }
    Object operator()(std::byte byte) const {
      const char c = static_cast<char>(byte);
      return Object::bytes(std::string_view(&c, 1));
    }
    Object operator()(char32_t character) const { return Object::str(utf8_of(character)); }
  };
  return std::visit(Convert{}, scalar);
}

bool wants_no_lock(const Call& call) {
  const Object* lock = call.find(2, "lock");
  return lock != nullptr && lock->kind() == Kind::Bool && !lock->as_bool();
}

std::optional<mp::AnyLock> given_lock(const Call& call) {
  const Object* lock = call.find(2, "lock");
  if (lock == nullptr || lock->is_none() || lock->kind() == Kind::Bool) return std::nullopt;
  const auto name = marked_name(*lock);
  const auto live = name ? call.actor.find(*name) : std::nullopt;
  if (live) {
    if (const auto* recursive = std::any_cast<mp::RLock>(&*live)) return *recursive;
    if (const auto* plain = std::any_cast<mp::Lock>(&*live)) return *plain;
  }
  throw Raised{"AttributeError", "the lock has no method 'acquire'", {}};
}

Live live_lock(const mp::AnyLock& lock) {
  return std::visit([](const auto& held) { return Live(held); }, lock);
}

}  // namespace adapter
