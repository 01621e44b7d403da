// mp-soak: processes that do what comes to their mind to shared objects, and are killed in the
// middle of it. At the end nothing may be stuck, torn or left.
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <random>
#include <thread>

#include "mp/introspection.hpp"
#include "mp/spawn.hpp"
#include "soak/world.hpp"

namespace mp::soak {
namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

struct Arguments {
  int processes = 8;
  double seconds = 60;
  int parts = 6;
  double kills_per_second = 20;
  std::uint64_t seed = 1;
  double patience = 60;
};

const SpawnFunction kWork("work", work);

/// What the program has of the world.
struct Account {
  std::size_t descriptors = 0;
  std::size_t objects = 0;
  std::uint64_t kibibytes = 0;
};

Account account_of(const World& world) {
  Account account;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++account.descriptors;
  }
  const auto objects = introspection::inspect(world);
  for (const auto& object : *objects) {
    ++account.objects;
    account.kibibytes += object.memory / 1024;
  }
  return account;
}

class Soak {
 public:
  Soak(const Arguments& arguments, World world)
      : arguments_(arguments), world_(std::move(world)), random_(arguments.seed) {
    for (int place = 0; place < arguments_.processes; ++place) workers_.push_back(start(place));
  }

  /// Kills for so long; whoever is killed has a successor.
  void run(Seconds time) {
    const auto end = Clock::now() + time;
    const Seconds pause(1 / arguments_.kills_per_second);
    while (Clock::now() < end && !is_stuck_) {
      std::this_thread::sleep_for(pause);
      const int place = static_cast<int>(random_() % workers_.size());
      Seat& seat = workers_[static_cast<std::size_t>(place)];
      if (!seat.process.kill() || !seat.process.join(patience()).value_or(false)) {
        return stuck("a killed process does not end");
      }
      ++killed_;
      seat = start(place);
      check_hearts();
    }
  }

  /// Whether all ended by themselves.
  bool finish() {
    world_.stop.set();
    for (Seat& seat : workers_) {
      if (seat.process.join(patience()).value_or(false)) continue;
      stuck("a process does not end");
      static_cast<void>(seat.process.kill());
      static_cast<void>(seat.process.join());
    }
    workers_.clear();
    return !is_stuck_;
  }

  long killed() const { return killed_; }
  const World& world() const { return world_; }

  /// What is wrong with the world that nobody uses any more; empty when nothing is.
  std::vector<std::string> inspect() {
    std::vector<std::string> wrong;
    const auto require = [&](bool holds, const char* what) {
      if (!holds) wrong.emplace_back(what);
    };
    require(world_.counted(Count::Broken) == 0, "an invariant did not hold");
    require(is_right(world_.lock, world_.under_lock), "the lock, or what it guards");
    require(is_right(world_.rlock, world_.under_rlock), "the RLock, or what it guards");
    const auto recovered = world_.semaphore.recover();
    require(recovered && world_.semaphore.get_value() == kPermits, "permits are missing");
    const auto acquired = world_.condition.acquire(kPoll);
    require(acquired || acquired.error().code == ErrorCode::OwnerDied, "the condition's lock");
    long left = 0;
    for (; const auto message = world_.queue.get(kPoll); ++left) {
      require(is_whole(*message), "a message is torn");
    }
    // One killed between the operation and its count makes one of difference.
    const long missing = world_.counted(Count::Puts) - world_.counted(Count::Gets) - left;
    require(std::abs(missing) <= killed_, "messages are lost or come twice");
    return wrong;
  }

 private:
  struct Seat {
    Process process;
    long heartbeat;
    Clock::time_point seen;
  };

  Timeout patience() const {
    return std::chrono::duration_cast<Timeout>(Seconds(arguments_.patience));
  }

  /// Every fourth is spawned, and has the objects by their handles.
  Seat start(int place) {
    const std::uint64_t seed = random_();
    const ProcessOptions options{.parent_death_signal = SIGKILL};
    Process process = seed % 4 == 0 ? Process(kWork.call(world_, place, seed), options)
                                    : Process([=, this] { work(world_, place, seed); }, options);
    if (const auto started = process.start(); !started) stuck(started.error().message.c_str());
    return {process, heartbeat(place), Clock::now()};
  }

