#include <fmt/format.h>

#include <algorithm>

#include "mpspec/bundle.hpp"
#include "mpspec/jobs.hpp"
#include "mpspec/run_folder.hpp"
#include "report/shell_words.hpp"

namespace mpspec {
namespace {

/// The options of a run that repeats nothing but this case.
RunOptions options_of(const ReplayOptions& options, const Bundle& bundle) {
  RunOptions run;
  if (!options.backend.empty()) {
    run.backends = {options.backend};
  } else if (bundle.address.empty()) {
    run.backends = {bundle.backend.command};
  }
  run.address = options.backend.empty() ? bundle.address : "";
  run.authkey_file = bundle.authkey_file;
  run.deadline = bundle.deadline;
  run.repeat = options.runs;
  run.jobs = 1;
  run.quiet = true;
  run.selection.filters = {bundle.result.case_name};
  return run;
}

std::string indented(const std::string& text) {
  std::string out = "  ";
  for (const char c : text) out += c == '\n' ? std::string("\n  ") : std::string(1, c);
  return out;
}

}  // namespace

int replay_command(const ReplayOptions& options, const Places& places) {
  const std::filesystem::path bundle_folder = options.bundle;
  const Bundle bundle = read_bundle(bundle_folder);
  const Specification specification = Specification::read(places.source / "spec");
  const RunOptions run = options_of(options, bundle);
  const std::vector<Case> cases = select(run.selection, specification);
  catch_interrupts();
  const RunFolder folder;
  const auto [judged, some_broken] = line_up(run, places, specification, folder.path());
  if (some_broken) return kSuiteFailed;
  std::vector<Job> jobs = make_jobs(run, judged, cases, specification, folder.path(), bundle.seed);
  if (jobs.empty()) throw UsageError(bundle.result.case_name + " does not judge this backend");
  const auto program = bundle_folder / "program.json";
  for (Job& job : jobs) {
    job.order.settings.look_into_hangs = true;
    if (std::filesystem::exists(program))
      job.order.settings.replay = std::filesystem::absolute(program);
  }

  fmt::print("{} on {} {}, seed {}: it was {}\n{}\n", bundle.result.case_name,
             bundle.result.backend, bundle.backend.version, bundle.seed,
             to_string(bundle.result.verdict), indented(bundle.result.message));
  const SuiteInfo suite = suite_info(bundle.seed, places);
  SchedulerOptions scheduling = scheduling_of(run, jobs);
  int broken = 0;
  const CaseResult* news = nullptr;
  scheduling.tick = [](const std::string&) {};
  scheduling.finished = [&](Job& job) {
    if (!breaks_conformance(job.result.verdict) && news != nullptr) return;
    if (breaks_conformance(job.result.verdict)) ++broken;
    news = &job.result;
    if (options.keep.empty()) return;
    const Bundle again = bundle_of(job, run, judged.front(), suite);
    fmt::print("kept in {}\n",
               keep_bundle(options.keep, job.order.settings.folder, again).string());
  };
  if (run_jobs(jobs, scheduling) == RunEnd::interrupted) return kSuiteFailed;
  fmt::print("now {} {}: {} of {} runs were not good\n{}\n", news->backend,
             judged.front().baseline.version, broken, jobs.size(),
             indented(fmt::format("{}: {}", to_string(news->verdict), news->message)));
  return broken > 0 ? kNotConformant : kConformant;
}

}  // namespace mpspec
