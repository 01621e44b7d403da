// The program's commands. Each returns its exit status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mpspec/backends.hpp"
#include "mpspec/cases.hpp"
#include "mpspec/write_reports.hpp"

namespace mpspec {

/// Exit statuses; never a count.
enum ExitStatus : int {
  kConformant = 0,
  kNotConformant = 1,
  kUsage = 2,
  kNothingRan = 3,
  kSuiteFailed = 4
};

struct RunOptions {
  std::vector<std::string> backends;
  /// A manager server that is judged without an adapter; empty: none.
  std::string address;
  std::string authkey_file;
  bool shutdown = false;  // whether that server may be ended
  Selection selection;
  std::optional<std::uint64_t> seed;
  int repeat = 1;
  int jobs = 0;         // 0: one a processor
  double deadline = 0;  // seconds for one operation; 0: from the measured baseline
  bool strict = false;
  bool shuffle = false;
  bool quiet = false;
  bool verbose = false;
  bool full_matrix = false;
  ReportFiles files;
  std::string expectations;  // folder; empty: the suite's own
  std::string bundles;       // folder for what is left of cases that fail; empty: nothing is kept
};

struct ReportOptions {
  std::vector<std::string> runs;  // JSON files of earlier runs
  ReportFiles files;
  bool full_matrix = false;
};

struct ReplayOptions {
  std::string bundle;   // its folder
  std::string backend;  // in place of the bundle's own; empty: that one
  int runs = 1;
  std::string keep;  // folder for the bundles of these runs; empty: nothing is kept
};

struct JudgeOptions {
  std::string file;     // a recorded history, or a bundle with one
  std::string html;     // where to draw it; empty: nowhere
  double seconds = 60;  // after which the answer is unknown
};

int run_command(const RunOptions& options, const Places& places);

struct PlantedOptions {
  std::vector<std::string> filters;  // names of bugs, clause ids, or patterns with * and ?
  int runs = 1;
  int jobs = 1;
  std::uint64_t seed = 0;  // of the first case; each takes the next one
  bool matrix = false;
  std::string json;
  std::string html;
};

/// Whether the cases of a clause notice the bugs that break it: kConformant when each was caught in
/// at least 99 of 100 runs, else kNotConformant.
int planted_command(const PlantedOptions& options, const Places& places);

/// Checks an adapter before its backend is judged: the smoke stage, every line against the schema,
/// and whether what it declares is what works. kNotConformant when something is wrong.
int adapter_check_command(const std::string& backend, const Places& places);

/// Writes the skeleton of an adapter into a new folder of that name; language: c++ or python.
int adapter_new_command(const std::string& name, const std::string& language, const Places& places);

/// what: backends, clauses or cases.
int list_command(const std::string& what, const Places& places);

/// Checks clauses against cases both ways; `update` rewrites what is generated from them
/// (spec/index.md and the reviewed wording of the clauses).
int trace_command(bool update, const Places& places);

/// Shows several runs as one, and what changed between them.
int report_command(const ReportOptions& options, const Places& places);

/// Runs the case of a bundle again, with its seed and, of concurrent calls, exactly those that
/// failed: kNotConformant when a run was not good again, else kConformant.
int replay_command(const ReplayOptions& options, const Places& places);

/// Judges a recorded history again: kConformant when an order of its calls explains them,
/// kNotConformant when none does, kNothingRan when that stays unknown.
int judge_command(const JudgeOptions& options);

}  // namespace mpspec
