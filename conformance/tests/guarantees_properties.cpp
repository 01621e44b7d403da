// GUAR-027: the calls of several processes on one managed object happen one
// after another.
#include "tests/support/concurrent.hpp"
#include "tests/support/managed.hpp"
#include "tests/support/shared_calls.hpp"

namespace mpspec {
namespace {

constexpr int kProcesses = 3;

class LinearizableConformance : public ManagedConformance {
 protected:
  /// `reset` makes the object again what it was made as.
  void check(const Object& object, const Args& made_from, const std::vector<Callable>& calls,
             const std::function<void()>& reset) {
    SharedUse use{{}, object, made_from, reset};
    for (const Child& child : spawn(kProcesses, {object})) use.actors.push_back(&child.actor);
    check_parallel(adapter(), use, calls);
  }
};

TEST_F(LinearizableConformance, GUAR_027_CallsOnAListHappenOneAfterAnother) {
  const Object object = make("list");
  check(object, {}, list_calls(),
        [&] { RC_ASSERT(main().call(object, "__delitem__", {slice({}, {})}).ok()); });
}

TEST_F(LinearizableConformance, GUAR_027_CallsOnADictHappenOneAfterAnother) {
  const Object object = make("dict");
  check(object, {}, dict_calls(), [&] { RC_ASSERT(main().call(object, "clear").ok()); });
}

TEST_F(LinearizableConformance, GUAR_027_CallsOnAQueueHappenOneAfterAnother) {
  const Object object = make("Queue", {3});
  check(object, {3}, queue_calls(), [&] {
    while (main().call(object, "get_nowait").ok()) {
    }
  });
}

TEST_F(LinearizableConformance, GUAR_027_CallsOnAValueHappenOneAfterAnother) {
  const Object object = make("Value", {"i", 0});
  check(object, {"i", 0}, value_calls(), [&] { RC_ASSERT(main().call(object, "set", {0}).ok()); });
}

}  // namespace
}  // namespace mpspec
