#pragma once

#include "mp/object.hpp"

namespace mp::fuzz {

/// Whether two values are the same in everything that travels: kinds, contents, the order of dicts,
/// and which parts are one object. True is not 1, -0.0 is not 0.0, every NaN is itself. Walks
/// without recursion and visits every part once, so that no value is too deep or too shared for it;
/// values that contain themselves are fine. Sets are compared in their own order when that is the
/// same on both sides, else by their pickles.
bool same_value(const Object& a, const Object& b);

}  // namespace mp::fuzz
