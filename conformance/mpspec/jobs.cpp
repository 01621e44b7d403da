#include "mpspec/jobs.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <boost/process.hpp>
#include <random>
#include <thread>

#include "driver/containment.hpp"
#include "mpspec/server.hpp"
#include "mpspec/version.hpp"

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

/// A backend of which only some areas are its own is judged on these, and its adapter on its own
/// chapter.
bool judges(const Case& subject, const Judged& judged) {
  const std::string area = subject.area();
  return judged.areas.empty() || area == "ADAPTER" ||
         std::find(judged.areas.begin(), judged.areas.end(), area) != judged.areas.end();
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

}  // namespace

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
  job.order.settings.look_into_hangs = !options.bundles.empty();
  job.result.backend = judged.baseline.name;
  job.result.clause = subject.clause;
  job.result.strength = clause->strength;
  job.result.case_name = subject.name;
  return job;
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

SchedulerOptions scheduling_of(const RunOptions& options, const std::vector<Job>& jobs) {
  SchedulerOptions out;
  out.jobs = jobs_side_by_side(options);
  for (const Job& job : jobs)
    out.case_limit = std::max(out.case_limit, job.order.settings.deadline * 15);
  return out;
}

}  // namespace mpspec
