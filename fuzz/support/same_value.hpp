#pragma once

#include "mp/object.hpp"

namespace mp::fuzz {

/// Whether two values are the same in everything that travels: kinds, contents, the order of dicts,
/// and which parts are one object. True is not 1, -0.0 is not 0.0, every NaN is itself. Walks
/// without recursion and visits every part once, so that no value is too deep or too shared for it;
/// values that contain themselves are fine. Sets are compared by the pickles of their items, so that
/// the order does not matter, nor what an item shares with the rest.
bool same_value(const Object& a, const Object& b);

}  // namespace mp::fuzz
