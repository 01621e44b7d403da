// CONDITION: any number of notifications for any number of waiters.
#include <algorithm>

#include "tests/support/condition_waiter.hpp"
#include "tests/support/in_range.hpp"

namespace mpspec {
namespace {

constexpr std::size_t kChildren = 4;
constexpr int kConditionRuns = 15;

class ConditionProperties : public Conformance {
 protected:
  Outcome notify(const Object& condition, const std::string& method, const Args& args) {
    RC_ASSERT(main().call(condition, "acquire") == Outcome(Value(true)));
    const Outcome notified = main().call(condition, method, args);
    RC_ASSERT(main().call(condition, "release") == Outcome(Value()));
    return notified;
  }
};

TEST_F(ConditionProperties, CONDITION_006_AsManyAsNotifiedOrAsWait) {
  const Object condition = main().make("Condition");
  std::vector<Child> children;
  for (std::size_t i = 0; i < kChildren; ++i) children.push_back(main().spawn({condition}));
  check_property(
      [&] {
        const auto waiting = *gen::in_range<std::size_t>(1, kChildren + 1);
        const auto notified = *gen::in_range<std::size_t>(1, kChildren + 2);
        std::deque<ConditionWaiter> waiters;
        for (std::size_t i = 0; i < waiting; ++i)
          waiters.emplace_back(children[i].actor, condition, main());
        const std::size_t expected = std::min(waiting, notified);
        const auto first = notify(condition, "notify", {notified});
        const std::size_t returned = wait_for_returns(adapter(), waiters, expected);
        // First all are let go: the next attempt needs them.
        const auto last = notify(condition, "notify_all", {});
        RC_ASSERT(last == Outcome(Value()));
        RC_ASSERT(first == Outcome(Value()));
        RC_ASSERT(returned == expected);
        std::vector<Clock::time_point> returns;
        for (const ConditionWaiter& waiter : waiters) {
          RC_ASSERT(waiter.outcome() == Outcome(Value(true)));
          returns.push_back(waiter.outcome().ended);
        }
        std::sort(returns.begin(), returns.end());
        RC_ASSERT(first.began <= returns.front());
        if (waiting > expected) RC_ASSERT(last.began <= returns[expected]);
      },
      kConditionRuns);
}

}  // namespace
}  // namespace mpspec
