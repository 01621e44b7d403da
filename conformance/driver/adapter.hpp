// One running adapter: its process, the socket its actors connect to, and the actors.
#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/actor.hpp"
#include "driver/line_connection.hpp"
#include "driver/server_address.hpp"
#include "driver/transcript.hpp"
#include "driver/verdict.hpp"

namespace boost::process {
class child;
}

namespace mpspec {

struct DriverSettings {
  /// The adapter's; empty when a server is judged by its address.
  std::vector<std::string> command;
  /// This case's own folder; must exist. Holds the socket, the captured output and the backend's
  /// TMPDIR.
  std::filesystem::path folder;
  /// How long one operation may take before it counts as hanging.
  std::chrono::nanoseconds deadline{};
  /// What is judged instead of an adapter's backend.
  std::optional<ServerAddress> server{};
  /// Whether a hang is to be looked into while the processes are there (stacks.txt in the folder).
  bool look_into_hangs = false;
  /// A program of calls that failed before (program.json): it is run in place of drawn ones.
  std::filesystem::path replay{};
};

/// The command cannot be started at all: the user's mistake, not a verdict.
class AdapterStartError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Starting a program takes longer than an operation.
inline constexpr int kStartPatience = 3;

class Adapter {
 public:
  /// Starts the command and waits for actor 0's hello. Throws AdapterStartError or CaseStop.
  explicit Adapter(DriverSettings settings);
  /// Starts nothing: actor 0 is at the other end of that connection and has said that hello.
  Adapter(DriverSettings settings, LineConnection actor, Hello hello);
  ~Adapter();
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  [[nodiscard]] Actor& main() { return *actors_.at(0); }
  /// Waits for the hello of a started actor.
  Actor& accept(int number);
  /// Closes every connection and waits for the adapter's program to end.
  void finish();
  /// Closes every connection and kills the program if finish() did not see it end.
  void shut_down();

  /// Notes the verdict and ends the case with it. Once stopped, every further operation stops at
  /// once, so that a shrinking property does not go on with a broken backend.
  [[noreturn]] void stop(Verdict verdict, const std::string& message);
  [[nodiscard]] const std::optional<CaseStop>& stopped() const { return stopped_; }

  [[nodiscard]] const DriverSettings& settings() const { return settings_; }
  [[nodiscard]] Clock::time_point deadline(int patience = 1) const {
    return Clock::now() + settings_.deadline * patience;
  }
  [[nodiscard]] std::string fresh_name(const std::string& type);
  [[nodiscard]] int fresh_actor_number() { return next_actor_++; }

  /// What was asked and answered so far, one line each, the newest last.
  /// An operation was answered after that time; what comes near the deadline is told.
  void answered_after(std::chrono::nanoseconds time, const std::string& text);
  /// Empty, or which operation took more than half of its deadline.
  [[nodiscard]] std::string near_deadline() const;

  void note(std::string line) { transcript_.note(std::move(line)); }
  [[nodiscard]] const std::deque<std::string>& transcript() const { return transcript_.lines(); }
  /// The end of what the backend wrote to its standard output and error.
  [[nodiscard]] std::string output_tail() const;

 private:
  void listen();
  void start();
  /// Accepts one connection and reads its hello; keeps the actor.
  void welcome(Clock::time_point deadline, int expected);
  [[nodiscard]] std::string exit_text();

  DriverSettings settings_;
  std::string socket_path_;
  int listener_ = -1;
  std::unique_ptr<boost::process::child> process_;
  int process_descriptor_ = -1;
  std::map<int, std::unique_ptr<Actor>> actors_;
  std::map<std::string, int> names_;
  int next_actor_ = 1;
  Transcript transcript_;
  std::chrono::nanoseconds slowest_{};
  std::string slowest_text_;
  std::optional<CaseStop> stopped_;
};

}  // namespace mpspec
