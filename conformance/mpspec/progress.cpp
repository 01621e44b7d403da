#include "mpspec/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace mpspec {

using namespace std::chrono_literals;

Progress::Progress(Mode mode, std::size_t total) : mode_(mode), total_(total) {}

void Progress::finished(const CaseResult& result) {
  ++done_;
  if (breaks_conformance(result.verdict)) ++broken_;
  if (mode_ == Mode::verbose) {
    fmt::print(stderr, "{:>{}}/{} {:<12} {:7.2f} s  {}  {}\n", done_,
               fmt::formatted_size("{}", total_), total_, to_string(result.verdict), result.seconds,
               result.backend, result.case_name);
    return;
  }
  tick(result.case_name);
}

void Progress::tick(const std::string& current) {
  const auto now = std::chrono::steady_clock::now();
  const auto pause = mode_ == Mode::live ? 100ms : 10'000ms;
  if (mode_ == Mode::quiet || mode_ == Mode::verbose || now - shown_ < pause) return;
  shown_ = now;
  show(current);
}

std::string Progress::left_text() const {
  const auto spent =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  if (done_ == 0 || spent < 3) return "";
  const double left = spent / static_cast<double>(done_) * static_cast<double>(total_ - done_);
  return left < 5 ? "" : fmt::format(", about {:.0f} s left", left);
}

void Progress::show(const std::string& current) {
  const std::string failures = broken_ == 0 ? "" : fmt::format(", {} not good", broken_);
  std::string line =
      fmt::format("{}/{} cases{}{}: {}", done_, total_, failures, left_text(), current);
  if (mode_ == Mode::live) {
    if (line.size() > 78) line.resize(78);
    fmt::print(stderr, "\r\x1b[K{}", line);
  } else {
    fmt::print(stderr, "{}\n", line);
  }
  std::fflush(stderr);
}

void Progress::end() {
  if (mode_ != Mode::live) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

}  // namespace mpspec
