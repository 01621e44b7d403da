#include "driver/stacks.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/process.hpp>
#include <csignal>
#include <fstream>
#include <sstream>

#include "driver/containment.hpp"

namespace mpspec {
namespace {

namespace bp = boost::process;
using namespace std::chrono_literals;

constexpr std::size_t kProcessesMax = 32;
constexpr auto kToolTime = 5s;
constexpr auto kLastWords = 2s;

/// What a tool that looks at one process prints; its complaint when it does not end in time.
std::string output_of(const std::string& program, const std::vector<std::string>& arguments) {
  bp::ipstream out;
  std::error_code error;
  bp::child child(bp::exe = program, bp::args = arguments, (bp::std_out & bp::std_err) > out,
                  bp::std_in < bp::null, error);
  if (error) return program + ": " + error.message() + "\n";
  std::ostringstream text;
  text << out.rdbuf();  // `timeout` ends what does not end by itself
  child.wait(error);
  return text.str();
}

std::string native_stacks(pid_t pid) {
  const std::string time = std::to_string(std::chrono::seconds(kToolTime).count());
  const std::string limit = bp::search_path("timeout").string();
  const std::string process = std::to_string(pid);
  if (const auto tool = bp::search_path("eu-stack"); !tool.empty())
    return output_of(limit, {"-k", "1", time, tool.string(), "-p", process});
  if (const auto tool = bp::search_path("gdb"); !tool.empty())
    return output_of(limit, {"-k", "1", time, tool.string(), "-nx", "-batch", "-p", process, "-ex",
                             "thread apply all backtrace"});
  return "no native stacks: neither eu-stack (Debian: elfutils) nor gdb is installed\n";
}

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::getline(file, line);
  std::replace(line.begin(), line.end(), '\0', ' ');
  return line;
}

std::string state_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("State:")) return line.substr(line.find_first_not_of(" \t", 6));
  }
  return "gone";
}

std::string portrait(pid_t pid) {
  const std::string folder = fmt::format("/proc/{}/", pid);
  return fmt::format("process {}: {}\n  state {}, sleeps in {}\n{}\n", pid,
                     first_line(folder + "cmdline"), state_of(pid), first_line(folder + "wchan"),
                     native_stacks(pid));
}

/// Children and their children, parents first.
std::vector<pid_t> descendants(pid_t root) {
  std::vector<pid_t> all = children_of(root);
  for (std::size_t i = 0; i < all.size() && all.size() < kProcessesMax; ++i) {
    const auto more = children_of(all[i]);
    all.insert(all.end(), more.begin(), more.end());
  }
  all.resize(std::min(all.size(), kProcessesMax));
  return all;
}

void abort_and_wait(const std::vector<pid_t>& pids) {
  const auto deadline = Clock::now() + kLastWords;
  std::vector<int> open;
  for (const pid_t pid : pids) {
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0) continue;
    ::kill(pid, SIGABRT);
    ::kill(pid, SIGCONT);  // one that was stopped has last words, too
    open.push_back(descriptor);
  }
  for (const int descriptor : open) {
    wait_ready(descriptor, POLLIN, deadline);
    ::close(descriptor);
  }
}

}  // namespace

void leave_stacks(const std::filesystem::path& file, pid_t root) {
  const auto pids = descendants(root);
  std::ofstream out(file, std::ios::binary);
  for (const pid_t pid : pids) out << portrait(pid);
  out.close();
  abort_and_wait(pids);
}

}  // namespace mpspec
