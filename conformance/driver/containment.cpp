#include "driver/containment.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <fstream>
#include <sstream>

namespace mpspec {
namespace {

constexpr const char* kSharedMemoryFolder = "/dev/shm";
constexpr const char* kMountName = "mpspec";

std::set<std::string> entries_of(const char* folder) {
  std::set<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    names.insert(entry.path().filename());
  }
  return names;
}

/// A mount namespace with a tmpfs of its own at /dev/shm; false where the machine forbids it.
bool enter_private_shared_memory() {
  if (::unshare(CLONE_NEWNS) != 0) return false;
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount(kMountName, kSharedMemoryFolder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") == 0;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Parent and state of a process, or parent 0 when it is gone.
std::pair<pid_t, char> parent_and_state(pid_t pid) {
  const std::string stat = read_text(fmt::format("/proc/{}/stat", pid));
  const std::size_t after_name = stat.rfind(')');
  if (after_name == std::string::npos) return {0, '?'};
  std::istringstream rest(stat.substr(after_name + 1));
  char state = '?';
  pid_t parent = 0;
  rest >> state >> parent;
  return {parent, state};
}

std::string command_line(pid_t pid) {
  std::string text = read_text(fmt::format("/proc/{}/cmdline", pid));
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text.empty() ? "?" : text.substr(0, 120);
}

/// Reaps what has ended; true when no child is left at all.
bool reap() {
  for (;;) {
    const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
    if (pid < 0 && errno == ECHILD) return true;
    if (pid <= 0) return false;
  }
}

/// Waits until one of the children ends or the time has come.
void wait_for_any(const std::vector<pid_t>& pids, Clock::time_point deadline) {
  std::vector<pollfd> entries;
  for (const pid_t pid : pids) {
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor >= 0) entries.push_back({descriptor, POLLIN, 0});
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  if (left > 0 && !entries.empty()) ::poll(entries.data(), entries.size(), static_cast<int>(left));
  for (const pollfd& entry : entries) ::close(entry.fd);
}

}  // namespace

void become_subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

std::vector<pid_t> children_of(pid_t wanted) {
  std::vector<pid_t> children;
  for (const std::string& name : entries_of("/proc")) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    const auto [parent, state] = parent_and_state(pid);
    if (parent == wanted && state != 'Z') children.push_back(pid);
  }
  return children;
}

bool limit_shared_memory(std::size_t bytes) {
  // Nobody else's: only a case's own is mounted from this name.
  const std::string mounts = read_text("/proc/self/mounts");
  if (mounts.find(fmt::format("{} {} ", kMountName, kSharedMemoryFolder)) == std::string::npos)
    return false;
  return ::mount(kMountName, kSharedMemoryFolder, nullptr, MS_REMOUNT | MS_NOSUID | MS_NODEV,
                 fmt::format("size={}", bytes).c_str()) == 0;
}

void kill_descendants() {
  while (!reap()) {
    const auto children = children_of(::getpid());
    for (const pid_t pid : children) ::kill(pid, SIGKILL);
    wait_for_any(children, Clock::now() + std::chrono::seconds(1));
  }
}

bool Containment::private_shared_memory_possible() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(enter_private_shared_memory() ? 0 : 1);
  int status = 1;
  return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

Containment::Containment(std::filesystem::path folder) : folder_(std::move(folder)) {
  become_subreaper();
  enter_private_shared_memory();
  shared_memory_before_ = entries_of(kSharedMemoryFolder);
}

Leftovers Containment::collect(Clock::time_point grace) {
  Leftovers left;
  while (!reap() && Clock::now() < grace) wait_for_any(children_of(::getpid()), grace);
  for (const pid_t pid : children_of(::getpid())) {
    left.push_back(fmt::format("process {} ({})", pid, command_line(pid)));
  }
  kill_descendants();
  for (const std::string& name : entries_of(kSharedMemoryFolder)) {
    if (shared_memory_before_.contains(name)) continue;
    left.push_back("shared memory " + name);
    ::unlink((std::filesystem::path(kSharedMemoryFolder) / name).c_str());
  }
  std::error_code ignored;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder_ / "tmp", ignored)) {
    const char* kind = entry.is_socket(ignored)      ? "socket"
                       : entry.is_directory(ignored) ? "folder"
                                                     : "file";
    left.push_back(fmt::format("{} {}", kind,
                               std::filesystem::relative(entry.path(), folder_ / "tmp").string()));
  }
  return left;
}

}  // namespace mpspec
