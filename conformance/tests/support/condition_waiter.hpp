// A process that waits for a Condition, releases its lock when it is woken, and tells about it.
#pragma once

#include <deque>

#include "tests/support/holders.hpp"

namespace mpspec {

class ConditionWaiter {
 public:
  /// Returns when the actor really waits: `other` acquires the lock that the actor held, which only
  /// waiting can have released, and releases it again.
  ConditionWaiter(Actor& actor, const Object& condition, Actor& other, const Args& timeout = {});

  [[nodiscard]] bool returned_within(Clock::duration moment) const;
  /// What wait came to; waits for it.
  [[nodiscard]] Outcome outcome() const { return recorded(0); }
  /// When the woken process held the lock.
  [[nodiscard]] Holding holding() const { return {recorded(0).ended, recorded(1).began}; }

 private:
  [[nodiscard]] Outcome recorded(std::size_t call) const;

  Actor& actor_;
  std::optional<Pending> running_;
};

/// Waits until `count` of the waiters have returned, or the deadline, and then a moment for more;
/// how many have returned.
std::size_t wait_for_returns(Adapter& adapter, const std::deque<ConditionWaiter>& waiters,
                             std::size_t count);

}  // namespace mpspec
