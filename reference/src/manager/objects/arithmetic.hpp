#pragma once

#include "manager/objects/outcome.hpp"

namespace mp::manager {

/// Python's a + b for ints of any size, bools and floats. TypeError for other types, OverflowError
/// for an int that a float cannot hold.
Attempt<Object> add_numbers(const Object& a, const Object& b);

/// Whether a stored value is the one that was read before: equal, or not equal to itself (a NaN, or
/// what contains one) but of the same pickle. A client that reads, computes and then writes on
/// condition would otherwise never get through.
Attempt<bool> is_unchanged(const Object& stored, const Object& expected);

}  // namespace mp::manager
