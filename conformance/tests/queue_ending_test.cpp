// QUEUE: closing it, the ends of its processes, items that cannot be sent, and threads.
#include <algorithm>
#include <set>

#include "tests/support/large_text.hpp"
#include "tests/support/queue_fixture.hpp"
#include "tests/support/queues.hpp"

namespace mpspec {
namespace {

using QueueEndingConformance = QueueFixture;

TEST_F(QueueEndingConformance, QUEUE_021_ItemsOutliveTheirProducer) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  EXPECT_THAT(producer.actor.run(put_numbers(queue, 0, 20)), Succeeds());
  producer.actor.release();
  // A producer may also stay until its items were got (QUEUE-023).
  main().call(producer.process, "join", {0.5});
  EXPECT_EQ(variable(main().run(get_items(queue, 20)).value(), "got"), numbers(0, 20));
  join(producer);
}

TEST_F(QueueEndingConformance, QUEUE_022_AProducerEndsWhenItsItemsWereGot) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  Program program = make_large_text();
  program.call(queue, "put", {var("text")}).call(queue, "put", {"last"}).set("text", Value());
  EXPECT_THAT(producer.actor.run(program), Succeeds());
  producer.actor.release();
  Program get_all;
  get_all.let("first", queue, "get").let("second", queue, "get").set("first", Value());
  EXPECT_EQ(variable(main().run(get_all).value(), "second"), Value("last"));
  join(producer);
  EXPECT_THAT(main().call(producer.process, "exitcode"), Returns(0));
}

TEST_F(QueueEndingConformance, QUEUE_023_AProducerMayWaitForItsItemsToBeGot) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  const std::string item(1000, 'x');
  Program body;
  body.call(queue, "put", {item});
  Program program;
  EXPECT_THAT(producer.actor.run(program.repeat(500, body)), Succeeds());
  producer.actor.release();
  main().call(producer.process, "join", {0.2});
  const Outcome alive = main().call(producer.process, "is_alive");
  observe(alive == Outcome(true), "the producer waited", "the producer ended at once");
  for (const Value& got : items_of(variable(main().run(get_items(queue, 500)).value(), "got"))) {
    ASSERT_EQ(got, Value(item));
  }
  join(producer);
}

TEST_F(QueueEndingConformance, QUEUE_024_AfterCancelJoinThreadNobodyIsWaitedFor) {
  const Object queue = main().make("Queue");
  for (const bool cancel_first : {true, false}) {
    const Child producer = main().spawn({queue});
    const auto cancel = [&] {
      EXPECT_THAT(producer.actor.call(queue, "cancel_join_thread"), Returns(Value()));
    };
    if (cancel_first) cancel();
    Program program = make_large_text();
    program.call(queue, "put", {var("text")}).set("text", Value());
    EXPECT_THAT(producer.actor.run(program), Succeeds());
    if (!cancel_first) cancel();
    finish(producer);
    EXPECT_THAT(main().call(producer.process, "is_alive"), Returns(false));
  }
}

TEST_F(QueueEndingConformance, QUEUE_025_AfterCancelJoinThreadAPrefixArrives) {
  constexpr int kItems = 200;
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  Program program;
  program.call(queue, "cancel_join_thread");
  Program body;
  body.call(queue, "put", {var("i")});
  // Small items: a cut one would make a consumer wait for its rest.
  EXPECT_THAT(producer.actor.run(program.repeat(kItems, body, "i")), Succeeds());
  finish(producer);
  int arrived = 0;
  for (;; ++arrived) {
    const Outcome outcome = main().call(queue, "get", {}, {{"timeout", 0.1}});
    if (!outcome.ok()) {
      EXPECT_THAT(outcome, FailsWith("Empty"));
      break;
    }
    ASSERT_THAT(outcome, Returns(arrived));
  }
  EXPECT_LE(arrived, kItems);
  observe(arrived == kItems, "all items arrived", "items were lost");
}

TEST_F(QueueEndingConformance, QUEUE_026_AClosedQueueRefuses) {
  const Object queue = main().make("Queue");
  put(queue, "left");
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  EXPECT_THAT(main().call(queue, "put", {1}), FailsWith("ValueError"));
  EXPECT_THAT(main().call(queue, "put_nowait", {1}), FailsWith("ValueError"));
  EXPECT_THAT(main().call(queue, "get"), FailsWith("ValueError"));
  EXPECT_THAT(main().call(queue, "get", {true, 0.01}), FailsWith("ValueError"));
  EXPECT_THAT(main().call(queue, "get_nowait"), FailsWith("ValueError"));
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
}

