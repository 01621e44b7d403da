#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <random>

#include "mpspec/bundle.hpp"
#include "mpspec/commands.hpp"
#include "mpspec/jobs.hpp"
#include "mpspec/progress.hpp"
#include "mpspec/run_folder.hpp"
#include "mpspec/server.hpp"
#include "mpspec/write_reports.hpp"
#include "report/ledger.hpp"
#include "report/matrix.hpp"
#include "report/repeats.hpp"

namespace mpspec {
namespace {

int status_of(const RunResults& run, bool strict, bool some_broken) {
  const bool all_conform =
      std::all_of(run.backends.begin(), run.backends.end(),
                  [&](const BackendInfo& backend) { return conforms(run, backend.name, strict); });
  const bool executed =
      std::any_of(run.results.begin(), run.results.end(),
                  [](const CaseResult& result) { return result.verdict != Verdict::unsupported; });
  if (some_broken) return kSuiteFailed;
  if (!executed) return kNothingRan;
  return all_conform ? kConformant : kNotConformant;
}

std::size_t number_of(const std::string& backend, const std::vector<Judged>& judged) {
  const auto found = std::find_if(judged.begin(), judged.end(), [&](const Judged& candidate) {
    return candidate.baseline.name == backend;
  });
  return static_cast<std::size_t>(found - judged.begin());
}

}  // namespace

int run_command(const RunOptions& options, const Places& places) {
  const Specification specification = Specification::read(places.source / "spec");
  const std::vector<Case> cases = select(options.selection, specification);
  if (options.backends.empty() && std::none_of(cases.begin(), cases.end(), judges_server))
    throw UsageError("an --address is judged by the clauses WIRE-* only, and none is selected");
  check_writable(options.files);
  catch_interrupts();
  const RunFolder folder;
  const Lineup lineup = line_up(options, places, specification, folder.path());
  const std::vector<Judged>& judged = lineup.judged;
  const std::uint64_t seed = options.seed ? *options.seed : std::random_device{}() % 1'000'000'000;
  auto jobs = make_jobs(options, judged, cases, specification, folder.path(), seed);

  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  Progress progress(options.quiet     ? Progress::Mode::quiet
                    : options.verbose ? Progress::Mode::verbose
                    : terminal        ? Progress::Mode::live
                                      : Progress::Mode::lines,
                    jobs.size());
  SchedulerOptions scheduling = scheduling_of(options, jobs);
  RunResults run{suite_info(seed, places), {}, {}};
  for (const Judged& backend : judged) {
    run.backends.push_back(backend.info());
  }
  scheduling.finished = [&](Job& job) {
    const std::size_t i = number_of(job.result.backend, judged);
    judged[i].expectations.apply(job.result);
    progress.finished(job.result);
    if (options.bundles.empty() || !breaks_conformance(job.result.verdict)) return;
    job.result.bundle = keep_bundle(options.bundles, job.order.settings.folder,
                                    bundle_of(job, options, judged[i], run.suite));
  };
  scheduling.tick = [&](const std::string& current) { progress.tick(current); };
  const RunEnd end = run_jobs(jobs, scheduling);
  progress.end();

  for (Job& job : jobs) run.results.push_back(std::move(job.result));
  write_reports(options.files, run, specification);

  const MatrixStyle style{::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr,
                          options.full_matrix};
  const std::string findings = findings_text(run, specification, style);
  if (!findings.empty()) fmt::print("{}\n", findings);
  if (!run.results.empty()) fmt::print("{}\n", matrix_text(run, specification, style));
  if (const std::string ledger = ledger_text(run); !ledger.empty())
    fmt::print("what was permitted and seen:\n{}\n", ledger);
  fmt::print("{}{}seed {}\n", repeats_text(run), counts_text(run, options.strict), seed);
  if (end == RunEnd::interrupted) {
    fmt::print(stderr,
               "mpspec: interrupted after {} cases; the reports say what was found so far\n",
               run.results.size());
    return kSuiteFailed;
  }
  return status_of(run, options.strict, lineup.some_broken);
}

}  // namespace mpspec
