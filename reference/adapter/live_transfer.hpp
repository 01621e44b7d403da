// How an actor's objects get to an actor in a spawned process.
#pragma once

#include <map>
#include <mp/transfer.hpp>
#include <string>

#include "operation.hpp"

namespace adapter {

/// Objects by name, as an argument of a spawned function.
struct LiveObjects {
  std::map<std::string, Live> objects;

  /// Errors: InvalidArgument  an object cannot be passed on
  mp::Result<void> pack(mp::Packer& packer) const;
  static mp::Result<LiveObjects> unpack(mp::Unpacker& unpacker);
};

}  // namespace adapter
