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
/// which is the only time that programs are repeated, and left in the case's folder: program.json,
/// history.json, history.html. A case that is replayed runs that program fifty times instead, and
/// says how often it failed.
void check_parallel(Adapter& adapter, const SharedUse& use, const std::vector<Callable>& callables,
                    const ParallelShape& shape = {});

/// A prefix of that many calls and a lane for each actor, without rapidcheck's shrinking, which
/// expects that what failed once fails again.
ParallelProgram drawn(const std::vector<Callable>& callables, std::size_t prefix,
                      std::size_t calls_each, std::size_t actors);

/// An actor's calls as one recorded program that begins at `start`.
Pending begin_calls(Actor& actor, const Object& object, const std::vector<PlannedCall>& calls,
                    Clock::time_point start);
/// Waits for the end of that program and adds what it recorded.
void collect_calls(Adapter& adapter, const Actor& actor, const Object& object,
                   const std::vector<PlannedCall>& planned, const Pending& running, Calls& calls);
/// A call and what it came to, for a history.
Call recorded(const Actor& actor, const Object& object, const PlannedCall& planned,
              const Outcome& outcome);
/// history.json and history.html in the case's folder.
void leave_history(const Adapter& adapter, const Attempt& attempt);

/// Runs a program once and judges what the actors recorded.
Attempt run_parallel(Adapter& adapter, const SharedUse& use, const ParallelProgram& program);

}  // namespace mpspec
