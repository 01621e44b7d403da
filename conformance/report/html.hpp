// A run as one HTML page that needs nothing beside it and no network.
#pragma once

#include <string>

#include "report/merge.hpp"
#include "report/results.hpp"
#include "trace/specification.hpp"

namespace mpspec {

/// The matrix of clauses and backends, with every clause's text and every result's message and
/// transcript. The page shows the clauses of the specification that are not retired, and any other
/// clause that has a result. `#QUEUE-014` after its address opens that clause. Changes between
/// merged runs are marked.
std::string to_html(const RunResults& run, const Specification& specification,
                    const std::vector<Change>& changes = {});

}  // namespace mpspec
