// How much a search may take before its answer is "unknown".
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stop_token>

namespace mpspec {

/// Sharing: by nobody; copies of the token may be asked to stop from any thread.
struct Budget {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// What the search may remember, in bytes; states of the models are estimated from their text.
  std::size_t memory = std::size_t{1} << 30;
  std::uint64_t steps = std::numeric_limits<std::uint64_t>::max();
  std::stop_token stop{};

  static Budget of(std::chrono::steady_clock::duration time) {
    Budget budget;
    budget.deadline = std::chrono::steady_clock::now() + time;
    return budget;
  }
};

/// Counts what was used. Asked before every step of a model, so that only one step can be too late.
class Meter {
 public:
  explicit Meter(Budget budget) : budget_(std::move(budget)) {}

  /// Why to give up; nullptr as long as there is no reason to.
  const char* step() {
    if (exhausted_ != nullptr) return exhausted_;
    ++steps_;
    if (budget_.stop.stop_requested()) return exhausted_ = "it was stopped";
    if (steps_ > budget_.steps) return exhausted_ = "it took too many steps";
    if (bytes_ > budget_.memory) return exhausted_ = "it took too much memory";
    // Reading the clock costs as much as a cheap step.
    constexpr std::uint64_t kClockEvery = 32;
    if (steps_ % kClockEvery == 1 && std::chrono::steady_clock::now() > budget_.deadline)
      return exhausted_ = "it took too long";
    return nullptr;
  }
  void take(std::size_t bytes) { bytes_ += bytes; }
  void give_back(std::size_t bytes) { bytes_ -= bytes; }

  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] const Budget& budget() const { return budget_; }

 private:
  Budget budget_;
  std::uint64_t steps_ = 0;
  std::size_t bytes_ = 0;
  const char* exhausted_ = nullptr;
};

}  // namespace mpspec
