#pragma once

#include "process/state.hpp"

namespace mp::process {

/// What a child has to know, copied before the fork or packed for a spawned one.
struct Birth {
  Process::Target target;
  std::string name;
  bool daemon = false;
  int parent_death_signal = 0;
  std::vector<int> numbers;
  const State* self = nullptr;  ///< the parent's object, in a forked child
  ParentProcess parent;
};

/// Empties the buffers of the standard streams, so that a fork does not write them twice.
void flush_standard_streams();

/// The whole life of a child: runs the target, finishes its children, leaves with the exit
/// code.
[[noreturn]] void run_child(Birth birth);

}  // namespace mp::process
