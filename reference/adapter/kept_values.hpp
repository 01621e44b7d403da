// Operations on a kept plain list or dict: what a program does with the copy it read out of a
// manager.
#pragma once

#include "operation.hpp"

namespace adapter {

/// The method on the kept value itself; no server is asked. Raises AttributeError for a method that
/// it has not.
mp::Object call_kept_value(mp::Object value, std::string_view method,
                           const std::vector<mp::Object>& args);

/// The array.array with one element replaced: args are its index and the element.
mp::Object with_item(const mp::Object& array, const std::vector<mp::Object>& args);

}  // namespace adapter
