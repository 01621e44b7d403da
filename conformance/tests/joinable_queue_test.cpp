// JOINABLE: a queue that can be waited for until all its items were worked off.
#include "tests/support/conformance.hpp"
#include "tests/support/queues.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class JoinableQueueConformance : public Conformance {
 protected:
  void put(Actor& actor, const Object& queue, const Value& item) {
    EXPECT_THAT(actor.call(queue, "put", {item}), Returns(Value()));
  }
  void get(Actor& actor, const Object& queue, const Value& item) {
    EXPECT_THAT(actor.call(queue, "get"), Returns(item));
  }
  void task_done(Actor& actor, const Object& queue) {
    EXPECT_THAT(actor.call(queue, "task_done"), Returns(Value()));
  }
  void join(Actor& actor, const Object& queue) {
    EXPECT_THAT(actor.call(queue, "join"), Returns(Value()));
  }
  /// With one item that was put and is not worked off, `join` of a child waits for main()'s
  /// task_done.
  void expect_join_waits(const Object& queue, const Child& child, bool get_first) {
    int left = 0;
    const Outcome joined = expect_waits(
        [&] {
          put(main(), queue, "task");
          if (get_first) get(main(), queue, "task");
          if (!get_first) ++left;
          return child.actor.begin(queue, "join");
        },
        [&] { return main().call(queue, "task_done"); });
    EXPECT_THAT(joined, Returns(Value()));
    for (; left > 0; --left) get(main(), queue, "task");
  }
};

TEST_F(JoinableQueueConformance, JOINABLE_001_BetweenProcessesInOrder) {
  const Object queue = main().make("JoinableQueue");
  const Child producer = main().spawn({queue});
  EXPECT_THAT(producer.actor.run(put_numbers(queue, 0, 200)), Succeeds());
  EXPECT_EQ(variable(main().run(get_items(queue, 200)).value(), "got"), numbers(0, 200));
}

TEST_F(JoinableQueueConformance, JOINABLE_001_GetWaits) {
  const Object queue = main().make("JoinableQueue");
  const Child consumer = main().spawn({queue});
  const Outcome got = expect_waits([&] { return consumer.actor.begin(queue, "get"); },
                                   [&] { return main().call(queue, "put", {"late"}); });
  EXPECT_THAT(got, Returns("late"));
}

TEST_F(JoinableQueueConformance, JOINABLE_001_PutWaitsForAPlace) {
  const Object queue = main().make("JoinableQueue", {1});
  const Child producer = main().spawn({queue});
  put(main(), queue, 1);
  expect_waits([&] { return producer.actor.begin(queue, "put", {1}); },
               [&] { return main().call(queue, "get"); });
  get(main(), queue, 1);
}

TEST_F(JoinableQueueConformance, JOINABLE_001_TimeoutsAreThoseOfQueue) {
  const Object queue = main().make("JoinableQueue", {1});
  // A wait that ends early goes unnoticed when the machine is busy, unless it does not wait at all.
  for (int i = 0; i < 10; ++i) {
    const Outcome empty = main().call(queue, "get", {true, 0.0009});
    EXPECT_THAT(empty, FailsWith("Empty"));
    EXPECT_GE(duration(empty), 900us);
  }
  const Outcome still_empty = main().call(queue, "get", {true, 0.2});
  EXPECT_THAT(still_empty, FailsWith("Empty"));
  EXPECT_GE(duration(still_empty), 200ms);
  EXPECT_THAT(main().call(queue, "get", {false, 3600}), FailsWith("Empty"));
  EXPECT_THAT(main().call(queue, "get", {true, -1}), FailsWith("Empty"));
  put(main(), queue, "only");
  const Outcome full = main().call(queue, "put", {"too much", true, 0.05});
  EXPECT_THAT(full, FailsWith("Full"));
  EXPECT_GE(duration(full), 50ms);
  EXPECT_THAT(main().call(queue, "put", {"too much", false, 3600}), FailsWith("Full"));
  EXPECT_THAT(main().call(queue, "put", {"too much", true, -1}), FailsWith("Full"));
  get(main(), queue, "only");
  EXPECT_THAT(main().call(queue, "get", {true, 0.05}), FailsWith("Empty"));
}