TEST_F(QueueEndingConformance, QUEUE_027_CloseDeliversWhatWasPut) {
  const Object queue = main().make("Queue");
  const Child consumer = main().spawn({queue});
  EXPECT_THAT(main().run(put_numbers(queue, 0, 100)), Succeeds());
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  EXPECT_EQ(variable(consumer.actor.run(get_items(queue, 100)).value(), "got"), numbers(0, 100));
}

TEST_F(QueueEndingConformance, QUEUE_027_CloseConcernsOneProcess) {
  const Object queue = main().make("Queue");
  const Child one = main().spawn({queue});
  const Child other = main().spawn({queue});
  EXPECT_THAT(one.actor.call(queue, "close"), Returns(Value()));
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  EXPECT_THAT(other.actor.call(queue, "put", {"on"}), Returns(Value()));
  EXPECT_THAT(other.actor.call(queue, "get"), Returns("on"));
}

TEST_F(QueueEndingConformance, QUEUE_028_JoinThreadWaitsUntilEverythingIsHandedOver) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  Program body;
  body.call(queue, "put", {std::string(1000, 'x')});
  Program put_all;
  put_all.repeat(500, body).call(queue, "close");
  EXPECT_THAT(producer.actor.run(put_all), Succeeds());
  // What was handed over needs its producer no more, however that ends: at once, or, when it takes
  // a consumer to hand things over, while the last few items are still to be got.
  const Pending joining = producer.actor.begin(queue, "join_thread");
  const auto early = joining.wait_until(Clock::now() + 50ms);
  if (early) producer.actor.end("actor.os_exit", {0});
  EXPECT_THAT(main().run(get_items(queue, 480)), Succeeds());
  EXPECT_THAT(joining.wait(), Returns(Value()));
  if (!early) producer.actor.end("actor.os_exit", {0});
  EXPECT_THAT(main().run(get_items(queue, 20)), Succeeds());
}

TEST_F(QueueEndingConformance, QUEUE_028_JoinThreadWithoutItemsReturns) {
  const Object queue = main().make("Queue");
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  EXPECT_THAT(main().call(queue, "join_thread"), Returns(Value()));
}

TEST_F(QueueEndingConformance, QUEUE_029_JoinThreadBeforeCloseFails) {
  const Object queue = main().make("Queue");
  put(queue, 1);
  EXPECT_THAT(main().call(queue, "join_thread"), FailsWith("AssertionError"));
  put(queue, 2);
  expect_items(queue, {1, 2});
}

TEST_F(QueueEndingConformance, QUEUE_030_AnItemThatCannotBeSentIsNotDelivered) {
  const Object queue = main().make("Queue", {1});
  const Object lock = main().make("Lock");
  for (const char* later : {"one", "two"}) {
    const Outcome refused = main().call(queue, "put", {lock});
    if (refused.ok()) {
      EXPECT_THAT(refused, Returns(Value()));
    } else {
      EXPECT_THAT(refused, FailsWith("RuntimeError"));
    }
    put(queue, later);  // waits until the place is free again
    expect_items(queue, {later});
  }
  expect_no_more(queue);
  observe(main().call(queue, "put", {lock}).ok(), "put returns", "put fails");
}

TEST_F(QueueEndingConformance, QUEUE_031_SeveralThreadsPutAndGet) {
  constexpr int kItems = 200;
  main().need_feature("threads");
  const Object queue = main().make("Queue");
  std::vector<Pending> getting;
  std::vector<Pending> putting;
  for (const char* thread : {"consumer 0", "consumer 1"}) {
    getting.push_back(main().begin_run_on(thread, get_until_none(queue)));
  }
  for (int producer = 0; producer < 2; ++producer) {
    putting.push_back(main().begin_run_on("producer " + std::to_string(producer),
                                          put_numbers(queue, producer * kItems, kItems)));
  }
  for (const Pending& pending : putting) EXPECT_THAT(pending.wait(), Succeeds());
  put(queue, Value());
  put(queue, Value());

  std::multiset<long long> all;
  for (const Pending& pending : getting) {
    const Value got = variable(pending.wait().value(), "got");
    for (int producer = 0; producer < 2; ++producer) {
      const auto own = items_of(numbers_within(got, producer * kItems, kItems));
      EXPECT_TRUE(std::is_sorted(own.begin(), own.end(), [](const Value& a, const Value& b) {
        return as_int(a) < as_int(b);
      })) << got;
    }
    for (const Value& item : items_of(got)) all.insert(as_int(item));
  }
  std::multiset<long long> expected;
  for (int i = 0; i < 2 * kItems; ++i) expected.insert(i);
  EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace mpspec
