// QUEUE: items from any number of producing processes to any number of consuming ones.
#include <algorithm>
#include <set>

#include "tests/support/conformance.hpp"
#include "tests/support/large_text.hpp"
#include "tests/support/queues.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class QueueConformance : public Conformance {
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

TEST_F(QueueConformance, QUEUE_001_OneConsumerGetsInOrder) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  const Pending putting = producer.actor.begin_run(put_numbers(queue, 0, 500));
  EXPECT_EQ(variable(main().run(get_items(queue, 500)).value(), "got"), numbers(0, 500));
  EXPECT_THAT(putting.wait(), Succeeds());
}

TEST_F(QueueConformance, QUEUE_001_SeveralConsumersGetInOrder) {
  constexpr int kItems = 400;
  const Object queue = main().make("Queue");
  const Child one = main().spawn({queue});
  const Child other = main().spawn({queue});
  Program consume;
  consume.start_at(soon());
  Program body;
  body.let("item", queue, "get").break_if(var("item"), Value());
  consume.forever(body).record();
  const Pending consuming[] = {one.actor.begin_run(consume), other.actor.begin_run(consume)};
  EXPECT_THAT(main().run(put_numbers(queue, 0, kItems)), Succeeds());
  put(queue, Value());
  put(queue, Value());
  for (const Pending& pending : consuming) EXPECT_THAT(pending.wait(), Succeeds());

  std::map<long long, Outcome> got;
  for (const Child* child : {&one, &other}) {
    for (const auto& [statement, outcome] : child->actor.history()) {
      if (!outcome.value().is<None>()) got.emplace(as_int(outcome.value()), outcome);
    }
  }
  ASSERT_EQ(got.size(), static_cast<std::size_t>(kItems));
  // Of two items the later one never has been got already when a get of the earlier one begins.
  auto earliest_end = Clock::time_point::max();
  for (auto item = got.rbegin(); item != got.rend(); ++item) {
    ASSERT_LE(item->second.began, earliest_end) << item->first << " came after a later item";
    earliest_end = std::min(earliest_end, item->second.ended);
  }
}

TEST_F(QueueConformance, QUEUE_002_FromChildToParent) {
  const Object queue = main().make("Queue");
  const Child child = main().spawn({queue});
  const Value item = tuple({"result", list({1, 2, 3})});
  EXPECT_THAT(child.actor.call(queue, "put", {item}), Returns(Value()));
  EXPECT_THAT(main().call(queue, "get"), Returns(item));
}

TEST_F(QueueConformance, QUEUE_002_FromParentToChild) {
  const Object queue = main().make("Queue");
  const Child child = main().spawn({queue});
  put(queue, "task");
  EXPECT_THAT(child.actor.call(queue, "get"), Returns("task"));
}

TEST_F(QueueConformance, QUEUE_002_FromChildToChild) {
  const Object queue = main().make("Queue");
  const Child one = main().spawn({queue});
  const Child other = main().spawn({queue});
  EXPECT_THAT(one.actor.call(queue, "put", {dict({{"from", "sibling"}})}), Returns(Value()));
  EXPECT_THAT(other.actor.call(queue, "get"), Returns(dict({{"from", "sibling"}})));
}

TEST_F(QueueConformance, QUEUE_003_EveryKindOfValueIsAnItem) {
  const Object queue = main().make("Queue");
  const Child child = main().spawn({queue});
  for (const Value& item :
       {Value(), Value(true), Value(0), Value(BigInt(1) << 100), Value(-0.5), Value(""),
        Value("\xc3\xa9"), bytes(std::string("\0\xff", 2)), list({1, list({2.0})}), tuple({1, "a"}),
        set({1, 2}), dict({{"b", tuple()}, {1, Value()}})}) {
    EXPECT_THAT(child.actor.call(queue, "put", {item}), Returns(Value()));
    EXPECT_THAT(main().call(queue, "get"), Returns(item));
  }
}

