// The kill matrix as a page: planted bug x clause.
#pragma once

#include <string>
#include <vector>

#include "mpspec/planted_bugs.hpp"

namespace mpspec {

/// One self-contained page with a table for each area: a row a bug, with how often it was caught
/// and by which case, and, where the matrix was asked for, a column a clause of the area.
std::string planted_html(const std::vector<PlantedOutcome>& outcomes);

}  // namespace mpspec
