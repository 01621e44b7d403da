// A small picture for a README: how a backend conforms.
#pragma once

#include <string>

#include "report/results.hpp"

namespace mpspec {

/// An SVG image without links or scripts: `mpspec` and how many of the MUST clauses that were
/// judged pass, green when the backend conforms, red when it does not, grey when nothing was
/// judged.
std::string badge_svg(const RunResults& run, const std::string& backend);

}  // namespace mpspec
