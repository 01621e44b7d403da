#pragma once

#include <cstdint>
#include <string_view>

#include "mp/object.hpp"
#include "wire/object/walk.hpp"

/// Python's operators on Objects, with the failure apart from the value.
namespace mp::detail {

/// a == b. `strict`, inside an Opaque: values of bytes-like types equal only their own type.
bool equal_objects(const Object& a, const Object& b, Failure& failure, bool strict = false);
bool less_objects(const Object& a, const Object& b, Failure& failure);
std::uint64_t hash_object(const Object& object, Failure& failure);

bool is_number(const Object& object) noexcept;  ///< Bool, Int, Float, Complex
bool is_nan(const Object& object) noexcept;     ///< Float
bool equal_numbers(const Object& a, const Object& b);
/// Bool, Int, Float.
bool less_numbers(const Object& a, const Object& b);

/// The number of items of a Range, an Int of any size.
Object range_length(const Object& range);

/// Fails when the object is, or contains, what cannot be a key.
bool check_hashable(const Object& object, Failure& failure);
/// "unhashable type: 'list'".
bool fail_unhashable(std::string_view type, Failure& failure);

}  // namespace mp::detail
