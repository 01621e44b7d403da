// Properties of one object that several processes use at the same time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "driver/actor.hpp"
#include "history/parallel.hpp"
#include "tests/support/conformance.hpp"

namespace mpspec {

/// An operation and how its arguments are made.
struct Callable {
  std::string method;
  rc::Gen<Args> args;
};

/// Who uses what.
struct SharedUse {
  /// Two to four, each of which knows the object.
  std::vector<Actor*> actors;
  Object object;
  /// What the object was made from.
  Args made_from{};
  /// Makes the object again what it was when it was made.
  std::function<void()> reset;
};

/// How many calls, and how often.
struct ParallelShape {
  std::size_t prefix = 3;
  std::size_t calls_each = 12;
  int rounds = 12;
};

/// Calls drawn from `callables`: a sequential prefix, then all actors at once. One order of the
/// calls on the model of the object's type has to explain what they came to; a case of which that
/// stays unknown, or whose calls never overlapped, is inconclusive. A failure is made smaller,
/// which is the only time that programs are repeated, and left as history.json and history.html in
/// the case's folder.
void check_parallel(Adapter& adapter, const SharedUse& use, const std::vector<Callable>& callables,
                    const ParallelShape& shape = {});

/// Runs a program once and judges what the actors recorded.
Attempt run_parallel(Adapter& adapter, const SharedUse& use, const ParallelProgram& program);

}  // namespace mpspec