TEST_F(JoinableQueueConformance, JOINABLE_001_EmptyAfterItsProducerEnded) {
  const Object queue = main().make("JoinableQueue");
  EXPECT_THAT(main().call(queue, "empty"), Returns(true));
  const Child producer = main().spawn({queue});
  put(producer.actor, queue, 1);
  producer.actor.release();
  EXPECT_THAT(main().call(producer.process, "join"), Returns(Value()));
  EXPECT_THAT(main().call(queue, "empty"), Returns(false));
  get(main(), queue, 1);
  EXPECT_THAT(main().call(queue, "empty"), Returns(true));
}

TEST_F(JoinableQueueConformance, JOINABLE_001_AClosedQueueRefuses) {
  const Object queue = main().make("JoinableQueue");
  const Child consumer = main().spawn({queue});
  put(main(), queue, "left");
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  EXPECT_THAT(main().call(queue, "put", {1}), FailsWith("ValueError"));
  EXPECT_THAT(main().call(queue, "get"), FailsWith("ValueError"));
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  get(consumer.actor, queue, "left");
}

TEST_F(JoinableQueueConformance, JOINABLE_002_JoinOfANewQueueReturns) {
  const Object queue = main().make("JoinableQueue");
  const Child child = main().spawn({queue});
  join(main(), queue);
  join(child.actor, queue);
}

TEST_F(JoinableQueueConformance, JOINABLE_003_JoinWaitsForTaskDoneOfAnItemThatWasGot) {
  const Object queue = main().make("JoinableQueue");
  expect_join_waits(queue, main().spawn({queue}), true);
}

TEST_F(JoinableQueueConformance, JOINABLE_003_JoinWaitsForAnItemThatNobodyGot) {
  const Object queue = main().make("JoinableQueue");
  expect_join_waits(queue, main().spawn({queue}), false);
}

TEST_F(JoinableQueueConformance, JOINABLE_003_JoinWaitsForTheLastOfSeveral) {
  const Object queue = main().make("JoinableQueue");
  const Child child = main().spawn({queue});
  const Outcome joined = expect_waits(
      [&] {
        for (int i = 0; i < 5; ++i) put(main(), queue, i);
        const Pending joining = child.actor.begin(queue, "join");
        for (int i = 0; i < 5; ++i) get(main(), queue, i);
        for (int i = 0; i < 4; ++i) task_done(main(), queue);
        return joining;
      },
      [&] { return main().call(queue, "task_done"); });
  EXPECT_THAT(joined, Returns(Value()));
}

TEST_F(JoinableQueueConformance, JOINABLE_004_TaskDoneOfAnyProcessCounts) {
  const Object queue = main().make("JoinableQueue");
  const Child one = main().spawn({queue});
  const Child other = main().spawn({queue});
  const Outcome joined = expect_waits(
      [&] {
        put(main(), queue, 1);
        put(one.actor, queue, 1);
        for (const Child* consumer : {&one, &other}) get(consumer->actor, queue, 1);
        task_done(one.actor, queue);
        return main().begin(queue, "join");
      },
      [&] { return other.actor.call(queue, "task_done"); });
  EXPECT_THAT(joined, Returns(Value()));
}

TEST_F(JoinableQueueConformance, JOINABLE_005_TaskDoneTooOftenFails) {
  const Object queue = main().make("JoinableQueue");
  const Child child = main().spawn({queue});
  EXPECT_THAT(main().call(queue, "task_done"), FailsWith("ValueError"));
  put(main(), queue, 1);
  get(child.actor, queue, 1);
  task_done(child.actor, queue);
  for (Actor* actor : {&main(), &child.actor}) {
    EXPECT_THAT(actor->call(queue, "task_done"), FailsWith("ValueError"));
  }
  expect_join_waits(queue, child, true);
}

TEST_F(JoinableQueueConformance, JOINABLE_006_EveryRoundIsWaitedFor) {
  const Object queue = main().make("JoinableQueue");
  const Child child = main().spawn({queue});
  for (int round = 0; round < 3; ++round) {
    expect_join_waits(queue, child, true);
    join(main(), queue);
  }
}

TEST_F(JoinableQueueConformance, JOINABLE_006_SeveralJoinsAtOnceAllReturn) {
  const Object queue = main().make("JoinableQueue");
  const Child one = main().spawn({queue});
  const Child other = main().spawn({queue});
  for (int round = 0; round < 3; ++round) {
    put(main(), queue, round);
    const Pending joining[] = {one.actor.begin(queue, "join"), other.actor.begin(queue, "join")};
    get(main(), queue, round);
    task_done(main(), queue);
    for (const Pending& pending : joining) EXPECT_THAT(pending.wait(), Returns(Value()));
  }
}

}  // namespace
}  // namespace mpspec
