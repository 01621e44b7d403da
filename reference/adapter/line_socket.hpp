// The actor's connection to the suite: JSON objects, one a line.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace adapter {

class LineSocket {
 public:
  /// Connects to the suite's socket; ends the program with a message when that fails.
  explicit LineSocket(const std::string& path);
  ~LineSocket();
  LineSocket(const LineSocket&) = delete;
  LineSocket& operator=(const LineSocket&) = delete;

  /// The next line, or nothing when the suite has closed the connection. One thread only.
  std::optional<nlohmann::json> read();
  /// Whole lines, whichever threads write.
  void write(const nlohmann::json& line);
  /// Ends the connection for good, in both directions.
  void end();
  /// Forgets the descriptor without ending the connection: for the copy that a forked child has.
  void abandon();

 private:
  int descriptor_;
  std::string buffer_;
  std::mutex writing_;
};

}  // namespace adapter
