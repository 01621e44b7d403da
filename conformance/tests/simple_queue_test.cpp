// SIMPLE: items between processes without bounds, timeouts or helper threads.
#include <set>

#include "tests/support/conformance.hpp"
#include "tests/support/large_text.hpp"
#include "tests/support/queues.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class SimpleQueueConformance : public Conformance {
 protected:
  void put(Actor& actor, const Object& queue, const Value& item) {
    EXPECT_THAT(actor.call(queue, "put", {item}), Returns(Value()));
  }
  void expect_item(Actor& actor, const Object& queue, const Value& item) {
    EXPECT_THAT(actor.call(queue, "get"), Returns(item));
  }
  void expect_empty(const Object& queue, bool empty) {
    EXPECT_THAT(main().call(queue, "empty"), Returns(empty));
  }
  /// `end` ends the producer after its put has returned.
  template <class End>
  void expect_outlived(End&& end) {
    const Object queue = main().make("SimpleQueue");
    const Child producer = main().spawn({queue});
    put(producer.actor, queue, list({"left", 1}));
    end(producer.actor);
    EXPECT_THAT(main().call(producer.process, "join"), Returns(Value()));
    expect_item(main(), queue, list({"left", 1}));
  }
};

TEST_F(SimpleQueueConformance, SIMPLE_001_InOrder) {
  const Object queue = main().make("SimpleQueue");
  const Child producer = main().spawn({queue});
  const Pending putting = producer.actor.begin_run(put_numbers(queue, 0, 1000));
  EXPECT_EQ(variable(main().run(get_items(queue, 1000)).value(), "got"), numbers(0, 1000));
  EXPECT_THAT(putting.wait(), Succeeds());
}

TEST_F(SimpleQueueConformance, SIMPLE_001_EachItemOnce) {
  constexpr int kItems = 300;
  const Object queue = main().make("SimpleQueue");
  const Child consumers[] = {main().spawn({queue}), main().spawn({queue})};
  const Child producers[] = {main().spawn({queue}), main().spawn({queue})};
  std::vector<Pending> getting;
  std::vector<Pending> putting;
  for (const Child& consumer : consumers)
    getting.push_back(consumer.actor.begin_run(get_until_none(queue)));
  int start = 0;
  for (const Child& producer : producers) {
    putting.push_back(producer.actor.begin_run(put_numbers(queue, start, kItems)));
    start += kItems;
  }
  for (const Pending& pending : putting) EXPECT_THAT(pending.wait(), Succeeds());
  for (int i = 0; i < 2; ++i) put(main(), queue, Value());
  std::multiset<long long> all;
  for (const Pending& pending : getting) {
    for (const Value& item : items_of(variable(pending.wait().value(), "got")))
      all.insert(as_int(item));
  }
  EXPECT_EQ(all.size(), 2U * kItems);
  for (int i = 0; i < 2 * kItems; ++i) EXPECT_EQ(all.count(i), 1U) << i;
}

TEST_F(SimpleQueueConformance, SIMPLE_001_LargeItems) {
  const Object queue = main().make("SimpleQueue");
  const Child producer = main().spawn({queue});
  Program put_all = make_large_text();
  put_all.call(queue, "put", {var("text")}).call(queue, "put", {"after"}).set("text", Value());
  const Pending putting = producer.actor.begin_run(put_all);
  Program get_all = make_large_text();
  get_all.let("item", queue, "get").let("after", queue, "get");
  const Value got = main().run(compare_large_text(get_all, "item")).value();
  EXPECT_EQ(variable(got, "same"), Value(true));
  EXPECT_EQ(variable(got, "after"), Value("after"));
  EXPECT_THAT(putting.wait(), Succeeds());
}

TEST_F(SimpleQueueConformance, SIMPLE_002_GetWaitsForAnItem) {
  const Object queue = main().make("SimpleQueue");
  const Child consumer = main().spawn({queue});
  const Outcome got = expect_waits([&] { return consumer.actor.begin(queue, "get"); },
                                   [&] { return main().call(queue, "put", {"late"}); });
  EXPECT_THAT(got, Returns("late"));
}

TEST_F(SimpleQueueConformance, SIMPLE_003_NotEmptyDirectlyAfterPut) {
  const Object queue = main().make("SimpleQueue");
  const Child child = main().spawn({queue});
  expect_empty(queue, true);
  for (int i = 0; i < 50; ++i) {
    put(child.actor, queue, i);
    expect_empty(queue, false);
    expect_item(child.actor, queue, i);
    expect_empty(queue, true);
  }
}

TEST_F(SimpleQueueConformance, SIMPLE_004_AnItemThatCannotBeSent) {
  const Object queue = main().make("SimpleQueue");
  const Object lock = main().make("Lock");
  put(main(), queue, "before");
  EXPECT_THAT(main().call(queue, "put", {lock}), FailsWith("RuntimeError"));
  EXPECT_THAT(main().call(queue, "put", {list({1, lock})}), FailsWith("RuntimeError"));
  expect_item(main(), queue, "before");
  expect_empty(queue, true);
  put(main(), queue, "after");
  expect_item(main(), queue, "after");
}

TEST_F(SimpleQueueConformance, SIMPLE_005_AClosedQueueRefuses) {
  const Object queue = main().make("SimpleQueue");
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  EXPECT_THAT(main().call(queue, "put", {1}), FailsWith("OSError"));
  EXPECT_THAT(main().call(queue, "get"), FailsWith("OSError"));
  EXPECT_THAT(main().call(queue, "empty"), FailsWith("OSError"));
}

TEST_F(SimpleQueueConformance, SIMPLE_005_CloseConcernsOneProcess) {
  const Object queue = main().make("SimpleQueue");
  const Child one = main().spawn({queue});
  const Child other = main().spawn({queue});
  put(main(), queue, "before");
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  expect_item(one.actor, queue, "before");
  put(other.actor, queue, "after");
  expect_item(one.actor, queue, "after");
}

TEST_F(SimpleQueueConformance, SIMPLE_006_ItemsOutliveAProducerThatReturned) {
  expect_outlived([](Actor& producer) { producer.release(); });
}

TEST_F(SimpleQueueConformance, SIMPLE_006_ItemsOutliveAProducerThatExitedWithoutCleanUp) {
  expect_outlived([](Actor& producer) { producer.end("actor.os_exit", {1}); });
}

TEST_F(SimpleQueueConformance, SIMPLE_006_ItemsOutliveAProducerThatRaised) {
  expect_outlived([](Actor& producer) {
    producer.end("actor.raise", {"ValueError", "on purpose"});
  });
}

TEST_F(SimpleQueueConformance, SIMPLE_006_ItemsOutliveAKilledProducer) {
  tolerate_leftovers();
  expect_outlived([](Actor& producer) { producer.kill(); });
}

}  // namespace
}  // namespace mpspec
