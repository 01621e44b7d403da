// GUAR: what a process sees of another one's writes, and what comes through
// queues and pipes.
#include <algorithm>
#include <set>

#include "tests/support/managed.hpp"
#include "tests/support/queues.hpp"

namespace mpspec {
namespace {

/// Memory without a lock of its own: only the message orders its reading after
/// its writing.
class PublishingConformance : public ManagedConformance {
 protected:
  static constexpr int kRounds = 300;

  void SetUp() override {
    ManagedConformance::SetUp();
    value_ = main().make("Value", {"i", 0}, {{"lock", false}});
    array_ = main().make("Array", {"i", 3}, {{"lock", false}});
  }
  void write(Program& program, const Value& number) const {
    program.call(value_, "value.set", {number}).call(array_, "__setitem__", {1, number});
  }
  /// Appends (item, value, element) to `seen`.
  void read(Program& program, const Value& item) const {
    program.let("value", value_, "value")
        .let("element", array_, "__getitem__", {1})
        .append("seen", tuple({item, var("value"), var("element")}));
  }
  /// The receiver may see later writes, but none that is older than the
  /// message.
  static void expect_published(const Value& variables) {
    const Value seen = variable(variables, "seen");
    ASSERT_EQ(items_of(seen).size(), static_cast<std::size_t>(kRounds));
    for (const Value& entry : items_of(seen)) {
      const auto* parts = entry.get_if<Tuple>();
      ASSERT_TRUE(parts != nullptr && parts->items.size() == 3) << to_python(entry);
      const long long item = as_int(parts->items[0]);
      EXPECT_LE(item, as_int(parts->items[1]));
      EXPECT_LE(item, as_int(parts->items[2]));
    }
  }
  /// The child writes and sends 1, 2, ...; the parent receives and reads, at
  /// the same time.
  void expect_published_by(const Object& output, const std::string& send, const Object& input,
                           const std::string& receive) {
    const Child child = main().spawn({value_, array_, output});
    Program sending, receiving, body;
    body.add("i", var("i"), 1);
    write(body, var("i"));
    body.call(output, send, {var("i")});
    sending.set("i", 0).repeat(kRounds, body);
    Program step;
    step.let("item", input, receive);
    read(step, var("item"));
    receiving.repeat(kRounds, step);
    const Pending sent = child.actor.begin_run(sending);
    expect_published(main().run(receiving).value());
    EXPECT_THAT(sent.wait(), Succeeds());
  }

