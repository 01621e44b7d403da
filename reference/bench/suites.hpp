#pragma once

#include <vector>

#include "measure.hpp"

namespace mp::bench {

/// A table of its own. One function a group of rows, in a file of its own.
struct Suite {
  const char* name;
  const char* description;
  std::vector<Case> (*cases)();
};

/// Everything in shared memory.
std::vector<Case> local_cases();
/// A server's process, and its clients.
std::vector<Case> manager_cases();

/// Managers that share an engine.
std::vector<Case> store_cases();

std::vector<Case> lock_cases();
std::vector<Case> array_cases();
std::vector<Case> handoff_cases();
std::vector<Case> queue_cases();
std::vector<Case> channel_cases();
std::vector<Case> idle_cases();

/// All suites in the order in which they are measured. A new suite is a line in suites.cpp.
const std::vector<Suite>& suites();

}  // namespace mp::bench
