// What the adapter's command line says; main() sets it before anything else runs.
#pragma once

#include <string>
#include <vector>

namespace adapter {

struct Settings {
  std::string name = "reference";            // of the backend, in the hello
  std::vector<std::string> manager_program;  // the servers of managers; empty for the library's own
};

inline Settings& settings() {
  static Settings the_settings;
  return the_settings;
}

}  // namespace adapter
