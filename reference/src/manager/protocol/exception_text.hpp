#pragma once

#include <string>

#include "mp/object.hpp"

namespace mp::manager {

/// An exception as the last line of a Python traceback shows it: "KeyError: 'k'". For any other
/// object its repr().
std::string exception_text(const Object& exception);

/// The class of an exception without its module, as in "KeyError"; empty for any other object.
std::string_view exception_name(const Object& exception);

}  // namespace mp::manager
