// The cases compiled into this program, with the clauses they judge.
#pragma once

#include <string>
#include <vector>

#include "trace/specification.hpp"

namespace mpspec {

struct Case {
  std::string suite;  // QueueConformance
  std::string name;   // QUEUE_014_GetOnEmptyFails
  std::string clause;
  std::string file;
  int line = 0;

  [[nodiscard]] std::string area() const { return clause.substr(0, clause.rfind('-')); }
};

/// In order of area and number.
std::vector<Case> all_cases();

/// What to run; empty lists select everything.
struct Selection {
  std::vector<std::string> filters;  // clause ids, case names, or patterns with * and ?
  std::vector<std::string> areas;
  std::vector<std::string> strengths;
};

/// The selected cases, those of the adapter chapter first: they blame the adapter rather than the
/// backend. Throws UsageError when a filter, an area or a strength matches nothing.
std::vector<Case> select(const Selection& selection, const Specification& specification);

}  // namespace mpspec
