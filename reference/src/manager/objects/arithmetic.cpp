#include "manager/objects/arithmetic.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "manager/objects/arguments.hpp"
#include "manager/objects/python_text.hpp"
#include "mp/pickle.hpp"

namespace mp::manager {
namespace {

/// Two's complement, least significant byte first: one byte more than the longer, so that the carry
/// into the sign fits.
Object add_long(const Object& a, const Object& b) {
  const std::string x = a.int_bytes(), y = b.int_bytes();
  const auto byte_at = [](const std::string& bytes, std::size_t i) -> unsigned {
    if (i < bytes.size()) return static_cast<unsigned char>(bytes[i]);
    const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80) != 0;
    return negative ? 0xffu : 0u;
  };
  std::string sum(std::max(x.size(), y.size()) + 1, '\0');
  unsigned carry = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    carry += byte_at(x, i) + byte_at(y, i);
    sum[i] = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
  return Object::integer_from_bytes(sum);
}

Object add_integers(const Object& a, const Object& b) {
  std::int64_t sum = 0;
  const bool fits =
      a.fits_int64() && b.fits_int64() && !__builtin_add_overflow(a.as_int64(), b.as_int64(), &sum);
  return fits ? Object::integer(sum) : add_long(a, b);
}

bool may_contain_nan(const Object& object) {
  switch (object.kind()) {
    case Kind::None:
    case Kind::Bool:
    case Kind::Int:
    case Kind::Str:
    case Kind::Bytes:
    case Kind::ByteArray:
      return false;
    default:
      return true;
  }
}

}  // namespace

Attempt<Object> add_numbers(const Object& a, const Object& b) {
  if (is_integer(a) && is_integer(b)) return add_integers(a, b);
  const auto is_real = [](const Object& x) { return is_integer(x) || x.kind() == Kind::Float; };
  if (!is_real(a) || !is_real(b)) {
    return type_error("unsupported operand type(s) for +: '" + python_type_name(a) + "' and '" +
                      python_type_name(b) + "'");
  }
  const std::optional<double> x = a.to_double(), y = b.to_double();
  if (!x || !y) return overflow_error("int too large to convert to float");
  return Object::real(*x + *y);
}

Attempt<bool> is_unchanged(const Object& stored, const Object& expected) {
  MP_TRY_ASSIGN(const bool same, attempt(equal(stored, expected)));
  if (same || stored.kind() != expected.kind() || !may_contain_nan(stored)) return same;
  const Result<std::string> a = pickle::dumps(stored), b = pickle::dumps(expected);
  return a && b && *a == *b;
}

}  // namespace mp::manager
