// The verdict on a history.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "history/behaviour.hpp"
#include "history/budget.hpp"
#include "history/search.hpp"

namespace mpspec {

/// Calls that are judged together: those of one object, or of one key or cell of it.
struct Part {
  SharedObject object;
  std::string label;  // d['x']
  std::shared_ptr<const Behaviour> behaviour;
  Calls calls;  // in the order in which they began
};

/// Throws HistoryError for a history that cannot be judged.
std::vector<Part> parts_of(const History& history);

/// When the calls may have taken effect, with ranks that make the search fast.
std::vector<Interval> intervals_of(const Part& part);

/// Decides one part. Calls in `may_be_missing`, if given, need not have happened.
SearchResult decide(const Part& part, Meter& meter, const std::vector<bool>& may_be_missing = {});

/// The least that shows that a part has no order.
struct Violation {
  Part part;                         // of these calls only
  std::size_t calls_before = 0;      // how many there were
  std::vector<std::uint32_t> order;  // the longest that explains some of them
  std::uint32_t stuck = 0;           // the call that has to come next, and cannot
  std::string state;                 // of the object after `order`
  std::string expected;              // what `stuck` would come to there
};

struct Judgement {
  Answer answer = Answer::linearizable;
  /// When the answer is unknown: of which part, and why.
  std::string reason;
  std::optional<Violation> violation;  // exactly when not linearizable
  std::size_t parts = 0;
  std::size_t calls = 0;
  std::uint64_t steps = 0;
};

/// Whether one order of all calls explains what the actors saw. One part that has none decides;
/// else one that is unknown makes all unknown. Takes at most `budget` for that, and then at most
/// `to_explain` to make a violation short.
Judgement judge(const History& history, const Budget& budget,
                std::chrono::milliseconds to_explain = std::chrono::seconds(2));

}  // namespace mpspec
