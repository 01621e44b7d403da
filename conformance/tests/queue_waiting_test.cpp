// QUEUE: how get waits for an item and put for a place.
#include "tests/support/queue_fixture.hpp"
#include "tests/support/queues.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

using QueueWaitingConformance = QueueFixture;

TEST_F(QueueWaitingConformance, QUEUE_006_GetWaitsForAnItem) {
  const Object queue = main().make("Queue");
  const Child consumer = main().spawn({queue});
  const Outcome got = expect_waits([&] { return consumer.actor.begin(queue, "get"); },
                                   [&] { return main().call(queue, "put", {"late"}); });
  EXPECT_THAT(got, Returns("late"));
}

TEST_F(QueueWaitingConformance, QUEUE_006_GetWithATimeoutReturnsWhatArrivesMeanwhile) {
  const Object queue = main().make("Queue");
  const Child consumer = main().spawn({queue});
  const Outcome got = expect_waits(
      [&] {
        return consumer.actor.begin(queue, "get", {}, {{"timeout", 60}});
      },
      [&] { return main().call(queue, "put", {"late"}); });
  EXPECT_THAT(got, Returns("late"));
}

TEST_F(QueueWaitingConformance, QUEUE_007_GetFailsAfterItsTimeout) {
  const Object queue = main().make("Queue");
  const auto expect_fails_after = [&](double seconds, Clock::duration least) {
    const Outcome outcome = main().call(queue, "get", {true, seconds});
    EXPECT_THAT(outcome, FailsWith("Empty"));
    EXPECT_GE(duration(outcome), least);
  };
  // A wait that ends early goes unnoticed when the machine is busy, unless it does not wait at all.
  for (int i = 0; i < 10; ++i) expect_fails_after(0.0009, 900us);
  expect_fails_after(0.01, 10ms);
  expect_fails_after(0.1, 100ms);
}

TEST_F(QueueWaitingConformance, QUEUE_007_GetFailsAfterItsTimeoutBesideAnotherConsumer) {
  const Object queue = main().make("Queue");
  const Child waiting = main().spawn({queue});
  const Pending getting = waiting.actor.begin(queue, "get");
  const Outcome outcome = main().call(queue, "get", {}, {{"timeout", 0.05}});
  EXPECT_THAT(outcome, FailsWith("Empty"));
  EXPECT_GE(duration(outcome), 50ms);
  put(queue, "end");
  EXPECT_THAT(getting.wait(), Returns("end"));
}

TEST_F(QueueWaitingConformance, QUEUE_007_AFailedGetLeavesTheQueueUnchanged) {
  const Object queue = main().make("Queue", {1});
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(main().call(queue, "get", {}, {{"timeout", 0.01}}), FailsWith("Empty"));
  }
  put(queue, "only");
  EXPECT_THAT(main().call(queue, "put_nowait", {"too much"}), FailsWith("Full"));
  expect_items(queue, {"only"});
}

TEST_F(QueueWaitingConformance, QUEUE_008_GetWithoutWaitingFailsAtOnce) {
  const Object queue = main().make("Queue");
  EXPECT_THAT(main().call(queue, "get_nowait"), FailsWith("Empty"));
  EXPECT_THAT(main().call(queue, "get", {}, {{"block", false}}), FailsWith("Empty"));
  EXPECT_THAT(main().call(queue, "get", {false, 3600}), FailsWith("Empty"));
}

TEST_F(QueueWaitingConformance, QUEUE_008_GetWithoutWaitingFailsAtOnceBesideAWaitingConsumer) {
  const Object queue = main().make("Queue");
  const Child consumer = main().spawn({queue});
  expect_waits([&] { return consumer.actor.begin(queue, "get"); },
               [&] {
                 EXPECT_THAT(main().call(queue, "get_nowait"), FailsWith("Empty"));
                 return main().call(queue, "put", {"end"});
               });
}

TEST_F(QueueWaitingConformance, QUEUE_009_GetWithoutTimeLeftFailsAtOnce) {
  const Object queue = main().make("Queue");
  for (const Value& timeout : {Value(0), Value(0.0), Value(-1), Value(-0.5)}) {
    EXPECT_THAT(main().call(queue, "get", {}, {{"timeout", timeout}}), FailsWith("Empty"));
  }
}

