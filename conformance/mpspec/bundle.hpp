// What is left of a case that failed: a folder from which it can be understood and run again.
//
//   bundle.json     what was judged, the verdict, and what it takes to repeat it: mpspec replay
//   operations.log  what was asked and answered, with seconds since the start
//   actor-N.log     the same of one process, with its own clock (CLOCK_MONOTONIC, nanoseconds)
//   stdout, stderr  what the backend wrote; suite: what the suite wrote
//   stacks.txt      of a hang: what every process was doing
//   history.json    of concurrent calls: mpspec judge FOLDER; history.html draws it
//   program.json    the calls of the smallest program that failed; replay runs exactly these
//
// What the case said to a manager's server over its own connection is in operations.log, too (lines
// C> and S>); what a backend's proxies say to their server the suite does not see.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "mpspec/commands.hpp"
#include "mpspec/judged.hpp"
#include "mpspec/scheduler.hpp"
#include "report/results.hpp"

namespace mpspec {

struct Bundle {
  SuiteInfo suite;
  BackendInfo backend;
  /// Of a server that was judged by its address; else empty.
  std::string address;
  std::string authkey_file;
  CaseResult result;
  std::uint64_t seed = 0;
  double deadline = 0;  // seconds for one operation
};

/// Of a job that has run, on what was judged.
Bundle bundle_of(const Job& job, const RunOptions& options, const Judged& judged,
                 const SuiteInfo& suite);

/// Keeps what is in the case's folder, and the description, in `bundles`/BACKEND/CASE, in place of
/// what was kept there before. Gives the bundle's folder. Throws UsageError when it cannot be
/// written.
std::filesystem::path keep_bundle(const std::filesystem::path& bundles,
                                  const std::filesystem::path& case_folder, const Bundle& bundle);

/// What a backend calls itself as the name of a file: nothing in it leads out of a folder, and two
/// backends have two. A name of letters, digits, - and _ stays as it is.
std::string as_file_name(const std::string& name);

/// Throws UsageError when there is none, or one that cannot be understood.
Bundle read_bundle(const std::filesystem::path& folder);

}  // namespace mpspec
