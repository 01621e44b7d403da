#pragma once

#include <string>

#include "manager/objects/outcome.hpp"
#include "mp/object.hpp"

namespace mp::manager {

/// Python's name of the value's type: a proxy's is the class of the proxy.
std::string python_type_name(const Object& object);

/// repr() in which proxies look as in CPython: <ListProxy object, typeid 'list' at 0x...>.
Attempt<std::string> python_repr(const Object& object);

}  // namespace mp::manager
