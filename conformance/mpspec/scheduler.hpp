// Runs workers side by side and collects what they report.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mpspec/worker.hpp"

namespace mpspec {

struct Job {
  WorkerOrder order;
  CaseResult result;  // backend, clause, strength, case and run are filled in beforehand
};

struct SchedulerOptions {
  int jobs = 1;
  /// A worker that runs longer than this is killed: the case is a hang.
  std::chrono::nanoseconds case_limit{};
  /// Called for each job as it ends, while its folder is still there.
  std::function<void(Job&)> finished;
  /// Called now and then, with the case that has been running longest.
  std::function<void(const std::string& current)> tick;
};

enum class RunEnd { completed, interrupted };

/// Works off all jobs; on SIGINT or SIGTERM kills what runs and returns at once. Jobs that did not
/// run are removed.
RunEnd run_jobs(std::vector<Job>& jobs, const SchedulerOptions& options);

/// Makes SIGINT and SIGTERM end run_jobs instead of the program.
void catch_interrupts();

}  // namespace mpspec
