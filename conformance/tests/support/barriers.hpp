// Barriers and who waits at them.
#pragma once

#include "tests/support/conformance.hpp"

namespace mpspec {

/// Asks until so many wait, or the deadline.
inline bool comes_to_wait(Adapter& adapter, Actor& actor, const Object& barrier,
                          std::size_t waiting) {
  const auto deadline = adapter.deadline();
  const Outcome expected = Value(waiting);
  while (actor.call(barrier, "n_waiting") != expected) {
    if (Clock::now() > deadline) return false;
  }
  return true;
}

}  // namespace mpspec