TEST_F(QueueWaitingConformance, QUEUE_010_PutWaitsForAPlace) {
  const Object queue = full_queue(3);
  const Child producer = main().spawn({queue});
  int oldest = 0;
  int newest = 3;
  expect_waits([&] { return producer.actor.begin(queue, "put", {newest++}); },
               [&] {
                 const Outcome got = main().call(queue, "get");
                 EXPECT_THAT(got, Returns(oldest++));
                 return got;
               });
  for (; oldest < newest; ++oldest) expect_items(queue, {oldest});
}

TEST_F(QueueWaitingConformance, QUEUE_011_PutFailsAfterItsTimeout) {
  const Object queue = full_queue(1);
  for (const auto& [seconds, least] : {std::pair(0.01, 10ms), std::pair(0.1, 100ms)}) {
    const Outcome outcome = main().call(queue, "put", {"too much", true, seconds});
    EXPECT_THAT(outcome, FailsWith("Full"));
    EXPECT_GE(duration(outcome), least);
  }
  expect_items(queue, {0});
  expect_no_more(queue);
}

TEST_F(QueueWaitingConformance, QUEUE_011_PutWithATimeoutTakesAPlaceThatBecomesFree) {
  const Object queue = full_queue(1);
  const Child producer = main().spawn({queue});
  expect_waits(
      [&] {
        return producer.actor.begin(queue, "put", {0}, {{"timeout", 60}});
      },
      [&] { return main().call(queue, "get"); });
  expect_items(queue, {0});
}

TEST_F(QueueWaitingConformance, QUEUE_012_PutWithoutWaitingFailsAtOnce) {
  const Object queue = full_queue(1);
  EXPECT_THAT(main().call(queue, "put_nowait", {"too much"}), FailsWith("Full"));
  EXPECT_THAT(main().call(queue, "put", {"too much"}, {{"block", false}}), FailsWith("Full"));
  EXPECT_THAT(main().call(queue, "put", {"too much", false, 3600}), FailsWith("Full"));
  for (const Value& timeout : {Value(0), Value(-1), Value(-0.5)}) {
    EXPECT_THAT(main().call(queue, "put", {"too much"}, {{"timeout", timeout}}), FailsWith("Full"));
  }
  expect_items(queue, {0});
  expect_no_more(queue);
}

TEST_F(QueueWaitingConformance, QUEUE_013_EachGetMakesRoomForOne) {
  const Object queue = full_queue(2);
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(main().call(queue, "put_nowait", {"too much"}), FailsWith("Full"));
    expect_items(queue, {i});
    EXPECT_THAT(main().call(queue, "put_nowait", {i + 2}), Returns(Value()));
  }
}

TEST_F(QueueWaitingConformance, QUEUE_014_ManyItemsWithoutABound) {
  constexpr int kItems = 10000;
  for (const int maxsize : {0, -1}) {
    const Object queue = main().make("Queue", {maxsize});
    EXPECT_THAT(main().run(put_numbers(queue, 0, kItems)), Succeeds());
    EXPECT_THAT(look(main(), queue, "full"), Returns(false));
    EXPECT_THAT(main().run(get_items(queue, kItems)), Succeeds());
  }
}

TEST_F(QueueWaitingConformance, QUEUE_015_TheBoundIsCommonToAllProducers) {
  const Object queue = main().make("Queue", {3});
  const Child one = main().spawn({queue});
  const Child other = main().spawn({queue});
  for (const Child* child : {&one, &other, &one}) {
    EXPECT_THAT(child->actor.call(queue, "put_nowait", {1}), Returns(Value()));
  }
  for (Actor* actor : {&main(), &one.actor, &other.actor}) {
    EXPECT_THAT(actor->call(queue, "put_nowait", {1}), FailsWith("Full"));
  }
  expect_items(queue, {1, 1, 1});
}

}  // namespace
}  // namespace mpspec
