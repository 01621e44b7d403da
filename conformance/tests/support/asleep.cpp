#include "tests/support/asleep.hpp"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "driver/case_context.hpp"

namespace mpspec {
namespace {

/// How often each thread had been put to sleep or been interrupted, by process and thread.
using Switches = std::map<std::pair<pid_t, std::string>, std::string>;

/// The counters of a thread that sleeps; nothing when it runs, or is gone.
std::optional<std::string> switches_while_asleep(const std::filesystem::path& task) {
  std::ifstream status(task / "status");
  std::string line, switches;
  bool asleep = false;
  while (std::getline(status, line)) {
    if (line.starts_with("State:")) asleep = line.find('S', 6) != std::string::npos;
    if (line.find("ctxt_switches:") != std::string::npos) switches += line;
  }
  if (!asleep || switches.empty()) return std::nullopt;
  return switches;
}

/// All threads, or nothing when one of them does not sleep.
std::optional<Switches> all_asleep(const std::vector<pid_t>& processes) {
  Switches all;
  for (const pid_t pid : processes) {
    std::error_code error;
    std::filesystem::directory_iterator tasks(fmt::format("/proc/{}/task", pid), error);
    if (error) return std::nullopt;
    for (const auto& task : tasks) {
      const auto switches = switches_while_asleep(task.path());
      if (!switches) return std::nullopt;
      all[{pid, task.path().filename()}] = *switches;
    }
  }
  return all;
}

constexpr auto kPace = std::chrono::milliseconds(1);

}  // namespace

void wait_until_asleep(const std::vector<pid_t>& processes) {
  Adapter& adapter = *CaseContext::current().adapter();
  const auto deadline = adapter.deadline();
  std::optional<Switches> before;
  while (Clock::now() < deadline) {
    // A thread that was asleep both times and was not switched to in between slept all the while,
    // so between two equal readings all of them were asleep at once.
    const auto now = all_asleep(processes);
    if (now && now == before) return;
    before = now;
    std::this_thread::sleep_for(kPace);
  }
  adapter.stop(Verdict::inconclusive, "the backend's processes never slept all at once");
}

void wait_until_blocked(const Actor& actor, const Pending& operation,
                        const std::vector<pid_t>& others) {
  std::vector<pid_t> processes = others;
  processes.push_back(actor.pid());
  wait_until_asleep(processes);
  if (!operation.ready()) return;
  CaseContext::current().adapter()->stop(
      Verdict::inconclusive,
      "the operation does not wait, but comes to " + to_text(operation.wait()));
}

}  // namespace mpspec
