// Bugs planted in a real backend, and what the cases of their own clauses made of them.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "driver/verdict.hpp"
#include "mpspec/backends.hpp"

namespace mpspec {

struct PlantedBug {
  std::string name;
  std::string clause;  // the one it breaks
  std::string what;
};

/// The bugs whose name or clause matches one of the patterns; all without patterns. Throws
/// UsageError when the adapter cannot list its bugs or a pattern matches none.
std::vector<PlantedBug> planted_bugs(const std::vector<std::string>& adapter,
                                     const std::vector<std::string>& patterns);

/// What came of one bug in all runs.
struct PlantedOutcome {
  PlantedBug bug;
  int runs = 0;
  int caught_runs = 0;  // an assertion of a case of the bug's clause failed
  std::string by;       // a case that caught it; of a bug that got away the last one that ran
  Verdict verdict = Verdict::inconclusive;  // of that case
  std::string message;                      // of that case
  /// Of the clauses of the bug's area, the worst verdict; only when the matrix was asked for.
  std::map<std::string, Verdict> area;

  /// In at least 99 of 100 runs.
  [[nodiscard]] bool caught() const { return runs > 0 && 100 * caught_runs >= 99 * runs; }
};

/// One line a bug, those that got away with what was seen instead, and the count.
std::string planted_text(const std::vector<PlantedOutcome>& outcomes);

/// For each bug the clauses of its area that noticed it.
std::string planted_matrix_text(const std::vector<PlantedOutcome>& outcomes);

nlohmann::json planted_json(const std::vector<PlantedOutcome>& outcomes, bool matrix);

}  // namespace mpspec
