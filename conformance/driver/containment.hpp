// Keeps what a case starts inside the case, and finds what it left behind.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "driver/line_connection.hpp"

namespace mpspec {

/// What a case left behind after its adapter had ended: one line each.
using Leftovers = std::vector<std::string>;

class Containment {
 public:
  /// Makes the calling process the reaper of everything it starts, and gives it a /dev/shm of its
  /// own where the machine allows that. `folder` is the case's folder.
  explicit Containment(std::filesystem::path folder);

  /// Waits until `grace` for every descendant to end by itself, notes and kills the others, then
  /// looks for shared memory and files. Call it once the adapter's program has been waited for.
  Leftovers collect(Clock::time_point grace);

  /// Whether this machine lets a process have a /dev/shm of its own. Without that, cases that run
  /// side by side would see each other's entries.
  static bool private_shared_memory_possible();

 private:
  std::filesystem::path folder_;
  std::set<std::string> shared_memory_before_;
};

/// Gives the case's own /dev/shm no more room than this; false where it has none of its own.
bool limit_shared_memory(std::size_t bytes);

/// SIGKILL for every descendant of the calling process, which must be a subreaper; waits until none
/// is left.
void kill_descendants();

/// A process's children that have not ended, from /proc.
std::vector<pid_t> children_of(pid_t parent);

/// Makes the calling process adopt its descendants' orphans.
void become_subreaper();

}  // namespace mpspec
