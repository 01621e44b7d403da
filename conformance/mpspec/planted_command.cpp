#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

#include "driver/containment.hpp"
#include "mpspec/commands.hpp"
#include "mpspec/planted_bugs.hpp"
#include "mpspec/planted_html.hpp"
#include "mpspec/probe.hpp"
#include "mpspec/run_folder.hpp"
#include "mpspec/scheduler.hpp"

namespace mpspec {
namespace {

/// The run was ended from outside: what is known so far is no result.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// One run of one bug: its clause's cases, one after another until one catches it.
struct Attempt {
  PlantedOutcome* outcome;
  std::size_t tried = 0;
  CaseResult last;

  [[nodiscard]] bool caught() const { return tried > 0 && last.verdict == Verdict::fail; }
};

class PlantedRun {
 public:
  PlantedRun(const PlantedOptions& options, const Places& places)
      : options_(options),
        good_(resolve_backend("cpython", places)),
        bad_(good_.command),
        deadline_(deadline_from(probe(good_, folder_.path() / "probe"))),
        seed_(options.seed) {
    bad_.back() = (places.source / "conformance/selftest/planted/planted_adapter.py").string();
    for (const Case& subject : all_cases()) {
      cases_[subject.clause].push_back(subject);
    }
    // Those that generate their calls take longest.
    for (auto& [clause, cases] : cases_) {
      std::stable_partition(cases.begin(), cases.end(), [](const Case& subject) {
        return subject.file.find("_properties.") == std::string::npos;
      });
    }
    for (PlantedBug& bug : planted_bugs(bad_, options.filters)) {
      if (!cases_.contains(bug.clause))
        throw UsageError(bug.name + " breaks " + bug.clause + ", which no case judges");
      outcomes_.push_back({std::move(bug), options.runs, 0, {}, {}, {}, {}});
    }
  }

  std::vector<PlantedOutcome> run() {
    std::vector<Attempt> attempts;
    for (PlantedOutcome& outcome : outcomes_) {
      attempts.insert(attempts.end(), static_cast<std::size_t>(options_.runs), {&outcome, 0, {}});
    }
    while (try_next(attempts)) {
    }
    discard_what_the_good_one_fails(attempts);
    for (const Attempt& attempt : attempts) {
      PlantedOutcome& outcome = *attempt.outcome;
      outcome.caught_runs += attempt.caught() ? 1 : 0;
      const bool news = outcome.by.empty() || !attempt.caught();  // a run that failed is the news
      if (news) {
        outcome.by = attempt.last.case_name;
        outcome.verdict = attempt.last.verdict;
        outcome.message = attempt.last.message;
      }
    }
    if (options_.matrix) fill_matrix();
    return std::move(outcomes_);
  }

 private:
  Job make_job(const std::vector<std::string>& command, const Case& subject) {
    WorkerOrder order{subject, {command, folder_.path() / std::to_string(folders_++), deadline_}};
    order.seed = ++seed_;
    order.shrinks = false;
    Job job{std::move(order), {}};
    job.result.clause = subject.clause;
    job.result.case_name = subject.name;
    return job;
  }

  std::vector<std::string> command_of(const PlantedBug& bug) const {
    std::vector<std::string> command = bad_;
    command.insert(command.end(), {"--bug", bug.name});
    return command;
  }

  void run_all(std::vector<Job>& jobs, const std::string& what) {
    fmt::print(stderr, "mpspec: {} {}\n", jobs.size(), what);
    SchedulerOptions scheduling;
    scheduling.jobs = Containment::private_shared_memory_possible() ? options_.jobs : 1;
    scheduling.case_limit = deadline_ * 15;
    scheduling.finished = [](Job&) {};
    scheduling.tick = [](const std::string&) {};
    if (run_jobs(jobs, scheduling) == RunEnd::interrupted) throw Interrupted();
  }

