#include "clients.hpp"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace mp::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Start {
  std::atomic<int> ready{0};
  struct {
    std::int64_t begin = 0;
    std::int64_t end = 0;
  } times[64];
};

std::int64_t now_ns() { return Clock::now().time_since_epoch().count(); }

/// A line of /proc/PID/smaps_rollup in bytes; all that begin with `name` together.
std::int64_t memory_line(int pid, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  std::int64_t bytes = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) bytes += 1024 * std::stoll(line.substr(line.find(':') + 1));
  }
  if (bytes == 0) throw CannotMeasure("the server's memory cannot be read");
  return bytes;
}

}  // namespace

double run_clients(int count, Placement placement, std::int64_t operations,
                   const Connect& connect) {
  constexpr int kWarmUp = 20;
  const auto start = shared_object<Start>();
  std::vector<Party> parties;
  for (int client = 0; client < count; ++client) {
    parties.push_back([&, client] {
      const Operation operation = connect();
      for (int i = 0; i < kWarmUp; ++i) operation();
      ++start->ready;
      while (start->ready < count) ::sched_yield();
      auto& times = start->times[client];
      times.begin = now_ns();
      for (std::int64_t i = 0; i < operations; ++i) operation();
      times.end = now_ns();
    });
  }
  run_team(parties, placement);
  std::int64_t begin = start->times[0].begin, end = start->times[0].end;
  for (int client = 1; client < count; ++client) {
    begin = std::min(begin, start->times[client].begin);
    end = std::max(end, start->times[client].end);
  }
  return static_cast<double>(end - begin) / static_cast<double>(count * operations);
}

ServerProcess::ServerProcess(Placement placement, const std::function<void()>& body)
    : pid_(::fork()) {
  if (pid_ < 0) throw CannotMeasure("fork failed");
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (placement == Placement::Same) pin_to(0);
  if (placement == Placement::Split) pin_to(1);
  try {
    body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mp-bench: a server failed: %s\n", error.what());
  }
  ::_exit(1);
}

ServerProcess::~ServerProcess() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::int64_t ServerProcess::private_bytes() const { return memory_line(pid_, "Private_"); }
std::int64_t ServerProcess::resident_bytes() const { return memory_line(pid_, "Rss"); }

std::string socket_path(const std::string& name) {
  struct Folder {
    std::string path;
    int owner = ::getpid();
    Folder() {
      char made[] = "/tmp/mp-bench-XXXXXX";
      if (::mkdtemp(made) == nullptr) throw CannotMeasure("no temporary folder");
      path = made;
    }
    ~Folder() {
      std::error_code ignored;
      if (::getpid() == owner) std::filesystem::remove_all(path, ignored);
    }
  };
  static const Folder folder;
  static int number = 0;
  return folder.path + "/" + name + std::to_string(++number);
}

void await_listener(const std::string& path) {
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(20);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  while (Clock::now() < deadline) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const int done = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::close(fd);
    if (done == 0) return;
    ::usleep(2000);
  }
  throw CannotMeasure("a server does not listen");
}

}  // namespace mp::bench
