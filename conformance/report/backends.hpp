// The columns of every report.
#pragma once

#include <vector>

#include "report/results.hpp"

namespace mpspec {

/// The backends of the run in their order, then those that only a result names, so that a report
/// made from somebody's JSON loses no result.
std::vector<BackendInfo> all_backends(const RunResults& run);

}  // namespace mpspec
