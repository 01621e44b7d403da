#pragma once

#include <string>

#include "manager/objects/outcome.hpp"
#include "mp/object.hpp"

namespace mp::manager {

/// The machine representation of `value` as an item of an array.array of that typecode.
/// TypeError for a wrong type, OverflowError for a number that does not fit.
Attempt<std::string> encode_array_cell(char typecode, const Object& value);

}  // namespace mp::manager
