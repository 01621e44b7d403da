// One actor's connection: JSON objects, one a line, over a Unix stream socket.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace mpspec {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, the clock of the protocol's stamps

class LineConnection {
 public:
  enum class State { open, closed, too_long, not_json };

  /// Takes over the descriptor of a connected stream socket.
  explicit LineConnection(int descriptor);
  ~LineConnection();
  LineConnection(LineConnection&& other) noexcept;
  LineConnection& operator=(LineConnection&&) = delete;

  /// False when the peer is gone; bytes that the peer does not take by the deadline count as gone,
  /// too.
  bool send(const nlohmann::json& line, Clock::time_point deadline);

  /// The next line; nothing at the deadline (state() stays open) or when no further line can come.
  std::optional<nlohmann::json> receive(Clock::time_point deadline);

  [[nodiscard]] State state() const { return state_; }
  /// What was wrong, for state() not_json and too_long.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Ends our direction, as a suite does that wants nothing more.
  void close();

  static constexpr std::size_t kLineBytesMax = 64U << 20;

 private:
  std::optional<nlohmann::json> parse_line();
  bool fill(Clock::time_point deadline);

  int descriptor_;
  State state_ = State::open;
  std::string buffer_;
  std::size_t scanned_ = 0;
  std::string complaint_;
};

/// Waits until the descriptor is ready for `events` (poll's); false at the deadline.
bool wait_ready(int descriptor, short events, Clock::time_point deadline);

}  // namespace mpspec
