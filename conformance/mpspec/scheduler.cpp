#include "mpspec/scheduler.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "driver/containment.hpp"
#include "driver/stacks.hpp"

namespace mpspec {
namespace {

volatile std::sig_atomic_t g_interrupted = 0;
void note_interrupt(int) { g_interrupted = 1; }

constexpr int kTickMs = 200;

struct Running {
  Job* job;
  pid_t pid;
  int pipe;
  std::string text;
  Clock::time_point began;
};

Running launch(Job& job) {
  std::filesystem::create_directories(job.order.settings.folder);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("cannot fork");
  if (pid == 0) {
    ::close(ends[0]);
    run_worker(job.order, ends[1]);
  }
  ::close(ends[1]);
  return {&job, pid, ends[0], "", Clock::now()};
}

/// Reads what is there; false once the worker has closed its end.
bool read_some(Running& worker) {
  char chunk[65536];
  const ssize_t n = ::read(worker.pipe, chunk, sizeof chunk);
  if (n > 0) worker.text.append(chunk, static_cast<std::size_t>(n));
  return n > 0;
}

/// The worker is gone: what it reported, or that it reported nothing.
void conclude(Running& worker) {
  ::close(worker.pipe);
  int status = 0;
  ::waitpid(worker.pid, &status, 0);
  CaseResult& result = worker.job->result;
  const auto report = nlohmann::json::parse(worker.text, nullptr, false);
  if (report.is_discarded()) {
    result.verdict = Verdict::inconclusive;
    result.seconds = std::chrono::duration<double>(Clock::now() - worker.began).count();
    result.message = fmt::format(
        "the suite itself failed: the process of this case ended with status {:#x}", status);
    return;
  }
  result.verdict = verdict_from(report["verdict"].get<std::string>()).value();
  result.seconds = report["seconds"];
  result.message = report["message"];
  result.transcript = report["transcript"].get<std::vector<std::string>>();
  result.timeline = report.value("timeline", "");
  result.observed = report.value("observed", std::vector<std::string>{});
  result.permitted = report.value("permitted", std::vector<std::string>{});
}

/// Kills a worker with all it started: its orphans come to this process, which is a subreaper.
void kill_worker(const Running& worker) { ::kill(-worker.pid, SIGKILL); }

void overdue(Running& worker, std::chrono::nanoseconds limit) {
  const DriverSettings& settings = worker.job->order.settings;
  if (settings.look_into_hangs) leave_stacks(settings.folder / "stacks.txt", worker.pid);
  kill_worker(worker);
  conclude(worker);
  worker.job->result.verdict = Verdict::hang;
  worker.job->result.message =
      fmt::format("the case did not end within {} s", std::chrono::duration<double>(limit).count());
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = note_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

RunEnd run_jobs(std::vector<Job>& jobs, const SchedulerOptions& options) {
  become_subreaper();
  std::vector<Running> running;
  std::size_t next = 0;
  std::vector<bool> done(jobs.size(), false);
  const auto finish = [&](std::size_t i) {
    Job& job = *running[i].job;
    done[static_cast<std::size_t>(&job - jobs.data())] = true;
    running.erase(running.begin() + static_cast<long>(i));
    options.finished(job);
    std::error_code ignored;
    std::filesystem::remove_all(job.order.settings.folder, ignored);
  };
  while (g_interrupted == 0 && (next < jobs.size() || !running.empty())) {
    while (next < jobs.size() && static_cast<int>(running.size()) < options.jobs) {
      running.push_back(launch(jobs[next++]));
    }
    std::vector<pollfd> entries;
    for (const Running& worker : running) entries.push_back({worker.pipe, POLLIN, 0});
    // From before we looked: to see where another one hangs may take longer than a case.
    const auto looked = Clock::now();
    ::poll(entries.data(), entries.size(), kTickMs);
    for (std::size_t i = running.size(); i-- > 0;) {
      if (entries[i].revents != 0) {
        // Whatever held us up meanwhile, one that has reported is not overdue.
        if (read_some(running[i])) continue;
        conclude(running[i]);
        finish(i);
      } else if (looked - running[i].began > options.case_limit) {
        overdue(running[i], options.case_limit);
        finish(i);
      }
    }
    if (!running.empty()) options.tick(running.front().job->order.subject.name);
  }
  for (const Running& worker : running) kill_worker(worker);
  kill_descendants();
  if (g_interrupted == 0) return RunEnd::completed;
  std::vector<Job> ran;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (done[i]) ran.push_back(std::move(jobs[i]));
  }
  jobs = std::move(ran);
  return RunEnd::interrupted;
}

}  // namespace mpspec