TEST_F(QueueConformance, QUEUE_004_LargeItemsKeepTheirPlace) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  Program put_all = make_large_text();
  put_all.call(queue, "put", {"before"})
      .call(queue, "put", {var("text")})
      .call(queue, "put", {"after"})
      .set("text", Value());
  const Pending putting = producer.actor.begin_run(put_all);

  Program get_all = make_large_text();
  get_all.let("first", queue, "get").let("second", queue, "get").let("third", queue, "get");
  const Value got = main().run(compare_large_text(get_all, "second")).value();
  EXPECT_EQ(variable(got, "first"), Value("before"));
  EXPECT_EQ(variable(got, "same"), Value(true));
  EXPECT_EQ(variable(got, "third"), Value("after"));
  EXPECT_THAT(putting.wait(), Succeeds());
}

TEST_F(QueueConformance, QUEUE_005_ProducersMayInterleave) {
  constexpr int kItems = 200;
  const Object queue = main().make("Queue");
  const Child producers[] = {main().spawn({queue}), main().spawn({queue})};
  const auto start = soon();
  std::vector<Pending> putting;
  for (int producer = 0; producer < 2; ++producer) {
    Program body;
    body.add("item", var("i"), producer * kItems).call(queue, "put", {var("item")});
    Program program;
    program.start_at(start).repeat(kItems, body, "i");
    putting.push_back(producers[producer].actor.begin_run(program));
  }
  const Value got = variable(main().run(get_items(queue, 2 * kItems)).value(), "got");
  EXPECT_EQ(numbers_within(got, 0, kItems), numbers(0, kItems));
  EXPECT_EQ(numbers_within(got, kItems, kItems), numbers(kItems, kItems));
  for (const Pending& pending : putting) EXPECT_THAT(pending.wait(), Succeeds());
  const auto items = items_of(got);
  const bool first_is_of_0 = as_int(items[0]) < kItems;
  const bool interleaved = !std::is_partitioned(items.begin(), items.end(), [&](const Value& item) {
    return (as_int(item) < kItems) == first_is_of_0;
  });
  observe(interleaved ? "interleaved" : "one producer after the other");
}

TEST_F(QueueConformance, QUEUE_006_GetWaitsForAnItem) {
  const Object queue = main().make("Queue");
  const Child consumer = main().spawn({queue});
  const Outcome got = expect_waits([&] { return consumer.actor.begin(queue, "get"); },
                                   [&] { return main().call(queue, "put", {"late"}); });
  EXPECT_THAT(got, Returns("late"));
}

TEST_F(QueueConformance, QUEUE_006_GetWithATimeoutReturnsWhatArrivesMeanwhile) {
  const Object queue = main().make("Queue");
  const Child consumer = main().spawn({queue});
  const Outcome got = expect_waits(
      [&] {
        return consumer.actor.begin(queue, "get", {}, {{"timeout", 60}});
      },
      [&] { return main().call(queue, "put", {"late"}); });
  EXPECT_THAT(got, Returns("late"));
}

TEST_F(QueueConformance, QUEUE_007_GetFailsAfterItsTimeout) {
  const Object queue = main().make("Queue");
  for (const auto& [seconds, least] : {std::pair(0.01, 10ms), std::pair(0.1, 100ms)}) {
    const Outcome outcome = main().call(queue, "get", {true, seconds});
    EXPECT_THAT(outcome, FailsWith("Empty"));
    EXPECT_GE(duration(outcome), least);
  }
}

TEST_F(QueueConformance, QUEUE_007_GetFailsAfterItsTimeoutBesideAnotherConsumer) {
  const Object queue = main().make("Queue");
  const Child waiting = main().spawn({queue});
  const Pending getting = waiting.actor.begin(queue, "get");
  const Outcome outcome = main().call(queue, "get", {}, {{"timeout", 0.05}});
  EXPECT_THAT(outcome, FailsWith("Empty"));
  EXPECT_GE(duration(outcome), 50ms);
  put(queue, "end");
  EXPECT_THAT(getting.wait(), Returns("end"));
}

