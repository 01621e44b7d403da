// Calls that several actors make at the same time, and how they are made fewer when they fail.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "history/checker.hpp"

namespace mpspec {

/// A call that is to be made.
struct PlannedCall {
  std::string method;
  Args args;
};
std::ostream& operator<<(std::ostream& out, const PlannedCall& call);

/// First the prefix, one call after the other; then all actors at once.
struct ParallelProgram {
  std::vector<PlannedCall> prefix;
  std::vector<std::vector<PlannedCall>> actors;
};

/// What came out of running a program once.
struct Attempt {
  History history;
  Judgement judgement;

  [[nodiscard]] bool failed() const { return judgement.answer == Answer::not_linearizable; }
};
using RunProgram = std::function<Attempt(const ParallelProgram&)>;

/// A program that failed, with the last of its failures. Races do not fail every time: how often it
/// did is part of it.
struct Counterexample {
  ParallelProgram program;
  Attempt attempt;
  int failures = 1;
  int runs = 1;
};

struct ShrinkLimits {
  /// How often a smaller program is run: one that fails now and then would be lost otherwise.
  int repeats = 10;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// Smaller programs, the ones to try first in front: without an actor, without some calls, without
/// one call, with simpler values.
std::vector<ParallelProgram> smaller_programs(const ParallelProgram& program);

/// Goes on to a smaller program that fails as long as there is one; a program that did not fail in
/// any of its runs, or of which nothing is known, is not gone on to.
Counterexample shrink(Counterexample failed, const RunProgram& run, const ShrinkLimits& limits);

/// The program, how often it failed (`7 of 10`), and why the last failure is one.
std::string explanation(const Counterexample& counterexample);

/// Whether calls of different actors overlapped; without that, nothing was tried.
bool has_overlap(const Calls& calls);

}  // namespace mpspec
