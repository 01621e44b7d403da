// The live line: cases done of all, failures so far, the case at work, time left.
#pragma once

#include <chrono>
#include <string>

#include "report/results.hpp"

namespace mpspec {

class Progress {
 public:
  enum class Mode { live, lines, quiet, verbose };

  /// `live` rewrites one line of a terminal; `lines` prints a line now and then; `verbose` prints a
  /// line for each case that ended, with its verdict; all on standard error.
  Progress(Mode mode, std::size_t total);

  void finished(const CaseResult& result);
  void tick(const std::string& current);
  /// Clears the live line.
  void end();

 private:
  [[nodiscard]] std::string left_text() const;
  void show(const std::string& current);

  Mode mode_;
  std::size_t total_;
  std::size_t done_ = 0;
  std::size_t broken_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_ = began_;
};

}  // namespace mpspec