TEST_F(QueueConformance, QUEUE_007_AFailedGetLeavesTheQueueUnchanged) {
  const Object queue = main().make("Queue", {1});
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(main().call(queue, "get", {}, {{"timeout", 0.01}}), FailsWith("Empty"));
  }
  put(queue, "only");
  EXPECT_THAT(main().call(queue, "put_nowait", {"too much"}), FailsWith("Full"));
  expect_items(queue, {"only"});
}

TEST_F(QueueConformance, QUEUE_008_GetWithoutWaitingFailsAtOnce) {
  const Object queue = main().make("Queue");
  EXPECT_THAT(main().call(queue, "get_nowait"), FailsWith("Empty"));
  EXPECT_THAT(main().call(queue, "get", {}, {{"block", false}}), FailsWith("Empty"));
  EXPECT_THAT(main().call(queue, "get", {false, 3600}), FailsWith("Empty"));
}

TEST_F(QueueConformance, QUEUE_008_GetWithoutWaitingFailsAtOnceBesideAWaitingConsumer) {
  const Object queue = main().make("Queue");
  const Child consumer = main().spawn({queue});
  expect_waits([&] { return consumer.actor.begin(queue, "get"); },
               [&] {
                 EXPECT_THAT(main().call(queue, "get_nowait"), FailsWith("Empty"));
                 return main().call(queue, "put", {"end"});
               });
}

TEST_F(QueueConformance, QUEUE_009_GetWithoutTimeLeftFailsAtOnce) {
  const Object queue = main().make("Queue");
  for (const Value& timeout : {Value(0), Value(0.0), Value(-1), Value(-0.5)}) {
    EXPECT_THAT(main().call(queue, "get", {}, {{"timeout", timeout}}), FailsWith("Empty"));
  }
}

