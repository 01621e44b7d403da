#pragma once

#include <cstddef>

#include "mp/object.hpp"

namespace mp::fuzz {

/// The most containers that are one inside the other, the value itself included: 0 for an int, 1
/// for []. 0 also for a value that contains itself.
std::size_t nesting(const Object& value);

}  // namespace mp::fuzz
