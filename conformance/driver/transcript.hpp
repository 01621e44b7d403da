// What a case asked and was answered, as a person reads it.
#pragma once

#include <deque>
#include <filesystem>
#include <string>

#include "driver/line_connection.hpp"

namespace mpspec {

/// The newest lines in memory, and every line in a file from the moment it is said: what a case
/// that has to be killed said last is known, too.
class Transcript {
 public:
  /// The file's lines begin with the seconds since this moment.
  explicit Transcript(const std::filesystem::path& file);
  ~Transcript();
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  void note(std::string line);
  /// At most the last 2000, of each at most the first 2000 bytes.
  [[nodiscard]] const std::deque<std::string>& lines() const { return lines_; }

 private:
  Clock::time_point began_ = Clock::now();
  std::deque<std::string> lines_;
  int file_;
};

}  // namespace mpspec
