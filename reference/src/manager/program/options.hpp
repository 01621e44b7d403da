#pragma once

#include <optional>
#include <string>
#include <variant>

#include "manager/program/questions.hpp"
#include "mp/address.hpp"
#include "mp/manager_server.hpp"

namespace mp::manager {

struct ProgramOptions {
  Address address;
  ManagerServerOptions server;
  bool print_stats = false;
  /// Be a client of the server there, and no server.
  std::optional<Question> question = std::nullopt;
  /// Take the store away, and be no server.
  bool clean_store = false;
};

/// What is to be printed before the program ends, and how it ends.
struct EarlyExit {
  int status;
  std::string out;
  std::string error;
};

/// Reads the command line, the key's file and the environment. An error is one line.
std::variant<ProgramOptions, EarlyExit> parse_command_line(int argc, const char* const* argv);

}  // namespace mp::manager
