#include "tests/support/condition_waiter.hpp"

#include <algorithm>

namespace mpspec {

ConditionWaiter::ConditionWaiter(Actor& actor, const Object& condition, Actor& other,
                                 const Args& timeout)
    : actor_(actor) {
  EXPECT_THAT(actor.call(condition, "acquire"), Returns(true));
  Program program;
  program.call(condition, "wait", timeout).yield().call(condition, "release").record();
  running_.emplace(actor.begin_run(program));
  EXPECT_THAT(other.call(condition, "acquire"), Returns(true));
  EXPECT_THAT(other.call(condition, "release"), Returns(Value()));
}

bool ConditionWaiter::returned_within(Clock::duration moment) const {
  return running_->wait_until(Clock::now() + moment).has_value();
}

Outcome ConditionWaiter::recorded(std::size_t call) const {
  // A failure of wait or release is in the history, too.
  static_cast<void>(running_->wait());
  return actor_.history().at(call).second;
}

std::size_t wait_for_returns(Adapter& adapter, const std::deque<ConditionWaiter>& waiters,
                             std::size_t count) {
  const auto returned = [&] {
    return static_cast<std::size_t>(
        std::count_if(waiters.begin(), waiters.end(), [](const ConditionWaiter& waiter) {
          return waiter.returned_within(std::chrono::milliseconds(1));
        }));
  };
  const auto deadline = adapter.deadline();
  while (returned() < count && Clock::now() < deadline) {
  }
  static_cast<void>(waiters.back().returned_within(std::chrono::milliseconds(20)));
  return returned();
}

}  // namespace mpspec
