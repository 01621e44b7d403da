#pragma once

#include <random>
#include <string>
#include <string_view>

namespace mp::fuzz {

using Random = std::minstd_rand;

/// The pickle with some of its operations moved, doubled, dropped, replaced or given other
/// arguments; lengths and frames are right again afterwards more often than not.
std::string mutate_pickle(std::string_view pickle, Random& random);

}  // namespace mp::fuzz
