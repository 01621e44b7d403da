// A manager server that is judged by itself, without an adapter.
#pragma once

#include <string>

#include "model/value.hpp"

namespace mpspec {

struct ServerAddress {
  /// As `Manager.address` gives it: the path of a Unix socket, or a tuple of host and port.
  Value address;
  std::string authkey;
  /// Whether a case may end the server.
  bool may_end = true;
};

}  // namespace mpspec
