#pragma once

#include "measure.hpp"

namespace mp::bench {

/// Groups of rows of the suite `manager`.
std::vector<Case> codec_cases();
std::vector<Case> server_cases();

}  // namespace mp::bench
