// The program's commands. Each returns its exit status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mpspec/backends.hpp"
#include "mpspec/cases.hpp"

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
  bool full_matrix = false;
  std::string json;
  std::string junit;
  std::string html;
  std::string markdown;
  std::string expectations;  // folder; empty: the suite's own
};

struct JudgeOptions {
  std::string file;     // a recorded history
  std::string html;     // where to draw it; empty: nowhere
  double seconds = 60;  // after which the answer is unknown
};

int run_command(const RunOptions& options, const Places& places);

struct PlantedOptions {
  std::vector<std::string> filters;  // names of bugs, clause ids, or patterns with * and ?
  int runs = 1;
  int jobs = 1;
  bool matrix = false;
  std::string json;
};

/// Whether the cases of a clause notice the bugs that break it: kConformant when each was caught in
/// at least 99 of 100 runs, else kNotConformant.
int planted_command(const PlantedOptions& options, const Places& places);

/// what: backends, clauses or cases.
int list_command(const std::string& what, const Places& places);

/// Checks clauses against cases both ways; `update` rewrites what is generated from them
/// (spec/index.md and the reviewed wording of the clauses).
int trace_command(bool update, const Places& places);

/// Judges a recorded history again: kConformant when an order of its calls explains them,
/// kNotConformant when none does, kNothingRan when that stays unknown.
int judge_command(const JudgeOptions& options);

}  // namespace mpspec
