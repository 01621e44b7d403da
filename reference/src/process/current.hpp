#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "mp/process.hpp"

namespace mp::process {

/// What this process knows of itself. Changed only where a child begins its life, before it has
/// other threads.
struct Current {
  std::string name = "MainProcess";
  bool daemon = false;
  std::vector<int> numbers;
  const State* self = nullptr;  ///< this process as its parent's object; null in the main process
  std::optional<ParentProcess> parent;
  std::atomic<int> processes_made = 0;

  static Current& instance();
};

/// "Process-2:1" for 2, 1.
std::string default_name(const std::vector<int>& numbers);

}  // namespace mp::process
