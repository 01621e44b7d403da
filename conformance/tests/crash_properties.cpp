// CRASH-035: what a client that is killed did to a managed object happened or did not.
#include "tests/support/crash.hpp"
#include "tests/support/shared_calls.hpp"
#include "tests/support/victims.hpp"

namespace mpspec {
namespace {

class DeadCallsConformance : public CrashConformance {
 protected:
  static constexpr int kSurvivors = 2;
  static constexpr int kRounds = 6;

  /// `reset` makes the object again what it was made as.
  void check(const Object& object, const Args& made_from, const std::vector<Callable>& calls,
             const PlannedCall& last_look, const std::function<void()>& reset) {
    VictimUse use{{{}, object, made_from, reset},
                  [&] { return spawn(1, {object}).front(); },
                  [&](const Child& child) { kill(child); },
                  [&] { settle(); },
                  last_look};
    for (const Child& child : spawn(kSurvivors, {object}))
      use.survivors.actors.push_back(&child.actor);
    check_with_victims(adapter(), use, calls, kRounds);
  }
};

TEST_F(DeadCallsConformance, CRASH_035_OnADict) {
  const Object object = make("dict");
  check(object, {}, dict_calls(), {"copy", {}},
        [&] { RC_ASSERT(main().call(object, "clear").ok()); });
}

TEST_F(DeadCallsConformance, CRASH_035_OnAList) {
  const Object object = make("list");
  check(object, {}, list_calls(), {"__getitem__", {slice({}, {})}},
        [&] { RC_ASSERT(main().call(object, "__delitem__", {slice({}, {})}).ok()); });
}

TEST_F(DeadCallsConformance, CRASH_035_OnAValue) {
  const Object object = make("Value", {"i", 0});
  check(object, {"i", 0}, value_calls(), {"get", {}},
        [&] { RC_ASSERT(main().call(object, "set", {0}).ok()); });
}

TEST_F(DeadCallsConformance, CRASH_035_OnAQueue) {
  const Object object = make("Queue", {3});
  check(object, {3}, queue_calls(), {"qsize", {}}, [&] {
    while (main().call(object, "get_nowait").ok()) {
    }
  });
}

}  // namespace
}  // namespace mpspec
