// A small run that has everything a report can meet; for the reports' own tests.
#pragma once

#include "report/results.hpp"
#include "trace/specification.hpp"

namespace mpspec::report_test {

/// Bytes that are special in XML, HTML, JSON, Markdown or a shell, or are no text at all.
inline const std::string kNasty =
    "<b>&amp;</script><!-- ]]> \"quoted\" 'single' | \\ `x` \x01\x1b[31m "
    "\xff\xfe caf\xc3\xa9 \xf0\x9d\x84\x9e \xef\xbf\xbf end";

/// Backends `one` and `two` and, in a result only, `stray`; every verdict; a repeated case.
RunResults run();

/// The clauses that run() judges, one that it does not (QUEUE-099) and a retired one (QUEUE-098).
/// PIPE-009 is missing: the run is from another version of the specification.
Specification specification();

}  // namespace mpspec::report_test
