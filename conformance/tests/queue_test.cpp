// QUEUE: items from any number of producing processes to any number of consuming ones.
#include <algorithm>
#include <map>
#include <set>

#include "tests/support/large_text.hpp"
#include "tests/support/queue_fixture.hpp"
#include "tests/support/queues.hpp"

namespace mpspec {
namespace {

using QueueConformance = QueueFixture;

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
    EXPECT_THAT(child.actor.call(queue, "put", {"next"}), Returns(Value()));
    ASSERT_THAT(main().call(queue, "get"), Returns(item)) << "a lost item is told by the next one";
    ASSERT_THAT(main().call(queue, "get"), Returns("next"));
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
  observe(interleaved, "interleaved", "one producer after the other");
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

}  // namespace
}  // namespace mpspec
