// Which backends the suite knows by name, and how a --backend argument becomes a command.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace mpspec {

/// The user asked for something that does not exist or cannot be: exit status 2.
class UsageError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Where the suite finds its own files.
struct Places {
  std::filesystem::path source;  // the checkout: spec/, conformance/
  std::filesystem::path build;   // the build tree: reference/adapter/...
};

struct Backend {
  std::string name;
  std::vector<std::string> command;
  std::string about;
  /// The areas it is judged on; empty for all.
  std::vector<std::string> areas = {};
  /// The project keeps its status in spec/index.md, and tests hold it to that.
  bool answered_for = false;
  /// What may follow its name and a colon: start methods.
  std::vector<std::string> variants = {};

  [[nodiscard]] std::string command_line() const;
};

/// The named backends of conformance/adapters/backends.json.
std::vector<Backend> known_backends(const Places& places);

/// NAME, NAME:VARIANT, either with =INTERPRETER, or a command line, split as a shell splits words.
/// Throws UsageError.
Backend resolve_backend(const std::string& argument, const Places& places);

}  // namespace mpspec
