#include "mpspec/fuzz_command.hpp"

#include <fmt/format.h>

#include <deque>
#include <fstream>
#include <random>

#include "mpspec/backends.hpp"
#include "mpspec/commands.hpp"
#include "mpspec/fuzz_minimise.hpp"

namespace mpspec {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kMinimising = std::chrono::minutes(2);
/// Exchanges that are played again when the last one alone does not show the finding.
constexpr std::size_t kRemembered = 64;

struct Reproducer {
  FuzzTarget target;
  std::uint64_t seed = 0;
  std::uint64_t number = 0;
  FuzzFinding finding;
  FuzzExchange exchange;
  bool is_minimised = false;
};

nlohmann::json to_json(const Reproducer& reproducer) {
  const FuzzTarget& target = reproducer.target;
  return {{"kind", "fuzz"},
          {"address", target.address},
          {"authkey_file", std::filesystem::absolute(target.authkey_file).string()},
          {"server", target.server},
          {"deadline", target.deadline},
          {"seed", reproducer.seed},
          {"exchange", reproducer.number},
          {"found", reproducer.finding.kind},
          {"says", "the server " + reproducer.finding.text},
          {"minimised", reproducer.is_minimised},
          {"steps", to_json(reproducer.exchange)}};
}

void write_reproducer(const std::string& path, const Reproducer& reproducer) {
  std::ofstream file(path, std::ios::trunc);
  // Addresses and messages may be any bytes.
  file << to_json(reproducer).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  file.close();
  if (!file) throw UsageError("cannot write " + path);
}

class FuzzRun {
 public:
  FuzzRun(const FuzzOptions& options, std::uint64_t seed)
      : options_(options), seed_(seed), server_(options.target) {}

  int run() {
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(options_.seconds));
    for (; Clock::now() < until; ++number_) {
      recent_.push_back(make_exchange(seed_, number_));
      if (recent_.size() > kRemembered) recent_.pop_front();
      if (const auto finding = server_.play(recent_.back())) return report(*finding);
      show_progress();
    }
    fmt::print("{} exchanges, seed {}: the server served a well-behaved client after every one\n",
               number_, seed_);
    return kConformant;
  }

 private:
  void show_progress() {
    constexpr auto kInterval = std::chrono::seconds(5);
    if (options_.quiet || Clock::now() < shown_ + kInterval) return;
    shown_ = Clock::now();
    const std::chrono::duration<double> passed = shown_ - began_;
    fmt::print(stderr, "{} exchanges, {:.0f} a second\n", number_ + 1,
               static_cast<double>(number_ + 1) / passed.count());
  }

  int report(const FuzzFinding& finding) {
    fmt::print("finding: after exchange {} of seed {} the server {}\n", number_, seed_,
               finding.text);
    Reproducer reproducer{options_.target, seed_, number_, finding, recent_.back(), false};
    if (const auto smaller = smallest(finding)) {
      reproducer.exchange = smaller->exchange;
      reproducer.finding = smaller->finding;
      reproducer.is_minimised = true;
      fmt::print("{} steps after {} plays\n", smaller->exchange.size(), smaller->plays);
    } else {
      reproducer.exchange = last(kRemembered);
      fmt::print("not made smaller: {}\n",
                 server_.can_restart() ? "new servers do not show it again"
                                       : "the server did not come back; --server would restart it");
    }
    const std::string path =
        options_.out.empty() ? fmt::format("mpspec-fuzz-{}.json", seed_) : options_.out;
    write_reproducer(path, reproducer);
    fmt::print("reproducer: mpspec replay {}\n", path);
    return kNotConformant;
  }

  FuzzExchange last(std::size_t count) const {
    FuzzExchange steps;
    for (std::size_t i = recent_.size() - std::min(count, recent_.size()); i < recent_.size(); ++i)
      steps.insert(steps.end(), recent_[i].begin(), recent_[i].end());
    return steps;
  }

  /// From the last exchange alone, or from so many of those before it that it shows again.
  std::optional<Minimised> smallest(const FuzzFinding& finding) {
    for (std::size_t count = 1; count <= kRemembered; count *= 4) {
      if (auto smaller = minimise(server_, last(count), finding, kMinimising)) return smaller;
      if (count >= recent_.size()) break;
    }
    return std::nullopt;
  }

  const FuzzOptions& options_;
  std::uint64_t seed_;
  std::uint64_t number_ = 0;
  FuzzServer server_;
  std::deque<FuzzExchange> recent_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point shown_ = began_;
};

std::string chosen(const std::string& instead, const std::string& usual) {
  return instead.empty() ? usual : instead;
}

}  // namespace

int fuzz_command(const FuzzOptions& options) {
  return FuzzRun(options, options.seed ? *options.seed : std::random_device()()).run();
}

std::optional<int> replay_fuzz_reproducer(const std::filesystem::path& file,
                                          const FuzzTarget& instead) try {
  std::ifstream in(file);
  const auto json = nlohmann::json::parse(in, nullptr, false);
  if (!json.is_object() || json.value("kind", "") != "fuzz") return std::nullopt;
  FuzzServer server({chosen(instead.address, json.at("address").get<std::string>()),
                     chosen(instead.authkey_file, json.at("authkey_file").get<std::string>()),
                     chosen(instead.server, json.at("server").get<std::string>()),
                     json.at("deadline").get<double>()});
  const auto finding = server.play(fuzz_exchange_from(json.at("steps")));
  if (!finding) {
    fmt::print("the server served a well-behaved client afterwards\n");
    return kConformant;
  }
  fmt::print("finding: the server {}\n", finding->text);
  return kNotConformant;
} catch (const nlohmann::json::exception& error) {
  throw UsageError(fmt::format("{} is no reproducer: {}", file.string(), error.what()));
} catch (const std::invalid_argument& error) {
  throw UsageError(fmt::format("{} is no reproducer: {}", file.string(), error.what()));
}

}  // namespace mpspec