  /// Runs the next case of every attempt that has not caught its bug; false when there was none.
  bool try_next(std::vector<Attempt>& attempts) {
    std::vector<Job> jobs;
    std::vector<Attempt*> of_job;
    for (Attempt& attempt : attempts) {
      const auto& cases = cases_.at(attempt.outcome->bug.clause);
      if (attempt.caught() || attempt.tried == cases.size()) continue;
      jobs.push_back(make_job(command_of(attempt.outcome->bug), cases[attempt.tried++]));
      of_job.push_back(&attempt);
    }
    if (jobs.empty()) return false;
    run_all(jobs, "cases with a planted bug");
    for (std::size_t i = 0; i < jobs.size(); ++i) of_job[i]->last = std::move(jobs[i].result);
    return true;
  }

  /// A case that fails without the bug has caught nothing.
  void discard_what_the_good_one_fails(std::vector<Attempt>& attempts) {
    std::set<std::string> catching;
    for (const Attempt& attempt : attempts) {
      if (attempt.caught()) catching.insert(attempt.last.case_name);
    }
    std::vector<Job> jobs;
    for (const auto& [clause, cases] : cases_) {
      for (const Case& subject : cases) {
        if (catching.contains(subject.name)) jobs.push_back(make_job(good_.command, subject));
      }
    }
    run_all(jobs, "of these cases without a bug");
    for (const Job& job : jobs) {
      if (job.result.verdict == Verdict::pass) continue;
      for (Attempt& attempt : attempts) {
        if (!attempt.caught() || attempt.last.case_name != job.result.case_name) continue;
        attempt.last.verdict = Verdict::inconclusive;
        attempt.last.message = fmt::format("the unmodified adapter gets {}, too: {}",
                                           to_string(job.result.verdict), job.result.message);
      }
    }
  }

  void fill_matrix() {
    std::vector<Job> jobs;
    std::vector<PlantedOutcome*> of_job;
    for (PlantedOutcome& outcome : outcomes_) {
      const std::string area = outcome.bug.clause.substr(0, outcome.bug.clause.rfind('-') + 1);
      for (const auto& [clause, cases] : cases_) {
        if (!clause.starts_with(area)) continue;
        for (const Case& subject : cases) {
          jobs.push_back(make_job(command_of(outcome.bug), subject));
          of_job.push_back(&outcome);
        }
      }
    }
    run_all(jobs, "cases for the matrix");
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const CaseResult& result = jobs[i].result;
      const auto [known, fresh] = of_job[i]->area.emplace(result.clause, result.verdict);
      if (!fresh) known->second = worse(known->second, result.verdict);
    }
  }

  const PlantedOptions& options_;
  RunFolder folder_;
  Backend good_;
  std::vector<std::string> bad_;
  std::chrono::nanoseconds deadline_;
  std::map<std::string, std::vector<Case>> cases_;  // by clause
  std::vector<PlantedOutcome> outcomes_;
  std::uint64_t seed_;
  int folders_ = 0;
};

std::ofstream opened(const std::string& path) {
  std::ofstream file;
  if (path.empty()) return file;
  file.open(path, std::ios::binary | std::ios::trunc);
  if (!file) throw UsageError("cannot write " + path);
  return file;
}

void close(std::ofstream& file, const std::string& path) {
  file.close();
  if (!file) throw UsageError("cannot write " + path);
}

}  // namespace

int planted_command(const PlantedOptions& options, const Places& places) {
  std::ofstream json = opened(options.json);  // fails before the runs, not after them
  std::ofstream html = opened(options.html);
  catch_interrupts();
  try {
    const auto outcomes = PlantedRun(options, places).run();
    if (options.matrix) fmt::print("{}\n", planted_matrix_text(outcomes));
    fmt::print("{}", planted_text(outcomes));
    if (json.is_open()) {
      const auto text = planted_json(outcomes, options.matrix);
      json << text.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
      close(json, options.json);
    }
    if (html.is_open()) {
      html << planted_html(outcomes);
      close(html, options.html);
    }
    const bool all_caught = std::all_of(outcomes.begin(), outcomes.end(),
                                        [](const auto& outcome) { return outcome.caught(); });
    return all_caught ? kConformant : kNotConformant;
  } catch (const Interrupted& interrupted) {
    fmt::print(stderr, "mpspec: {}\n", interrupted.what());
    return kSuiteFailed;
  }
}

}  // namespace mpspec
