#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "wire/object/memory_budget.hpp"
#include "wire/object/nodes.hpp"

namespace mp::detail {

struct Cycle {
  std::atomic<std::size_t> live{0};
  std::vector<Container*> members;
};

/// Finds the groups of containers that reach one another (strongly connected components) among
/// what the roots reach, and makes each a Cycle: the edges inside it stop counting. Without this,
/// such a group would keep itself alive for ever. Groups that nobody outside holds are freed.
/// Every handle in `roots` is kept alive by the caller.
/// Returns the depth at which a walk from the first root goes deepest when it enters every
/// container once, as pickling does; nothing when the budget does not allow for the walk: then
/// nothing has changed.
std::optional<std::size_t> seal_cycles(std::span<Container* const> roots, MemoryBudget& budget);

}  // namespace mp::detail
