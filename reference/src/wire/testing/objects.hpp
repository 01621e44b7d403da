#pragma once

#include <rapidcheck.h>

#include <ostream>
#include <string>
#include <string_view>

#include "mp/object.hpp"

namespace mp {

/// For the messages of failed tests.
inline std::ostream& operator<<(std::ostream& out, const Object& object) {
  return out << repr(object).value_or("(no repr)");
}

namespace testing {

/// Bytes from hexadecimal digits; spaces are skipped.
std::string from_hex(std::string_view hex);
std::string to_hex(std::string_view bytes);

/// Any plain value: what parts of it are one object is random too. Sets have at most one item, so
/// that their order is the same everywhere.
rc::Gen<Object> plain_objects();

/// Values that make comparisons interesting: numbers near one another, short texts, small tuples
/// and sets of them.
rc::Gen<Object> comparable_objects();

}  // namespace testing
}  // namespace mp

namespace rc {

/// How a counterexample is printed.
inline void showValue(const mp::Object& object, std::ostream& out) { out << object; }

}  // namespace rc
