#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mp/object.hpp"
#include "mp/result.hpp"

namespace mp {

// Python's operators and builtins on Objects. Depth of nesting is limited to kNestingMax
// everywhere; deeper, or too much work through shared structure, is TooLarge (Python:
// RecursionError).

inline constexpr std::size_t kNestingMax = 1200;

/// a == b. Ints and floats compare exactly. What an Opaque's class would say is not known: it equals
/// another one of the same structure, in which bytes, bytearray and array differ by type, and
/// nothing else; one that is part of a cycle equals itself only.
Result<bool> equal(const Object& a, const Object& b);

/// a < b. InvalidArgument: "'<' not supported between instances of 'str' and 'int'".
Result<bool> compare_less(const Object& a, const Object& b);

/// Sorts a List, stably, by compare_less. On an error the list keeps its items in some order.
Result<void> sort(Object& list, bool reverse = false);

/// Equal objects have equal hashes. Not Python's numbers: seeded anew in every process.
/// InvalidArgument: "unhashable type: 'list'".
Result<std::uint64_t> hash(const Object& object);

/// True when hash() will not fail for want of a hashable type.
bool is_hashable(const Object& object);
/// The type that stands in the way, as in "unhashable type: 'list'"; empty when it is hashable.
std::string_view unhashable_type(const Object& object);

/// As Python's error texts name the type: "int", "list", "NoneType", "array.array". For an Opaque
/// the last part of its class's name. Lasts as long as the object.
std::string_view type_name(const Object& object);

/// Python's repr(). What is Opaque is shown as a call of its class: KeyError('k').
Result<std::string> repr(const Object& object);

/// Python's bool(); an Opaque is true.
bool truth(const Object& object);

}  // namespace mp
