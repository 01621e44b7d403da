// What a run has to do: every selected case on every backend.
#pragma once

#include <filesystem>
#include <vector>

#include "mpspec/commands.hpp"
#include "mpspec/judged.hpp"
#include "mpspec/scheduler.hpp"

namespace mpspec {

/// One case on one backend; throws UsageError when it judges what is no clause. `folder` need not
/// exist yet.
Job make_job(const RunOptions& options, const Judged& judged, const Case& subject,
             const Specification& specification, const std::filesystem::path& folder,
             std::uint64_t seed);

/// In the order of the cases, or shuffled by the seed; cases that end a server that is judged by
/// its address come last.
std::vector<Job> make_jobs(const RunOptions& options, const std::vector<Judged>& judged,
                           const std::vector<Case>& cases, const Specification& specification,
                           const std::filesystem::path& folder, std::uint64_t seed);

/// How many of them, and how long one may take at most.
SchedulerOptions scheduling_of(const RunOptions& options, const std::vector<Job>& jobs);

/// Says which suite this is and where it runs.
SuiteInfo suite_info(std::uint64_t seed, const Places& places);

}  // namespace mpspec
