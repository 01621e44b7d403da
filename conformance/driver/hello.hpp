// The first line of every actor.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "driver/line_connection.hpp"

namespace mpspec {

struct Hello {
  int actor = 0;
  pid_t pid = 0;
  std::string backend;
  std::string version;
  std::set<std::string, std::less<>> operations;
  std::set<std::string, std::less<>> features;
  /// When the suite read it; processes are welcomed in the order in which they connected.
  Clock::time_point arrival{};
};

/// A JSON integer that an int, or a stamp, can hold. Throws ProtocolError.
int int_from(const nlohmann::json& number);
Clock::time_point stamp_from(const nlohmann::json& number);

/// Throws ProtocolError or a JSON exception for what is no hello of protocol version 1.
Hello read_hello(const nlohmann::json& line);

}  // namespace mpspec
