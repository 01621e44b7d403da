#include <cmath>
#include <compare>
#include <string>

#include "wire/object/integers.hpp"
#include "wire/object/nodes.hpp"
#include "wire/object/semantics.hpp"

// Ints and floats compare by value, not after conversion: 2**53 + 1 != 2.0**53.

namespace mp::detail {
namespace {

constexpr double kInt64End = 9223372036854775808.0;  // 2**63

bool is_small(const Object& object) {
  return Access::tag(object) == Tag::Int || Access::tag(object) == Tag::Bool;
}

int compare_ints(const Object& a, const Object& b) {
  if (is_small(a) && is_small(b)) {
    const std::int64_t x = Access::small(a), y = Access::small(b);
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return compare_bytes(a.int_bytes(), b.int_bytes());
}

/// `number` must not be a NaN.
int compare_int_to_double(const Object& integer, double number) {
  if (is_small(integer) && number >= -kInt64End && number < kInt64End) {
    const auto whole = static_cast<std::int64_t>(number);  // towards zero
    const std::int64_t value = Access::small(integer);
    if (value != whole) return value < whole ? -1 : 1;
    const double rest = number - static_cast<double>(whole);
    return rest > 0 ? -1 : rest < 0 ? 1 : 0;
  }
  if (std::isinf(number)) return number > 0 ? -1 : 1;
  const std::string whole = bytes_of_double(number);
  const int order = compare_bytes(integer.int_bytes(), whole);
  if (order != 0) return order;
  const double rest = number - std::trunc(number);
  return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

std::partial_ordering compare_reals(const Object& a, const Object& b) {
  const bool a_float = a.kind() == Kind::Float, b_float = b.kind() == Kind::Float;
  if (a_float && b_float) return a.as_double() <=> b.as_double();
  if (is_nan(a) || is_nan(b)) return std::partial_ordering::unordered;
  const int order = a_float   ? -compare_int_to_double(b, a.as_double())
                    : b_float ? compare_int_to_double(a, b.as_double())
                              : compare_ints(a, b);
  return order <=> 0;
}

}  // namespace

bool is_number(const Object& object) noexcept {
  return object.kind() >= Kind::Bool && object.kind() <= Kind::Complex;
}

bool is_nan(const Object& object) noexcept {
  return object.kind() == Kind::Float && std::isnan(Access::real(object));
}

bool equal_numbers(const Object& a, const Object& b) {
  if (a.kind() != Kind::Complex && b.kind() != Kind::Complex)
    return std::is_eq(compare_reals(a, b));
  if (a.kind() == b.kind()) {
    const auto [a_real, a_imaginary] = a.as_complex();
    const auto [b_real, b_imaginary] = b.as_complex();
    return a_real == b_real && a_imaginary == b_imaginary;
  }
  const auto [real, imaginary] = (a.kind() == Kind::Complex ? a : b).as_complex();
  const Object& other = a.kind() == Kind::Complex ? b : a;
  return imaginary == 0 && std::is_eq(compare_reals(Object::real(real), other));
}

bool less_numbers(const Object& a, const Object& b) { return std::is_lt(compare_reals(a, b)); }

}  // namespace mp::detail
