#pragma once

#include <vector>

#include "mp/clock.hpp"
#include "mp/object.hpp"
#include "mp/result.hpp"

namespace mp::manager {

// What a typed proxy makes of a reply. A reply of another kind than the method has is Malformed.

Result<void> to_void(const Result<Object>& result);
Result<bool> to_bool(const Result<Object>& result);
Result<std::size_t> to_size(const Result<Object>& result);
/// The items of a list or tuple, of iter(...) and of reversed(...) of one.
Result<std::vector<Object>> to_items(const Result<Object>& result);

/// A copy that shares nothing that can be changed with the original.
Result<Object> deep_copy(const Object& object);

/// Python's timeout argument: seconds, or None for kForever.
Object timeout_object(Timeout timeout);

}  // namespace mp::manager
