#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <boost/process.hpp>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "driver/containment.hpp"
#include "mpspec/commands.hpp"
#include "mpspec/judged.hpp"
#include "mpspec/progress.hpp"
#include "mpspec/run_folder.hpp"
#include "mpspec/scheduler.hpp"
#include "mpspec/server.hpp"
#include "mpspec/version.hpp"
#include "report/html.hpp"
#include "report/junit.hpp"
#include "report/markdown.hpp"
#include "report/matrix.hpp"

namespace mpspec {
namespace {

std::string commit_of(const std::filesystem::path& source) {
  namespace bp = boost::process;
  const auto git = bp::search_path("git");
  if (git.empty()) return "unknown";
  bp::ipstream out;
  std::error_code error;
  bp::child child(
      bp::exe = git.string(),
      bp::args = {"-C", source.string(), "describe", "--always", "--dirty", "--abbrev=12"},
      bp::std_out > out, bp::std_err > bp::null, error);
  if (error) return "unknown";
  std::string commit;
  std::getline(out, commit);
  child.wait(error);
  return commit.empty() ? "unknown" : commit;
}

SuiteInfo suite_info(std::uint64_t seed, const Places& places) {
  utsname host{};
  ::uname(&host);
  return {kVersion, commit_of(places.source), seed,
          fmt::format("{} {} {}, {} processors", host.sysname, host.release, host.machine,
                      std::thread::hardware_concurrency())};
}

Job make_job(const RunOptions& options, const Judged& judged, const Case& subject,
             const Specification& specification, const std::filesystem::path& folder,
             std::uint64_t seed) {
  const Clause* clause = specification.find(subject.clause);
  if (clause == nullptr) {
    throw UsageError(fmt::format("{} judges {}, which is no clause of the specification",
                                 subject.name, subject.clause));
  }
  const auto deadline =
      options.deadline > 0
          ? std::chrono::nanoseconds(static_cast<long long>(options.deadline * 1e9))
          : deadline_from(judged.baseline);
  Job job{{subject, {judged.command, folder, deadline, judged.server}, seed}, {}};
  job.result.backend = judged.baseline.name;
  job.result.clause = subject.clause;
  job.result.strength = clause->strength;
  job.result.case_name = subject.name;
  return job;
}

/// A backend of which only some areas are its own is judged on these, and its adapter on its own
/// chapter.
bool judges(const Case& subject, const Judged& judged) {
  const std::string area = subject.area();
  return judged.areas.empty() || area == "ADAPTER" ||
         std::find(judged.areas.begin(), judged.areas.end(), area) != judged.areas.end();
}

std::vector<Job> make_jobs(const RunOptions& options, const std::vector<Judged>& judged,
                           const std::vector<Case>& cases, const Specification& specification,
                           const std::filesystem::path& folder, std::uint64_t seed) {
  std::vector<Job> jobs;
  for (int run = 1; run <= options.repeat; ++run) {
    for (const Case& subject : cases) {
      for (const Judged& backend : judged) {
        const bool only_once = backend.server && ends_server(subject);
        if (backend.server && !judges_server(subject)) continue;
        if (!judges(subject, backend)) continue;
        if (only_once && run < options.repeat) continue;
        jobs.push_back(make_job(options, backend, subject, specification,
                                folder / std::to_string(jobs.size()), seed));
        jobs.back().result.run = run;
      }
    }
  }
  if (options.shuffle) std::shuffle(jobs.begin(), jobs.end(), std::mt19937_64(seed));
  std::stable_partition(jobs.begin(), jobs.end(), [](const Job& job) {
    return !job.order.settings.server || !ends_server(job.order.subject);
  });
  return jobs;
}

/// A server shows how many objects it has to everybody: its cases run one at a time.
int jobs_side_by_side(const RunOptions& options) {
  if (!options.address.empty()) return 1;
  const int wanted =
      options.jobs > 0 ? options.jobs : static_cast<int>(std::thread::hardware_concurrency());
  if (wanted == 1 || Containment::private_shared_memory_possible()) return wanted;
  fmt::print(
      stderr,
      "mpspec: this machine gives cases no /dev/shm of their own, so they run one at a time\n");
  return 1;
}

void write_file(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw UsageError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
}

void write_reports(const RunOptions& options, const RunResults& run,
                   const Specification& specification) {
  // Everything is tried even when one file cannot be written.
  std::string failure;
  const auto attempt = [&](const std::string& path, auto&& make) {
    if (path.empty()) return;
    try {
      write_file(path, make());
    } catch (const UsageError& error) {
      failure = error.what();
    }
  };
  attempt(options.json, [&] {
    return to_json(run).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  });
  attempt(options.junit, [&] { return to_junit(run); });
  attempt(options.html, [&] { return to_html(run, specification); });
  attempt(options.markdown, [&] { return to_markdown(run); });
  if (!failure.empty()) throw UsageError(failure);
}

/// Fails before anything runs rather than after everything ran.
void check_writable(const RunOptions& options) {
  for (const std::string& path : {options.json, options.junit, options.html, options.markdown}) {
    if (path.empty()) continue;
    const std::ofstream file(path, std::ios::binary | std::ios::app);
    if (!file) throw UsageError(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
}

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

}  // namespace

int run_command(const RunOptions& options, const Places& places) {
  const Specification specification = Specification::read(places.source / "spec");
  const std::vector<Case> cases = select(options.selection, specification);
  if (options.backends.empty() && std::none_of(cases.begin(), cases.end(), judges_server))
    throw UsageError("an --address is judged by the clauses WIRE-* only, and none is selected");
  check_writable(options);
  catch_interrupts();
  const RunFolder folder;
  const auto [judged, some_broken] = line_up(options, places, specification, folder.path());
  const std::uint64_t seed = options.seed ? *options.seed : std::random_device{}() % 1'000'000'000;
  auto jobs = make_jobs(options, judged, cases, specification, folder.path(), seed);

  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  Progress progress(options.quiet ? Progress::Mode::quiet
                    : terminal    ? Progress::Mode::live
                                  : Progress::Mode::lines,
                    jobs.size());
  SchedulerOptions scheduling;
  scheduling.jobs = jobs_side_by_side(options);
  for (const Job& job : jobs) {
    scheduling.case_limit = std::max(scheduling.case_limit, job.order.settings.deadline * 15);
  }
  scheduling.finished = [&](const CaseResult& result) { progress.finished(result); };
  scheduling.tick = [&](const std::string& current) { progress.tick(current); };
  const RunEnd end = run_jobs(jobs, scheduling);
  progress.end();

  RunResults run{suite_info(seed, places), {}, {}};
  for (const Judged& backend : judged) {
    run.backends.push_back({backend.baseline.name, backend.baseline.version, backend.command_line});
  }
  for (Job& job : jobs) {
    const auto backend = std::find_if(judged.begin(), judged.end(), [&](const Judged& candidate) {
      return candidate.baseline.name == job.result.backend;
    });
    backend->expectations.apply(job.result);
    run.results.push_back(std::move(job.result));
  }
  write_reports(options, run, specification);

  const MatrixStyle style{::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr,
                          options.full_matrix};
  const std::string findings = findings_text(run, specification, style);
  if (!findings.empty()) fmt::print("{}\n", findings);
  if (!run.results.empty()) fmt::print("{}\n", matrix_text(run, specification, style));
  fmt::print("{}seed {}\n", counts_text(run, options.strict), seed);
  if (end == RunEnd::interrupted) {
    fmt::print(stderr,
               "mpspec: interrupted after {} cases; the reports say what was found so far\n",
               run.results.size());
    return kSuiteFailed;
  }
  return status_of(run, options.strict, some_broken);
}

}  // namespace mpspec