  Object value_, array_;
};

TEST_F(PublishingConformance, GUAR_013_AnItemPublishesWhatWasWrittenBefore) {
  const Object queue = main().make("Queue");
  expect_published_by(queue, "put", queue, "get");
}

TEST_F(PublishingConformance, GUAR_013_AMessagePublishesWhatWasWrittenBefore) {
  const auto [receiver, sender] = main().make_pipe(false);
  expect_published_by(sender, "send", receiver, "recv");
}

TEST_F(PublishingConformance, GUAR_013_AReleasePublishesWhatWasWrittenBefore) {
  const Object lock = main().make("Lock");
  const auto children = spawn(2, {lock, value_, array_});
  const auto results = race(children, [&](Program& program, int i) {
    Program body;
    body.call(lock, "acquire");
    if (i == 0) {
      body.add("i", var("i"), 1);
      write(body, var("i"));
    } else {
      read(body, 0);
    }
    body.call(lock, "release");
    program.set("i", 0).repeat(kRounds, body);
  });
  // Whoever has the lock finds both as the last holder left them, and never
  // older than before.
  Value before = 0;
  for (const Value& entry : items_of(variable(results.at(1), "seen"))) {
    const auto& parts = entry.get_if<Tuple>()->items;
    ASSERT_EQ(parts.at(1), parts.at(2));
    ASSERT_LE(as_int(before), as_int(parts.at(1)));
    before = parts.at(1);
  }
}

TEST_F(PublishingConformance, GUAR_013_JoinPublishesWhatTheProcessWrote) {
  for (int round = 1; round <= 5; ++round) {
    const Child child = main().spawn({value_, array_});
    // In flight before anything is written: only the end of the process tells
    // the parent.
    const Pending joined = main().begin(child.process, "join");
    child.actor.begin(value_, "value.set", {round});
    child.actor.begin(array_, "__setitem__", {1, round});
    child.actor.end("actor.return");
    EXPECT_THAT(joined.wait(), Succeeds());
    EXPECT_THAT(main().call(value_, "value"), Returns(round));
    EXPECT_THAT(main().call(array_, "__getitem__", {1}), Returns(round));
  }
}

TEST_F(PublishingConformance, GUAR_014_AChildSeesWhatItsParentWroteBeforeStart) {
  const auto [process, number] = main().make_process({value_, array_});
  EXPECT_THAT(main().call(value_, "value.set", {7}), Succeeds());
  EXPECT_THAT(main().call(array_, "__setitem__", {1, 8}), Succeeds());
  EXPECT_THAT(main().call(process, "start"), Succeeds());
  Actor& child = adapter().accept(number);
  EXPECT_THAT(child.call(value_, "value"), Returns(7));
  EXPECT_THAT(child.call(array_, "__getitem__", {1}), Returns(8));
}

/// Producers put (producer, 0), (producer, 1), ...
class ChannelsConformance : public ManagedConformance {
 protected:
  static Program producing(const Object& queue, int producer, int count) {
    Program body;
    body.call(queue, "put", {tuple({producer, var("i")})});
    Program program;
    return program.repeat(count, body, "i");
  }
  static int producer_of(const Value& item) { return part(item, 0); }
  static int number_of(const Value& item) { return part(item, 1); }
  static int part(const Value& item, std::size_t index) {
    const auto* pair = item.get_if<Tuple>();
    if (pair == nullptr || pair->items.size() != 2)
      throw CaseStop(Verdict::fail, "nobody put " + to_python(item));
    return static_cast<int>(as_int(pair->items[index]));
  }
  /// One consumer's items of each producer are in that producer's order.
  static void expect_producers_order(const std::vector<Value>& items) {
    std::map<int, int> last;
    for (const Value& item : items) {
      const auto [known, first] = last.emplace(producer_of(item), -1);
      EXPECT_LT(known->second, number_of(item)) << "of producer " << known->first;
      known->second = number_of(item);
    }
  }
  static void expect_each_once(const std::vector<Value>& items, int producers, int count) {
    EXPECT_EQ(items.size(), static_cast<std::size_t>(producers * count));
    std::set<std::pair<int, int>> seen;
    for (const Value& item : items) {
      EXPECT_TRUE(seen.emplace(producer_of(item), number_of(item)).second)
          << to_python(item) << " came twice";
      EXPECT_LT(producer_of(item), producers);
      EXPECT_LT(number_of(item), count);
    }
  }
  /// `count` items of each producer through one queue to several consumers.
  void expect_exactly_one_consumer(int producers, int consumers, int maxsize, int count) {
    const Object queue = main().make("Queue", {maxsize});
    const auto getting = spawn(consumers, {queue});
    const auto putting = spawn(producers, {queue});
    std::vector<Pending> running;
    for (const Child& child : getting)
      running.push_back(child.actor.begin_run(get_until_none(queue)));
    race(putting, [&](Program& program, int i) { program.repeat(1, producing(queue, i, count)); });
    for (const Child& child : putting) end(child);
    for (int i = 0; i < consumers; ++i)
      EXPECT_THAT(main().call(queue, "put", {Value()}), Succeeds());
    std::vector<Value> all;
    for (const Pending& pending : running) {
      const auto got = items_of(variable(pending.wait().value(), "got"));
      expect_producers_order(got);
      all.insert(all.end(), got.begin(), got.end());
    }
    expect_each_once(all, producers, count);
  }
};

TEST_F(ChannelsConformance, GUAR_015_EachProducersItemsKeepTheirOrder) {
  const Object queue = main().make("Queue");
  const auto producers = spawn(3, {queue});
  const Pending got = main().begin_run(get_items(queue, 3 * 200));
  race(producers, [&](Program& program, int i) { program.repeat(1, producing(queue, i, 200)); });
  const auto items = items_of(variable(got.wait().value(), "got"));
  expect_producers_order(items);
  expect_each_once(items, 3, 200);
}

TEST_F(ChannelsConformance, GUAR_016_EveryItemGoesToExactlyOneConsumer) {
  expect_exactly_one_consumer(3, 3, 0, 200);
}

TEST_F(ChannelsConformance, GUAR_016_AlsoThroughABoundedQueue) {
  expect_exactly_one_consumer(3, 2, 1, 60);
  expect_exactly_one_consumer(1, 3, 4, 60);
}

TEST_F(ChannelsConformance, GUAR_017_ResultsOfTwoWorkersThatWereJoined) {
  const Object results = main().make("Queue");
  const auto workers = spawn(2, {results});
  std::vector<Value> expected;
  race(workers, [&](Program& program, int i) {
    const auto pid = static_cast<long long>(workers.at(static_cast<std::size_t>(i)).actor.pid());
    for (int v = 3 * i + 1; v <= 3 * i + 3; ++v) {
      expected.push_back(tuple({pid, v, v * v}));
      program.call(results, "put", {expected.back()});
    }
  });
  for (const Child& worker : workers) end(worker);
  const Value got = variable(main().run(get_items(results, 6)).value(), "got");
  EXPECT_THAT(items_of(got), ::testing::UnorderedElementsAreArray(expected));
  EXPECT_THAT(main().call(results, "get", {false}), FailsWith("Empty"));
}

TEST_F(ChannelsConformance, GUAR_018_ProducersConsumersAndSentinels) {
  const Object work = main().make("Queue");
  const Object results = main().make("Queue");
  const auto consumers = spawn(2, {work, results});
  const auto producers = spawn(2, {work});
  std::vector<Pending> consuming;
  for (const Child& consumer : consumers) {
    Program body;
    body.let("item", work, "get")
        .break_if(var("item"), Value())
        .call(results, "put", {var("item")});
    Program program;
    consuming.push_back(consumer.actor.begin_run(program.forever(body)));
  }
  race(producers,
       [&](Program& program, int i) { program.repeat(1, put_numbers(work, 4 * i + 1, 4)); });
  for (const Child& producer : producers) end(producer);
  for (int i = 0; i < 2; ++i) EXPECT_THAT(main().call(work, "put", {Value()}), Succeeds());
  for (const Pending& consumer : consuming) EXPECT_THAT(consumer.wait(), Succeeds());
  for (const Child& consumer : consumers) end(consumer);

  const Value got = variable(main().run(get_items(results, 8)).value(), "got");
  EXPECT_THAT(items_of(got), ::testing::UnorderedElementsAreArray(items_of(numbers(1, 8))));
  EXPECT_THAT(main().call(results, "get", {false}), FailsWith("Empty"));
  EXPECT_THAT(main().call(work, "get", {false}), FailsWith("Empty"));
  EXPECT_THAT(main().call(work, "empty"), Returns(true));
}

class SentinelConformance : public ChannelsConformance {
 protected:
  /// The consumer that the sentinel ends, whichever it is.
  std::size_t first_ended(const std::vector<Pending>& consuming) {
    const auto deadline = adapter().deadline();
    while (Clock::now() < deadline) {
      for (std::size_t i = 0; i < consuming.size(); ++i) {
        if (consuming[i].wait_until(Clock::now() + 5ms)) return i;
      }
    }
    adapter().stop(Verdict::hang, "no consumer got the sentinel");
  }
};

TEST_F(SentinelConformance, GUAR_019_ASentinelComesLastAndEndsOneConsumer) {
  constexpr int kItems = 100;
  const Object queue = main().make("Queue");
  const auto consumers = spawn(2, {queue});
  const auto producers = spawn(2, {queue});
  std::vector<Pending> consuming;
  for (const Child& consumer : consumers)
    consuming.push_back(consumer.actor.begin_run(get_until_none(queue).record()));
  race(producers, [&](Program& program, int i) { program.repeat(1, producing(queue, i, kItems)); });
  for (const Child& producer : producers) end(producer);
  EXPECT_THAT(main().call(queue, "put", {Value()}), Succeeds());

  const std::size_t ended = first_ended(consuming);
  const std::size_t other = 1 - ended;
  EXPECT_FALSE(consuming[other].ready());
  EXPECT_THAT(main().call(queue, "put", {tuple({9, 9})}), Succeeds());
  EXPECT_THAT(main().call(queue, "put", {Value()}), Succeeds());
  const auto got_first = items_of(variable(consuming[ended].wait().value(), "got"));
  const auto got_other = items_of(variable(consuming[other].wait().value(), "got"));

  ASSERT_FALSE(got_other.empty());
  EXPECT_EQ(got_other.back(), tuple({9, 9})) << "it was not ended by the first sentinel";
  std::vector<Value> all = got_first;
  all.insert(all.end(), got_other.begin(), got_other.end());
  std::erase(all, tuple({9, 9}));
  expect_each_once(all, 2, kItems);

  // What was put before the sentinel nobody begins to get after it.
  const auto sentinel_got = consumers[ended].actor.history().back().second.ended;
  for (const auto& [position, outcome] : consumers[other].actor.history()) {
    const bool later = outcome == Outcome(Value()) || outcome == Outcome(tuple({9, 9}));
    if (!later) {
      EXPECT_LE(outcome.began, sentinel_got) << to_text(outcome);
    }
  }
}

TEST_F(ChannelsConformance, GUAR_020_PingPong) {
  constexpr int kRounds = 300;
  const auto [a, b] = main().make_pipe();
  const Child child = main().spawn({b});
  Program ping, pong, serve, reply;
  serve.call(a, "send", {tuple({"ping", var("i")})}).let("x", a, "recv").append("got", var("x"));
  reply.let("x", b, "recv").append("got", var("x")).call(b, "send", {tuple({"pong", var("i")})});
  const Pending ponging = child.actor.begin_run(pong.repeat(kRounds, reply, "i"));
  const Value pongs = variable(main().run(ping.repeat(kRounds, serve, "i")).value(), "got");
  const Value pings = variable(ponging.wait().value(), "got");
  List expected_pings, expected_pongs;
  for (int i = 0; i < kRounds; ++i) {
    expected_pings.items.push_back(tuple({"ping", i}));
    expected_pongs.items.push_back(tuple({"pong", i}));
  }
  EXPECT_EQ(pings, Value(expected_pings));
  EXPECT_EQ(pongs, Value(expected_pongs));
}

}  // namespace
}  // namespace mpspec
