// Several runs as one report: the same suite on several machines, versions or days.
#pragma once

#include <string>
#include <vector>

#include "report/results.hpp"

namespace mpspec {

/// A clause that came to something else in a later column of the same backend.
struct Change {
  std::string clause;
  std::string backend;  // what both columns are a run of: cpython
  std::string from;     // the columns: cpython 3.11.7, cpython 3.12.12
  std::string to;
  Verdict before = Verdict::pass;
  Verdict after = Verdict::pass;
};

struct MergedRuns {
  /// A column for each backend of each run, in the order of the runs. A backend of the same name,
  /// version and command that was judged by the same commit of the suite in several runs is one
  /// column, as if it had been repeated. Columns of one backend are told apart by its version,
  /// else by the suite's commit, else by a number. The suite is that of the last run.
  RunResults run;
  /// From each column to the next one of the same backend, where both have a verdict.
  std::vector<Change> changes;
};

MergedRuns merged(const std::vector<RunResults>& runs);

/// `QUEUE-014 cpython: pass in cpython 3.11.7, fail in cpython 3.12.12`, a line each.
std::string changes_text(const std::vector<Change>& changes);

}  // namespace mpspec
