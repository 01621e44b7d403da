// Whether several runs of a case came to the same verdict each time.
#pragma once

#include <string>

#include "report/results.hpp"

namespace mpspec {

/// A line for each case whose runs did not all come to one verdict: `EVENT_007_X on cpython: known
/// 4, fail 1`, the most frequent first; then one for each backend: `cpython: 807 cases, 5 runs:
/// every verdict the same`. Empty where nothing was repeated.
std::string repeats_text(const RunResults& run);

}  // namespace mpspec
