#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "sweep/world.hpp"

namespace mp::sweep {

/// Where to kill.
enum class Points {
  Every,    ///< at every instruction, and inside every system call
  Sampled,  ///< wherever shared memory has just changed, around and inside every system call, and
            ///< at some instructions between
};

struct Limits {
  Points points = Points::Every;
  long spread_max = 32;   ///< of a sampled sweep: how many instructions between
  long failures_max = 5;  ///< a sweep that found so many points at fault finds no more
  /// How long the survivors of a point have for everything they do: more than the longest chain of
  /// waits in a world.
  std::chrono::seconds deadline{20};
};

/// What became of an operation that was killed at each of its points.
struct Report {
  std::string name;
  long instructions = 0;  ///< of the operation when nothing disturbs it
  long points = 0;        ///< how many victims were killed
  long missed = 0;        ///< how many of them had ended before: time had changed their course
  long stuck = 0;         ///< after how many of them somebody waited for ever
  long broken = 0;        ///< after how many of them an invariant did not hold
  std::chrono::duration<double> elapsed{};
  std::vector<std::string> findings{};  ///< a line for each point at fault

  bool is_clean() const { return points > 0 && stuck == 0 && broken == 0; }
};

/// Kills a fresh victim at every point of the operation, and looks at what the survivors find.
Report sweep(const Operation& operation, const Limits& limits);

}  // namespace mp::sweep
