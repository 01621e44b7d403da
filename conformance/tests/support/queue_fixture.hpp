// What all cases of Queue need.
#pragma once

#include <string>
#include <vector>

#include "tests/support/conformance.hpp"

namespace mpspec {

class QueueFixture : public Conformance {
 protected:
  /// A bounded queue that is full of the numbers 0 to maxsize - 1.
  Object full_queue(int maxsize) {
    const Object queue = main().make("Queue", {maxsize});
    for (int i = 0; i < maxsize; ++i) put(queue, i);
    return queue;
  }
  void put(const Object& queue, const Value& item) {
    EXPECT_THAT(main().call(queue, "put", {item}), Returns(Value()));
  }
  /// Nothing comes any more, also not a moment later.
  void expect_no_more(const Object& queue) {
    EXPECT_THAT(main().call(queue, "get", {}, {{"timeout", 0.05}}), FailsWith("Empty"));
  }
  void expect_items(const Object& queue, const std::vector<Value>& items) {
    for (const Value& item : items) EXPECT_THAT(main().call(queue, "get"), Returns(item));
  }
  void join(const Child& child) {
    EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
  }
  /// The child's target returns, and the process is joined.
  void finish(const Child& child) {
    child.actor.release();
    join(child);
  }
  /// Some backends cannot look into a queue on some platforms, and say so.
  Outcome look(Actor& actor, const Object& queue, const std::string& method) {
    const Outcome outcome = actor.call(queue, method);
    if (outcome.error() == "NotImplementedError")
      adapter().stop(Verdict::unsupported, "Queue." + method);
    return outcome;
  }
};

}  // namespace mpspec
