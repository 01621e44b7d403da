#include "tests/support/stops.hpp"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <thread>

#include "driver/case_context.hpp"

namespace mpspec {
namespace {

using namespace std::chrono_literals;

bool has_stopped(const std::filesystem::path& task) {
  std::ifstream status(task / "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("State:")) return line.find('T', 6) != std::string::npos;
  }
  return false;
}

bool all_threads_have_stopped(pid_t pid) {
  std::error_code error;
  const std::filesystem::directory_iterator tasks(fmt::format("/proc/{}/task", pid), error);
  return !error && std::all_of(begin(tasks), end(tasks),
                               [](const auto& task) { return has_stopped(task.path()); });
}

}  // namespace

void stop_process(pid_t pid) {
  Adapter& adapter = *CaseContext::current().adapter();
  const auto deadline = adapter.deadline();
  ::kill(pid, SIGSTOP);
  while (!all_threads_have_stopped(pid)) {
    if (Clock::now() > deadline)
      adapter.stop(Verdict::inconclusive, fmt::format("process {} does not stop", pid));
    std::this_thread::sleep_for(100us);  // between two looks at /proc
  }
}

void continue_process(pid_t pid) { ::kill(pid, SIGCONT); }

int stop_now_and_then(const std::vector<pid_t>& processes, const std::vector<Pending>& work) {
  std::mt19937_64 random(rc::detail::configuration().testParams.seed);
  const auto a_moment = [&] { return Clock::now() + std::chrono::microseconds(random() % 3000); };
  const auto all_under_way = [&](Clock::time_point until) {
    return std::none_of(work.begin(), work.end(),
                        [&](const Pending& one) { return one.wait_until(until).has_value(); });
  };
  int stops = 0;
  while (all_under_way(a_moment())) {
    const pid_t pid = processes[random() % processes.size()];
    stop_process(pid);
    const bool in_time = all_under_way(a_moment());
    continue_process(pid);
    stops += in_time ? 1 : 0;
  }
  return stops;
}

}  // namespace mpspec
