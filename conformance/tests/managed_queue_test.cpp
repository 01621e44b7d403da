// MQUEUE: a queue in a manager's server.
#include "tests/support/managed.hpp"
#include "tests/support/queues.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

constexpr double kTimeout = 0.05;
constexpr auto kTimeoutPassed = 50ms;

class ManagedQueueConformance : public ManagedConformance {
 protected:
  static Outcome put(Actor& actor, const Object& queue, const Value& item) {
    return actor.call(queue, "put", {item});
  }
  void put_all(const Object& queue, const std::vector<Value>& items) {
    for (const Value& item : items) EXPECT_THAT(put(main(), queue, item), Returns(kNone));
  }
  /// What is in the queue, in order; empties it.
  std::vector<Value> drain(const Object& queue) {
    std::vector<Value> items;
    for (;;) {
      const Outcome outcome = main().call(queue, "get_nowait");
      if (!outcome.ok()) return items;
      items.push_back(outcome.value());
    }
  }
};

TEST_F(ManagedQueueConformance, MQUEUE_001_FirstInFirstOutBetweenProcesses) {
  const Object queue = make("Queue");
  const auto children = spawn(3, {queue});
  put(children[0].actor, queue, "first");
  put(children[1].actor, queue, list({"second"}));
  put(main(), queue, kNone);
  EXPECT_THAT(children[2].actor.call(queue, "get"), Returns("first"));
  EXPECT_THAT(main().call(queue, "get"), Returns(list({"second"})));
  EXPECT_THAT(children[0].actor.call(queue, "get"), Returns(kNone));
  EXPECT_THAT(main().call(queue, "empty"), Returns(true));
}

TEST_F(ManagedQueueConformance, MQUEUE_002_WhatWasPutIsThere) {
  const Object queue = make("Queue");
  const Child child = main().spawn({queue});
  for (int round = 0; round < 30; ++round) {
    EXPECT_THAT(main().call(queue, "empty"), Returns(true));
    put(child.actor, queue, round);
    EXPECT_THAT(main().call(queue, "empty"), Returns(false));
    EXPECT_THAT(main().call(queue, "qsize"), Returns(1));
    EXPECT_THAT(main().call(queue, "get_nowait"), Returns(round));
    EXPECT_THAT(child.actor.call(queue, "qsize"), Returns(0));
  }
}

TEST_F(ManagedQueueConformance, MQUEUE_003_GetWaitsForAnItem) {
  const Object queue = make("Queue");
  const Child child = main().spawn({queue});
  const Outcome got = expect_waits([&] { return child.actor.begin(queue, "get"); },
                                   [&] { return put(main(), queue, "late"); });
  EXPECT_THAT(got, Returns("late"));
}

TEST_F(ManagedQueueConformance, MQUEUE_003_GetWithATimeoutTakesWhatComes) {
  const Object queue = make("Queue");
  const Child child = main().spawn({queue});
  const Outcome got = expect_waits(
      [&] {
        return child.actor.begin(queue, "get", {}, {{"timeout", 60.0}});
      },
      [&] { return put(main(), queue, "late"); });
  EXPECT_THAT(got, Returns("late"));
}

TEST_F(ManagedQueueConformance, MQUEUE_004_GetOfAnEmptyQueueFails) {
  const Object queue = make("Queue");
  EXPECT_THAT(main().call(queue, "get_nowait"), FailsWith("Empty"));
  EXPECT_THAT(main().call(queue, "get", {false}), FailsWith("Empty"));
  EXPECT_THAT(main().call(queue, "get", {}, {{"block", false}}), FailsWith("Empty"));
  EXPECT_THAT(main().call(queue, "get", {}, {{"timeout", 0}}), FailsWith("Empty"));
  const Outcome timed = main().call(queue, "get", {}, {{"timeout", kTimeout}});
  EXPECT_THAT(timed, FailsWith("Empty"));
  EXPECT_GE(duration(timed), kTimeoutPassed);
  EXPECT_THAT(main().call(queue, "qsize"), Returns(0));
  put(main(), queue, 1);
  EXPECT_THAT(main().call(queue, "get"), Returns(1));
}

TEST_F(ManagedQueueConformance, MQUEUE_005_AFullQueueTakesNothing) {
  const Object queue = make("Queue", {2});
  put_all(queue, {1, 2});
  EXPECT_THAT(main().call(queue, "full"), Returns(true));
  EXPECT_THAT(main().call(queue, "put_nowait", {3}), FailsWith("Full"));
  EXPECT_THAT(main().call(queue, "put", {4, false}), FailsWith("Full"));
  const Outcome timed = main().call(queue, "put", {5}, {{"timeout", kTimeout}});
  EXPECT_THAT(timed, FailsWith("Full"));
  EXPECT_GE(duration(timed), kTimeoutPassed);
  EXPECT_EQ(drain(queue), (std::vector<Value>{1, 2}));
  EXPECT_THAT(main().call(queue, "full"), Returns(false));
}

TEST_F(ManagedQueueConformance, MQUEUE_005_PutWaitsForAPlace) {
  const Object queue = make("Queue", {1});
  const Child child = main().spawn({queue});
  put_all(queue, {0});
  const Outcome waited = expect_waits([&] { return child.actor.begin(queue, "put", {1}); },
                                      [&] { return main().call(queue, "get"); });
  EXPECT_THAT(waited, Returns(kNone));
  EXPECT_EQ(drain(queue), std::vector<Value>{1});
}

