// A run as JUnit XML, for continuous integration servers.
#pragma once

#include <string>

#include "report/results.hpp"

namespace mpspec {

/// One test suite per backend, one test case per result: `classname` is the clause's area, `name`
/// the case, with its number where a case was repeated. `fail` and `leak` are failures; `hang`,
/// `crash` and `inconclusive` errors; `unsupported` and `known` skipped. The text is UTF-8 and
/// well-formed whatever the backends wrote.
std::string to_junit(const RunResults& run);

}  // namespace mpspec