TEST_F(QueueConformance, QUEUE_010_PutWaitsForAPlace) {
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

TEST_F(QueueConformance, QUEUE_011_PutFailsAfterItsTimeout) {
  const Object queue = full_queue(1);
  for (const auto& [seconds, least] : {std::pair(0.01, 10ms), std::pair(0.1, 100ms)}) {
    const Outcome outcome = main().call(queue, "put", {"too much", true, seconds});
    EXPECT_THAT(outcome, FailsWith("Full"));
    EXPECT_GE(duration(outcome), least);
  }
  expect_items(queue, {0});
  expect_no_more(queue);
}

TEST_F(QueueConformance, QUEUE_011_PutWithATimeoutTakesAPlaceThatBecomesFree) {
  const Object queue = full_queue(1);
  const Child producer = main().spawn({queue});
  expect_waits(
      [&] {
        return producer.actor.begin(queue, "put", {0}, {{"timeout", 60}});
      },
      [&] { return main().call(queue, "get"); });
  expect_items(queue, {0});
}

TEST_F(QueueConformance, QUEUE_012_PutWithoutWaitingFailsAtOnce) {
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

TEST_F(QueueConformance, QUEUE_013_EachGetMakesRoomForOne) {
  const Object queue = full_queue(2);
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(main().call(queue, "put_nowait", {"too much"}), FailsWith("Full"));
    expect_items(queue, {i});
    EXPECT_THAT(main().call(queue, "put_nowait", {i + 2}), Returns(Value()));
  }
}

TEST_F(QueueConformance, QUEUE_014_ManyItemsWithoutABound) {
  constexpr int kItems = 10000;
  for (const int maxsize : {0, -1}) {
    const Object queue = main().make("Queue", {maxsize});
    EXPECT_THAT(main().run(put_numbers(queue, 0, kItems)), Succeeds());
    EXPECT_THAT(look(main(), queue, "full"), Returns(false));
    EXPECT_THAT(main().run(get_items(queue, kItems)), Succeeds());
  }
}

TEST_F(QueueConformance, QUEUE_015_TheBoundIsCommonToAllProducers) {
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

TEST_F(QueueConformance, QUEUE_016_EmptyWhenNewAndAfterEverythingWasGot) {
  const Object queue = main().make("Queue");
  const Child child = main().spawn({queue});
  for (Actor* actor : {&main(), &child.actor}) {
    EXPECT_THAT(actor->call(queue, "empty"), Returns(true));
  }
  EXPECT_THAT(child.actor.run(put_numbers(queue, 0, 3)), Succeeds());
  expect_items(queue, {0, 1, 2});
  for (Actor* actor : {&main(), &child.actor}) {
    EXPECT_THAT(actor->call(queue, "empty"), Returns(true));
  }
}

TEST_F(QueueConformance, QUEUE_017_NotEmptyUntilTheLastItemOfEndedProducers) {
  const Object queue = main().make("Queue");
  for (int producer = 0; producer < 2; ++producer) {
    const Child child = main().spawn({queue});
    EXPECT_THAT(child.actor.run(put_numbers(queue, 0, 3)), Succeeds());
    finish(child);
  }
  for (int i = 0; i < 6; ++i) {
    EXPECT_THAT(main().call(queue, "empty"), Returns(false));
    EXPECT_THAT(main().call(queue, "get"), Succeeds());
  }
  EXPECT_THAT(main().call(queue, "empty"), Returns(true));
}

TEST_F(QueueConformance, QUEUE_018_APutMayShowLateButAWaitingGetSeesIt) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i) {
    Program program;
    program.call(queue, "put", {i}).let("empty", queue, "empty");
    const Value empty = variable(producer.actor.run(program).value(), "empty");
    EXPECT_TRUE(empty == Value(true) || empty == Value(false)) << empty;
    seen.insert("empty() was " + to_python(empty));
    const Outcome nowait = main().call(queue, "get_nowait");
    if (nowait.ok()) {
      EXPECT_THAT(nowait, Returns(i));
    } else {
      EXPECT_THAT(nowait, FailsWith("Empty"));
      seen.insert("get_nowait() failed");
      expect_items(queue, {i});
    }
  }
  for (const std::string& what : seen) observe(what);
}

TEST_F(QueueConformance, QUEUE_019_QsizeCountsThePutsOfAllProcesses) {
  const Object queue = main().make("Queue");
  const Child child = main().spawn({queue});
  EXPECT_THAT(child.actor.run(put_numbers(queue, 0, 3)), Succeeds());
  put(queue, 3);
  for (int left = 4; left > 0; --left) {
    for (Actor* actor : {&main(), &child.actor}) {
      EXPECT_THAT(look(*actor, queue, "qsize"), Returns(left));
    }
    EXPECT_THAT(main().call(queue, "get"), Succeeds());
  }
  EXPECT_THAT(look(child.actor, queue, "qsize"), Returns(0));
}

TEST_F(QueueConformance, QUEUE_020_FullIsSeenByEveryProcess) {
  const Object queue = main().make("Queue", {2});
  const Child child = main().spawn({queue});
  const auto expect_full = [&](bool full) {
    for (Actor* actor : {&main(), &child.actor}) {
      EXPECT_THAT(look(*actor, queue, "full"), Returns(full));
    }
  };
  expect_full(false);
  put(queue, 1);
  expect_full(false);
  EXPECT_THAT(child.actor.call(queue, "put", {2}), Returns(Value()));
  expect_full(true);
  EXPECT_THAT(child.actor.call(queue, "get"), Succeeds());
  expect_full(false);
  EXPECT_THAT(main().call(queue, "get"), Succeeds());
}

