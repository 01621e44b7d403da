#pragma once

#include <vector>

#include "manager/objects/outcome.hpp"
#include "manager/objects/referent.hpp"
#include "mp/object.hpp"

namespace mp::manager {

/// No iteration gives more items: range(10**12) is a small pickle.
inline constexpr std::size_t kIterationMax = std::size_t{1} << 24;

/// list(object), for values whose iteration is known without running code: the builtin containers
/// and ranges, arrays, the containers of `collections`, iter(), reversed(), zip() and enumerate()
/// of all these, and proxies of this server. TypeError "'int' object is not iterable" for others,
/// MemoryError beyond kIterationMax.
Attempt<std::vector<Object>> iterate(Host& host, const Object& object);

/// dict(object), for mappings of the same kinds and for iterables of pairs.
Attempt<Object> to_dict(Host& host, const Object& object);

}  // namespace mp::manager