  long heartbeat(int place) const { return *world_.heartbeats.get(place); }

  void check_hearts() {
    for (std::size_t n = 0; n < workers_.size(); ++n) {
      Seat& seat = workers_[n];
      if (const long now = heartbeat(static_cast<int>(n)); now != seat.heartbeat) {
        seat.heartbeat = now;
        seat.seen = Clock::now();
      } else if (Clock::now() - seat.seen > Seconds(arguments_.patience)) {
        stuck("a process has stood still");
      }
    }
  }

  template <class L>
  static bool is_right(const L& lock, const Pair& pair) {
    const auto acquired = lock.acquire(kPoll);
    const bool owner_died = !acquired && acquired.error().code == ErrorCode::OwnerDied;
    return (acquired || owner_died) && check_pair(pair, owner_died);
  }

  void stuck(const char* what) {
    is_stuck_ = true;
    fmt::print(stderr, "stuck: {}; `mp-ipc ls` shows who holds what\n", what);
  }

  const Arguments arguments_;
  World world_;
  std::mt19937_64 random_;
  std::vector<Seat> workers_;
  long killed_ = 0;
  bool is_stuck_ = false;
};

int run(const Arguments& arguments) {
  auto world = World::create();
  if (!world) {
    fmt::print(stderr, "mp-soak: {}\n", world.error().message);
    return 2;
  }
  const Account before = account_of(*world);
  Soak soak(arguments, *std::move(world));
  const auto tell = [&](const Account& account) {
    fmt::print(
        "{} operations of {} processes, {} killed, {} owners' deaths told: {} objects, {} KiB\n",
        soak.world().counted(Count::Operations), arguments.processes, soak.killed(),
        soak.world().counted(Count::OwnersDied), account.objects, account.kibibytes);
    std::fflush(stdout);
  };
  std::uint64_t first_part_kibibytes = 0;
  for (int part = 0; part < arguments.parts; ++part) {
    soak.run(Seconds(arguments.seconds / arguments.parts));
    const Account now = account_of(soak.world());
    if (part == 0) first_part_kibibytes = now.kibibytes;
    tell(now);
  }
  bool is_clean = soak.finish();
  for (const std::string& what : soak.inspect()) {
    fmt::print(stderr, "wrong: {}\n", what);
    is_clean = false;
  }
  const Account after = account_of(soak.world());
  if (after.descriptors != before.descriptors || after.objects != before.objects) {
    fmt::print(stderr, "left: {} descriptors instead of {}\n", after.descriptors,
               before.descriptors);
    is_clean = false;
  }
  // The queue's ring has its full size soon; nothing else grows.
  if (after.kibibytes > 2 * first_part_kibibytes + 4096) {
    fmt::print(stderr, "left: {} KiB instead of {}\n", after.kibibytes, first_part_kibibytes);
    is_clean = false;
  }
  if (::waitpid(-1, nullptr, WNOHANG) >= 0) {
    fmt::print(stderr, "left: a child\n");
    is_clean = false;
  }
  fmt::print("{}\n", is_clean ? "nothing stuck, nothing torn, nothing left" : "NOT CLEAN");
  return is_clean ? 0 : 1;
}

}  // namespace
}  // namespace mp::soak

int main(int argc, char** argv) {
  mp::spawn_main(argc, argv);
  CLI::App app{
      "Lets processes do random things to locks, queues and numbers that they share, and kills "
      "them "
      "at random moments. Ends with 0 when nothing is stuck, torn or left.",
      "mp-soak"};
  mp::soak::Arguments arguments;
  app.add_option("--seconds", arguments.seconds, "How long")->capture_default_str();
  app.add_option("--processes", arguments.processes, "How many at a time")
      ->check(CLI::Range(1, static_cast<int>(mp::soak::kWorkersMax)))
      ->capture_default_str();
  app.add_option("--parts", arguments.parts, "Lines of figures")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--kills", arguments.kills_per_second, "Kills a second")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seed", arguments.seed, "Of all that is random")->capture_default_str();
  app.add_option("--patience", arguments.patience,
                 "Seconds after which a process that does nothing is stuck")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return mp::soak::run(arguments);
}
