// What a run found out; every report is made from this.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "driver/verdict.hpp"

namespace mpspec {

struct CaseResult {
  std::string backend;
  std::string clause;    // QUEUE-014
  std::string strength;  // MUST, SHOULD or MAY
  std::string case_name;
  Verdict verdict = Verdict::inconclusive;
  double seconds = 0;
  /// Why, for every verdict but pass; what was observed, for a pass that records it.
  std::string message{};
  /// What was asked and answered, oldest first; kept for verdicts that need explaining.
  std::vector<std::string> transcript{};
  int run = 1;  // counts repeats from 1
  /// The folder that `mpspec replay` runs again; empty when nothing was kept.
  std::string bundle{};
  /// A page that draws the calls of several processes that contradict each other; empty without any.
  std::string timeline{};
  /// Of a passed case: which permitted outcomes it saw, and which it might have seen.
  std::vector<std::string> observed{};
  std::vector<std::string> permitted{};
};

struct BackendInfo {
  std::string name;
  std::string version;
  /// The adapter's command line; of a server without one the options `--address ...` that name it.
  std::string command;
};

struct SuiteInfo {
  std::string version;
  std::string commit;
  std::uint64_t seed = 0;
  std::string host;
};

struct RunResults {
  SuiteInfo suite;
  std::vector<BackendInfo> backends;
  std::vector<CaseResult> results;
};

/// The JSON of `--json`: spec'd by report/schema.json, compatible from version to version.
nlohmann::json to_json(const RunResults& run);
RunResults run_results_from(const nlohmann::json& json);

/// The worse of two verdicts, for a clause that several cases judge.
Verdict worse(Verdict a, Verdict b);

/// Whether the verdict keeps a backend from conforming to a MUST clause.
constexpr bool breaks_conformance(Verdict verdict) {
  return verdict != Verdict::pass && verdict != Verdict::unsupported && verdict != Verdict::known;
}

/// Clause ids in order of area and number, each with what every backend came to.
struct ClauseRow {
  std::string clause;
  std::string strength;
  std::vector<std::optional<Verdict>> verdicts;  // by backend; nothing = not judged
};
std::vector<ClauseRow> clause_rows(const RunResults& run);

}  // namespace mpspec
