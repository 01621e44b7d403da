// Outcomes that a clause permits: which of them were seen, and which never.
#pragma once

#include <string>

#include "report/results.hpp"

namespace mpspec {

/// A line for each outcome of a case that ran more than once and could name what it might see:
/// `GUAR-004 cpython: 'additions were lost' seen in 17 of 20 runs`, `never seen in 20 runs`. Empty
/// where nothing was repeated.
std::string ledger_text(const RunResults& run);

}  // namespace mpspec
