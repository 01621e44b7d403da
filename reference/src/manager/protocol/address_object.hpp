#pragma once

#include <optional>

#include "mp/address.hpp"
#include "mp/object.hpp"

namespace mp::manager {

/// An address as Python has it: a path is a str, an abstract name bytes, TCP a tuple (host, port).
Object address_object(const Address& address);
std::optional<Address> address_from_object(const Object& object);

}  // namespace mp::manager
