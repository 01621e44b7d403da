// What is known beforehand about the calls of one queue: it makes the search fast, never its
// answer.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "history/behaviour.hpp"
#include "history/entry_list.hpp"

namespace mpspec {

/// A few calls that cannot be put into an order, whatever the others are, if such are easily found:
/// an item that came out before it went in, too often, or never went in; one that overtook another;
/// a queue that was empty with an item in it. The items of an object are independent of each other
/// but for their order, so a few calls without an order are proof for all of them.
/// `calls` in the order in which they began. Takes n log n steps.
std::optional<std::vector<std::size_t>> fifo_conflict(const Calls& calls,
                                                      const std::vector<Interval>& intervals);

/// Ranks the calls so that the items go in in an order in which they can come out: that of the puts
/// and gets that did not overlap (which, for items that differ, has no cycle unless there is a
/// conflict, as Henzinger, Sezgin and Vafeiadis have shown), and each call as late as it may be.
void rank_fifo(const Calls& calls, std::vector<Interval>& intervals);

}  // namespace mpspec
