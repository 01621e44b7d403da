// Whether one order of calls explains what was seen of one object.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "history/budget.hpp"
#include "history/entry_list.hpp"
#include "history/machine.hpp"

namespace mpspec {

/// `unknown` is never a pass: the search gave up.
enum class Answer { linearizable, not_linearizable, unknown };

std::string_view to_string(Answer answer);

struct SearchResult {
  Answer answer = Answer::unknown;
  /// An order that explains all required calls; the longest that was found unless linearizable.
  std::vector<std::uint32_t> order;
  /// The call that has to come next after `order`, and cannot. Means nothing when linearizable.
  std::uint32_t stuck = 0;
  /// Why the answer is unknown.
  std::string reason;
};

/// Wing and Gong's search in Lowe's form: any call that no other one has to precede may come next,
/// if the machine agrees; a set of placed calls with the state they led to is tried once. Exact: an
/// answer other than `unknown` is right, whatever the ranks are; they only decide how soon.
/// `machine` is in the state before the first call, and is so again afterwards.
SearchResult search(const std::vector<Interval>& calls, Machine& machine, Meter& meter);

}  // namespace mpspec