TEST_F(QueueConformance, QUEUE_021_ItemsOutliveTheirProducer) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  EXPECT_THAT(producer.actor.run(put_numbers(queue, 0, 20)), Succeeds());
  producer.actor.release();
  // A producer may also stay until its items were got (QUEUE-023).
  main().call(producer.process, "join", {0.5});
  EXPECT_EQ(variable(main().run(get_items(queue, 20)).value(), "got"), numbers(0, 20));
  join(producer);
}

TEST_F(QueueConformance, QUEUE_022_AProducerEndsWhenItsItemsWereGot) {
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

TEST_F(QueueConformance, QUEUE_023_AProducerMayWaitForItsItemsToBeGot) {
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
  observe(alive == Outcome(true) ? "the producer waited" : "the producer ended at once");
  for (const Value& got : items_of(variable(main().run(get_items(queue, 500)).value(), "got"))) {
    ASSERT_EQ(got, Value(item));
  }
  join(producer);
}

TEST_F(QueueConformance, QUEUE_024_AfterCancelJoinThreadNobodyIsWaitedFor) {
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

TEST_F(QueueConformance, QUEUE_025_AfterCancelJoinThreadAPrefixArrives) {
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
  observe(arrived == kItems ? "all items arrived" : "items were lost");
}

TEST_F(QueueConformance, QUEUE_026_AClosedQueueRefuses) {
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

TEST_F(QueueConformance, QUEUE_027_CloseDeliversWhatWasPut) {
  const Object queue = main().make("Queue");
  const Child consumer = main().spawn({queue});
  EXPECT_THAT(main().run(put_numbers(queue, 0, 100)), Succeeds());
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  EXPECT_EQ(variable(consumer.actor.run(get_items(queue, 100)).value(), "got"), numbers(0, 100));
}

TEST_F(QueueConformance, QUEUE_027_CloseConcernsOneProcess) {
  const Object queue = main().make("Queue");
  const Child one = main().spawn({queue});
  const Child other = main().spawn({queue});
  EXPECT_THAT(one.actor.call(queue, "close"), Returns(Value()));
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  EXPECT_THAT(other.actor.call(queue, "put", {"on"}), Returns(Value()));
  EXPECT_THAT(other.actor.call(queue, "get"), Returns("on"));
}

TEST_F(QueueConformance, QUEUE_028_JoinThreadWaitsUntilEverythingIsHandedOver) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  Program put_all = make_large_text();
  put_all.call(queue, "put", {var("text")})
      .set("text", Value())
      .call(queue, "put", {"last"})
      .call(queue, "close");
  EXPECT_THAT(producer.actor.run(put_all), Succeeds());
  const Pending joining = producer.actor.begin(queue, "join_thread");
  Program get_large = make_large_text();
  get_large.let("item", queue, "get");
  EXPECT_EQ(variable(main().run(compare_large_text(get_large, "item")).value(), "same"),
            Value(true));
  EXPECT_THAT(joining.wait(), Returns(Value()));
  // What was handed over needs its producer no more, however that ends.
  producer.actor.end("actor.os_exit", {0});
  expect_items(queue, {"last"});
}

TEST_F(QueueConformance, QUEUE_028_JoinThreadWithoutItemsReturns) {
  const Object queue = main().make("Queue");
  EXPECT_THAT(main().call(queue, "close"), Returns(Value()));
  EXPECT_THAT(main().call(queue, "join_thread"), Returns(Value()));
}

TEST_F(QueueConformance, QUEUE_029_JoinThreadBeforeCloseFails) {
  const Object queue = main().make("Queue");
  put(queue, 1);
  EXPECT_THAT(main().call(queue, "join_thread"), FailsWith("AssertionError"));
  put(queue, 2);
  expect_items(queue, {1, 2});
}

TEST_F(QueueConformance, QUEUE_030_AnItemThatCannotBeSentIsNotDelivered) {
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
  observe(main().call(queue, "put", {lock}).ok() ? "put returns" : "put fails");
}

TEST_F(QueueConformance, QUEUE_031_SeveralThreadsPutAndGet) {
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
