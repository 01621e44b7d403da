#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
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
  std::mutex parent_mutex;
  base::UniqueFd parent_sentinel;  ///< opened when it is asked for
  std::atomic<int> processes_made = 0;

  static Current& instance();

  void set_parent(ParentProcess process);
};

/// Starts a thread that sends this process the signal once its parent has ended.
void signal_at_parents_death(int signal);

/// "Process-2:1" for 2, 1.
std::string default_name(const std::vector<int>& numbers);

}  // namespace mp::process
