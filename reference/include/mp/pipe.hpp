#pragma once

#include "mp/connection.hpp"

namespace mp {

/// Two connected ends.
/// Source: Python 3 library, `multiprocessing.Pipe`.
struct Pipe {
  Connection first;   ///< one way: the end that receives
  Connection second;  ///< one way: the end that sends

  /// Duplex: a Unix stream socket pair. One way: a pipe.
  /// Errors: System  no descriptor is left
  static Result<Pipe> create(bool duplex = true);
};

}  // namespace mp
