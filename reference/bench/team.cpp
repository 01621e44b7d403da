#include "team.hpp"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <exception>

namespace mp::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{60};
constexpr std::size_t kPartiesMax = 64;

struct Control {
  std::atomic<std::uint32_t> ready{0};
  std::atomic<std::uint32_t> go{0};
  struct {
    std::int64_t begin = 0;
    std::int64_t end = 0;
  } times[kPartiesMax];
};

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t seen) {
  const timespec slice{.tv_sec = 0, .tv_nsec = 50'000'000};
  ::syscall(SYS_futex, &word, FUTEX_WAIT, seen, &slice, nullptr, 0);
}
void futex_wake(std::atomic<std::uint32_t>& word) {
  ::syscall(SYS_futex, &word, FUTEX_WAKE, 1 << 30, nullptr, nullptr, 0);
}

std::int64_t now_ns() { return Clock::now().time_since_epoch().count(); }

[[noreturn]] void be_party(std::size_t index, const Party& body, Placement placement,
                           Control& control) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (placement == Placement::Same) pin_to(0);
  if (placement == Placement::Split) pin_to(static_cast<int>(index % 2));
  control.ready.fetch_add(1);
  futex_wake(control.ready);
  while (control.go.load() == 0) futex_wait(control.go, 0);
  try {
    control.times[index].begin = now_ns();
    body();
    control.times[index].end = now_ns();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mp-bench: a party failed: %s\n", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

/// Kills and reaps whoever is left.
class Processes {
 public:
  void add(pid_t pid) { pids_.push_back(pid); }
  ~Processes() {
    for (const pid_t pid : pids_) {
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }
  /// Whether all ended well; looks at most until then.
  bool await_all(Clock::time_point deadline) {
    bool all_well = true;
    while (!pids_.empty()) {
      int status = 0;
      const pid_t pid = pids_.back();
      if (::waitpid(pid, &status, WNOHANG) == 0) {
        if (Clock::now() > deadline) throw CannotMeasure("a party does not end");
        const timespec moment{.tv_sec = 0, .tv_nsec = 200'000};
        ::nanosleep(&moment, nullptr);
        continue;
      }
      all_well = all_well && WIFEXITED(status) && WEXITSTATUS(status) == 0;
      pids_.pop_back();
    }
    return all_well;
  }

 private:
  std::vector<pid_t> pids_;
};

}  // namespace

const char* to_text(Placement placement) {
  switch (placement) {
    case Placement::Same:
      return "[same]";
    case Placement::Split:
      return "[split]";
    case Placement::Free:
      return "";
  }
  return "";
}

void pin_to(int which) {
  static const std::vector<int> cpus = [] {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    ::sched_getaffinity(0, sizeof allowed, &allowed);
    std::vector<int> found;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed)) found.push_back(cpu);
    }
    return found;
  }();
  const std::size_t chosen = static_cast<std::size_t>(which) % cpus.size();
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(cpus[chosen]), &one);
  ::sched_setaffinity(0, sizeof one, &one);
}

std::shared_ptr<void> shared_bytes(std::size_t bytes) {
  void* base =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, /*offset=*/0);
  if (base == MAP_FAILED) throw CannotMeasure("no shared memory is left");
  return {base, [bytes](void* memory) { ::munmap(memory, bytes); }};
}

double run_team(const std::vector<Party>& parties, Placement placement) {
  if (parties.size() > kPartiesMax) throw CannotMeasure("too many parties");
  const auto control = shared_object<Control>();
  const Clock::time_point deadline = Clock::now() + kPatience;
  Processes processes;
  std::fflush(stdout);
  for (std::size_t index = 0; index < parties.size(); ++index) {
    const pid_t pid = ::fork();
    if (pid < 0) throw CannotMeasure("fork failed");
    if (pid == 0) be_party(index, parties[index], placement, *control);
    processes.add(pid);
  }
  for (std::uint32_t ready = 0; (ready = control->ready.load()) < parties.size();) {
    if (Clock::now() > deadline) throw CannotMeasure("a party does not begin");
    futex_wait(control->ready, ready);
  }
  control->go.store(1);
  futex_wake(control->go);
  if (!processes.await_all(deadline)) throw CannotMeasure("a party failed");
  std::int64_t begin = control->times[0].begin;
  std::int64_t end = control->times[0].end;
  for (std::size_t index = 1; index < parties.size(); ++index) {
    begin = std::min(begin, control->times[index].begin);
    end = std::max(end, control->times[index].end);
  }
  return static_cast<double>(end - begin);
}

}  // namespace mp::bench