TEST_F(ManagedQueueConformance, MQUEUE_006_WithoutABoundPutNeverWaits) {
  for (const int maxsize : {0, -1}) {
    const Object queue = make("Queue", {maxsize});
    const auto items = items_of(numbers(0, 300));
    put_all(queue, items);
    EXPECT_THAT(main().call(queue, "put_nowait", {"last"}), Returns(kNone));
    EXPECT_THAT(main().call(queue, "full"), Returns(false));
    EXPECT_THAT(main().call(queue, "qsize"), Returns(301));
  }
}

TEST_F(ManagedQueueConformance, MQUEUE_007_NegativeTimeouts) {
  const Object queue = make("Queue", {1});
  for (const int items : {0, 1}) {
    EXPECT_THAT(main().call(queue, "get", {}, {{"timeout", -1}}), FailsWith("ValueError"));
    EXPECT_THAT(main().call(queue, "put", {"x"}, {{"timeout", -0.5}}), FailsWith("ValueError"));
    EXPECT_THAT(main().call(queue, "qsize"), Returns(items));
    if (items == 0) put(main(), queue, "item");
  }
}

TEST_F(ManagedQueueConformance, MQUEUE_008_JoinReturnsWhenAllIsDone) {
  const Object queue = make("Queue");
  const auto children = spawn(2, {queue});
  EXPECT_THAT(main().call(queue, "join"), Returns(kNone));
  put(main(), queue, 1);
  put(children[0].actor, queue, 2);
  children[0].actor.call(queue, "get");
  children[0].actor.call(queue, "task_done");
  main().call(queue, "get");
  const Outcome joined = expect_waits([&] { return children[1].actor.begin(queue, "join"); },
                                      [&] { return children[0].actor.call(queue, "task_done"); },
                                      [&] { put(main(), queue, 3); });
  EXPECT_THAT(joined, Returns(kNone));
}

TEST_F(ManagedQueueConformance, MQUEUE_009_TaskDoneTooOften) {
  const Object queue = make("Queue");
  EXPECT_THAT(main().call(queue, "task_done"), FailsWith("ValueError"));
  put_all(queue, {1, 2});
  const Child child = main().spawn({queue});
  EXPECT_THAT(main().call(queue, "task_done"), Returns(kNone));
  EXPECT_THAT(child.actor.call(queue, "task_done"), Returns(kNone));
  EXPECT_THAT(child.actor.call(queue, "task_done"), FailsWith("ValueError"));
  EXPECT_THAT(main().call(queue, "join"), Returns(kNone));
}

TEST_F(ManagedQueueConformance, MQUEUE_010_EveryItemIsGotOnceAndInItsProducersOrder) {
  constexpr int kEach = 120;
  constexpr int kProducers = 2;
  constexpr int kConsumers = 3;
  constexpr int kShare = kProducers * kEach / kConsumers;
  const Object queue = make("Queue", {10});
  std::vector<Pending> producing;
  std::vector<Pending> consuming;
  for (const Child& child : spawn(kConsumers, {queue}))
    consuming.push_back(child.actor.begin_run(get_items(queue, kShare)));
  int first = 0;
  for (const Child& child : spawn(kProducers, {queue})) {
    producing.push_back(child.actor.begin_run(put_numbers(queue, first, kEach)));
    first += kEach;
  }
  for (const Pending& pending : producing) EXPECT_THAT(pending.wait(), Succeeds());
  std::vector<Value> all;
  for (const Pending& pending : consuming) {
    const Value got = variable(pending.wait().value(), "got");
    for (int producer = 0; producer < kProducers; ++producer) {
      const auto part = items_of(numbers_within(got, producer * kEach, kEach));
      EXPECT_TRUE(std::is_sorted(part.begin(), part.end(), [](const Value& a, const Value& b) {
        return as_int(a) < as_int(b);
      })) << got;
    }
    const auto items = items_of(got);
    all.insert(all.end(), items.begin(), items.end());
  }
  EXPECT_THAT(all, ::testing::UnorderedElementsAreArray(items_of(numbers(0, kProducers * kEach))));
}

TEST_F(ManagedQueueConformance, MQUEUE_011_AProxyIsAnItem) {
  const Object queue = make("Queue");
  const Object l = make("list");
  const Child child = main().spawn({queue});
  put(main(), queue, l);
  put(main(), queue, list({l}));
  const Object got = child.actor.keep(queue, "get", "manager.list");
  EXPECT_THAT(child.actor.call(got, "append", {1}), Returns(kNone));
  const Object holder = child.actor.keep(queue, "get", "manager.list");
  const Object inside = child.actor.keep(holder, "__getitem__", "manager.list", {0});
  EXPECT_THAT(child.actor.call(inside, "append", {2}), Returns(kNone));
  EXPECT_THAT(main().call(l, "to_list"), Returns(list({1, 2})));
}

TEST_F(ManagedQueueConformance, MQUEUE_012_ItemsStayWhenTheirProducerReturns) {
  const Object queue = make("Queue");
  const Child child = main().spawn({queue});
  put(child.actor, queue, "item");
  end(child);
  EXPECT_THAT(main().call(queue, "get_nowait"), Returns("item"));
}

TEST_F(ManagedQueueConformance, MQUEUE_012_ItemsStayWhenTheirProducerIsKilled) {
  tolerate_leftovers();
  const Object queue = make("Queue");
  const auto children = spawn(2, {queue});
  put(children[0].actor, queue, "killed");
  children[0].actor.kill();
  put(children[1].actor, queue, "left");
  children[1].actor.end("actor.os_exit", {7});
  for (const Child& child : children) main().call(child.process, "join");
  EXPECT_EQ(drain(queue), (std::vector<Value>{"killed", "left"}));
}

}  // namespace
}  // namespace mpspec
