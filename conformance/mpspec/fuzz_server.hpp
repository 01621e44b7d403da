// The manager server that is fuzzed, and the well-behaved client that must be served whatever a
// hostile one has done.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mpspec/fuzz_exchange.hpp"
#include "wire/pickled.hpp"
#include "wire/raw_connection.hpp"

namespace mpspec {

struct FuzzTarget {
  std::string address;  // as parse_address() takes it
  std::string authkey_file;
  /// A shell command that starts the server; empty: somebody else has started it.
  std::string server;
  double deadline = 5;  // seconds within which a well-behaved client is served
};

/// What is wrong with a server after an exchange.
struct FuzzFinding {
  /// gone, silent, wrong: two findings of one kind are taken for the same.
  std::string kind;
  std::string text;
};

class FuzzServer {
 public:
  /// Starts the server if there is a command, and makes the object that no hostile client knows.
  /// Throws UsageError when nobody listens there or the key is refused.
  explicit FuzzServer(FuzzTarget target);
  ~FuzzServer();
  FuzzServer(const FuzzServer&) = delete;
  FuzzServer& operator=(const FuzzServer&) = delete;

  /// Plays the exchange, then looks whether a well-behaved client is served while the connections
  /// of the exchange are still open.
  std::optional<FuzzFinding> play(const FuzzExchange& exchange);

  /// A server that serves again, after a finding: a new one if there is a command, else the same if
  /// it recovers or somebody restarts it within the deadline. False when it does not.
  bool recover();
  [[nodiscard]] bool can_restart() const { return !target_.server.empty(); }
  [[nodiscard]] const FuzzTarget& target() const { return target_; }

 private:
  class Client;
  class Process;
  using Clock = RawConnection::Clock;

  void start();
  void make_witness();
  void check_witness();
  [[nodiscard]] Clock::time_point deadline() const;

  FuzzTarget target_;
  Value address_;
  std::string authkey_;
  std::unique_ptr<Process> process_;
  std::string witness_;
  int round_ = 0;
};

}  // namespace mpspec
