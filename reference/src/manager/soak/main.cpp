// mp-manager-soak: clients that do what comes to their mind, and are killed in the middle of it, on
// one server. At the end the server must have what it had at the beginning: objects and memory.
#include <fmt/core.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <fstream>
#include <random>
#include <thread>

#include "manager/soak/client.hpp"

namespace mp::manager::soak {
namespace {

using namespace std::chrono_literals;

struct Arguments {
  int clients = 8;
  double seconds = 60;
  int parts = 6;
  double kills_per_second = 10;
  std::uint64_t seed = 1;
  std::size_t growth_kib_max = 1024;
  bool sockets_only = false;
};

/// What the server has of the world.
struct Account {
  std::size_t objects;
  std::size_t resident_kib;
};

std::size_t resident_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

class Soak {
 public:
  Soak(const Arguments& arguments, Manager manager)
      : arguments_(arguments),
        manager_(std::move(manager)),
        shared_(Shared::make(manager_)),
        counters_(make_counters()),
        random_(arguments.seed) {}

  /// Clients and kills for so long; all clients have ended afterwards.
  void run(std::chrono::duration<double> time) {
    const auto end = std::chrono::steady_clock::now() + time;
    counters_->stop = false;
    std::vector<pid_t> clients;
    for (int i = 0; i < arguments_.clients; ++i) clients.push_back(spawn());
    std::exponential_distribution<double> pause(std::max(arguments_.kills_per_second, 1e-3));
    while (true) {
      const std::chrono::duration<double> left = end - std::chrono::steady_clock::now();
      if (left <= 0s) break;
      std::this_thread::sleep_for(std::min(left, std::chrono::duration<double>(pause(random_))));
      if (arguments_.kills_per_second <= 0) continue;
      pid_t& victim = clients[random_() % clients.size()];
      ::kill(victim, SIGKILL);
      reap(victim);
      ++kills_;
      victim = spawn();
    }
    counters_->stop = true;
    for (const pid_t client : clients) reap(client);
  }

  /// After all that the clients left is taken out of the shared objects, and the references of the
  /// killed have gone.
  Account settle() {
    shared_.empty();
    const Deadline deadline = Deadline::after(60s);
    std::size_t objects = 0;
    do {
      objects = manager_.number_of_objects().value_or(0);
    } while (objects != Shared::kObjects && !deadline.passed());
    return {objects, resident_kib(*manager_.pid())};
  }

  std::uint64_t operations() const { return counters_->operations; }
  std::uint64_t kills() const { return kills_; }
  /// Clients that ended badly by themselves.
  std::uint64_t failures() const { return failures_; }

 private:
  static Counters* make_counters() {
    void* memory = ::mmap(nullptr, sizeof(Counters), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MP_ASSERT(memory != MAP_FAILED);
    return new (memory) Counters;
  }

  pid_t spawn() {
    const std::uint64_t seed = random_();
    const pid_t pid = ::fork();
    MP_ASSERT(pid >= 0);
    if (pid > 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const std::string failure = be_client(manager_, shared_, *counters_, seed);
    if (!failure.empty()) fmt::print(stderr, "mp-manager-soak: a client: {}\n", failure);
    ::_exit(failure.empty() ? 0 : 1);
  }

  void reap(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    const bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    const bool is_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!was_killed && !is_well) ++failures_;
  }

  const Arguments arguments_;
  Manager manager_;
  Shared shared_;
  Counters* counters_;
  std::mt19937_64 random_;
  std::uint64_t kills_ = 0;
  std::uint64_t failures_ = 0;
};

std::size_t most_of_first_half(const std::vector<Account>& accounts) {
  std::size_t most = 0;
  for (std::size_t i = 0; i < (accounts.size() + 1) / 2; ++i) {
    most = std::max(most, accounts[i].resident_kib);
  }
  return most;
}

int run(const Arguments& arguments) {
  const auto manager = Manager::start({.server = {.shared_memory = !arguments.sockets_only}});
  if (!manager) {
    fmt::print(stderr, "mp-manager-soak: {}\n", manager.error().message);
    return 2;
  }
  Soak soak(arguments, *manager);
  // What the allocator keeps is known after some parts of the same: a leak shows in the later ones.
  std::vector<Account> accounts;
  bool is_well = true;
  for (int part = 0; part < arguments.parts; ++part) {
    soak.run(std::chrono::duration<double>(arguments.seconds / arguments.parts));
    accounts.push_back(soak.settle());
    const Account& now = accounts.back();
    fmt::print("{} operations of {} clients, {} killed: {} objects, server's memory {} KiB\n",
               soak.operations(), arguments.clients, soak.kills(), now.objects, now.resident_kib);
    std::fflush(stdout);
    is_well = is_well && soak.failures() == 0 && now.objects == Shared::kObjects;
  }
  const std::size_t grown_from = most_of_first_half(accounts);
  const std::size_t end = accounts.back().resident_kib;
  if (!is_well) {
    fmt::print("not as it was: {} clients failed, {} objects expected\n", soak.failures(),
               Shared::kObjects);
  }
  if (end > grown_from + arguments.growth_kib_max) {
    fmt::print("memory grows: {} KiB at most in the first half, {} at the end\n", grown_from, end);
    is_well = false;
  }
  return is_well ? 0 : 1;
}

}  // namespace
}  // namespace mp::manager::soak

int main(int argc, char** argv) {
  CLI::App app("Clients that do random things on a manager and are killed at random moments.");
  mp::manager::soak::Arguments arguments;
  app.set_help_flag("-h,--help", "Print this text and end");
  app.add_option("--clients", arguments.clients, "At a time")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--seconds", arguments.seconds, "How long, all parts together")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  app.add_option("--parts", arguments.parts,
                 "The server is looked at behind each part; memory must not grow from the first "
                 "half of them to the last")
      ->check(CLI::Range(2, 100000))
      ->capture_default_str();
  app.add_option("--kills", arguments.kills_per_second, "Kills a second, on average")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  app.add_option("--seed", arguments.seed, "Of what the clients do")->capture_default_str();
  app.add_option("--growth", arguments.growth_kib_max, "Memory that may have come, in KiB")
      ->capture_default_str();
  app.add_flag("--sockets-only", arguments.sockets_only,
               "Clients share no memory with the server");
  app.footer(
      "Ends with 0 when the server has as many objects as at the beginning, and its memory is "
      "where it was.");
  CLI11_PARSE(app, argc, argv);
  return mp::manager::soak::run(arguments);
}
