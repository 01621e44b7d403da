// Writes pickles.
#pragma once

#include <string>

#include "wire/pickled.hpp"

namespace mpspec {

/// The pickle of the value in one of the protocols 0 to 5: plain, without a
/// memo, so that no two parts are one object. Errors: PickleError for what the
/// protocol cannot say: bytes below 3, sets below 4, new objects below 2.
std::string write_pickle(const Pickled& pickled, int protocol = 4);
inline std::string write_pickle(const Value& value, int protocol = 4) {
  return write_pickle(Pickled{value}, protocol);
}

}  // namespace mpspec
