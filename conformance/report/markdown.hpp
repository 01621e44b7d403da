// A run as a short Markdown table, for a README.
#pragma once

#include <string>

#include "report/results.hpp"

namespace mpspec {

/// One row per area, one column per backend, then a row for each strength. A cell counts clauses:
/// those that pass, of those that were judged (everything but `unsupported` and `known`), and in
/// words what else occurred.
std::string to_markdown(const RunResults& run);

}  // namespace mpspec
