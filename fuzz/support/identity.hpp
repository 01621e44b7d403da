#pragma once

#include "mp/object.hpp"

namespace mp::fuzz {

/// What tells one container from another: the address of a part of it. Lasts as long as the object
/// is there and not changed; nullptr for what contains nothing.
inline const void* identity(const Object& object) {
  switch (object.kind()) {
    case Kind::List:
    case Kind::Tuple:
    case Kind::Set:
    case Kind::FrozenSet:
      return object.items().empty() ? nullptr : object.items().data();
    case Kind::Dict:
      return object.as_dict().empty() ? nullptr : &(*object.as_dict().begin()).key;
    case Kind::Slice:
      return &object.start();
    case Kind::Opaque:
      return &object.args();
    default:
      return nullptr;
  }
}

}  // namespace mp::fuzz
