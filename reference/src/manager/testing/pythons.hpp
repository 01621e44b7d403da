#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace mp::manager::testing {

/// The CPython programs that an interoperation test is repeated with: those of the variable
/// MP_PYTHONS, separated by colons, or python3, all found on PATH. 3.8 or later.
inline std::vector<std::string> pythons() {
  const char* given = std::getenv("MP_PYTHONS");
  std::istringstream names(given == nullptr ? "python3" : given);
  std::vector<std::string> made;
  for (std::string name; std::getline(names, name, ':');) {
    if (!name.empty()) made.push_back(name);
  }
  return made;
}

/// Runs `body(python)` for each, at least once.
template <class Body>
void with_each_python(Body&& body) {
  const std::vector<std::string> all = pythons();
  ASSERT_FALSE(all.empty()) << "MP_PYTHONS names no program";
  for (const std::string& python : all) {
    SCOPED_TRACE(python);
    body(python);
  }
}

}  // namespace mp::manager::testing
