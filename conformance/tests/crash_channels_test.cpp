// CRASH: queues and pipes after a process was killed that used them.
#include <set>

#include "tests/support/crash.hpp"
#include "tests/support/queues.hpp"

namespace mpspec {
namespace {

/// Too long for any pipe's or socket's buffer.
std::string large(char c) { return std::string(2'000'000, c); }

class QueueCrashConformance : public CrashConformance {
 protected:
  void put(Actor& actor, const Object& queue, const Value& item) {
    EXPECT_THAT(actor.call(queue, "put", {item}), Returns(Value()));
  }
  /// All that comes, until nothing does for a while.
  std::vector<Value> drain(const Object& queue) {
    Program body, program;
    body.let("item", queue, "get", {true, kPatience})
        .break_on({"Empty"})
        .append("got", var("item"));
    return items_of(variable(main().run(program.set("got", list()).forever(body)).value(), "got"));
  }

  /// Puts more than a pipe's buffer takes, in items that a pipe takes whole, and gives those whose
  /// `put` has returned when the process rests.
  std::vector<Value> put_much(const Child& producer, const Object& queue) {
    std::vector<Value> items;
    std::vector<Pending> putting;
    for (int i = 0; i < 40; ++i) {
      items.push_back(tuple({i, std::string(3000, 'x')}));
      putting.push_back(producer.actor.begin(queue, "put", {items.back()}));
    }
    wait_until_asleep({producer.actor.pid()});
    while (!putting.empty() && !putting.back().ready()) {
      putting.pop_back();
      items.pop_back();
    }
    for (const Pending& pending : putting) EXPECT_THAT(pending.wait(), Returns(Value()));
    return items;
  }
  /// They arrive in order; one more may, whose `put` had not returned.
  void expect_delivered(const Object& queue, const std::vector<Value>& items) {
    const std::vector<Value> got = drain(queue);
    ASSERT_GE(got.size(), items.size()) << "items that had been put are lost";
    for (std::size_t i = 0; i < items.size(); ++i) ASSERT_EQ(got[i], items[i]);
  }
};

TEST_F(QueueCrashConformance, CRASH_007_OthersGetWhatIsPutAfterAWaitingConsumerDied) {
  const Object queue = main().make("Queue");
  const auto children = spawn(2, {queue});
  kill_waiting(children[0], children[0].actor.begin(queue, "get"));
  for (int i = 0; i < 3; ++i) put(main(), queue, i);
  for (int i = 0; i < 3; ++i)
    ASSERT_THAT(children[1].actor.call(queue, "get", {true, kPatience}), Returns(i));
}

TEST_F(QueueCrashConformance, CRASH_008_ALargeItemOfTheDeadArrivesWholeOrNotAtAll) {
  const Object queue = main().make("Queue");
  const auto children = spawn(2, {queue});
  children[0].actor.begin(queue, "put", {large('v')});
  wait_until_asleep({children[0].actor.pid()});
  kill(children[0]);
  put(children[1].actor, queue, "small");
  Outcome first = main().call(queue, "get", {true, kPatience});
  if (first == Outcome(large('v'))) first = main().call(queue, "get", {true, kPatience});
  EXPECT_THAT(first, Returns("small"));
}

TEST_F(QueueCrashConformance, CRASH_009_ItemsPutBeforeAKillAreDelivered) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  const auto items = put_much(producer, queue);
  kill(producer);
  expect_delivered(queue, items);
}

TEST_F(QueueCrashConformance, CRASH_009_ItemsPutBeforeAnEndWithoutCleanUpAreDelivered) {
  const Object queue = main().make("Queue");
  const Child producer = main().spawn({queue});
  const auto items = put_much(producer, queue);
  if (items.size() < 40) inconclusive("a put waits for a consumer, so the process cannot end");
  producer.actor.end("actor.os_exit", {0});
  expect_delivered(queue, items);
}

/// Victims and survivors produce and consume at the same time. A victim goes on until it is killed;
/// a survivor gives up in time, because the dead may have taken the queue's locks with them.
class MayhemConformance : public QueueCrashConformance {
 protected:
  enum class Role { victim, survivor };

  static Value item(int producer, const Value& number) {
    return tuple({producer, number, std::string(200, static_cast<char>('a' + producer))});
  }
  static Kwargs patience(Role role) {
    return role == Role::survivor ? Kwargs{{"timeout", kPatience}} : Kwargs{};
  }
  Pending produce(const Child& child, const Object& queue, int number, Role role) {
    constexpr int kItems = 100;
    Program body, program;
    body.call(queue, "put", {item(number, var("i"))}, patience(role))
        .break_on({"Full"})
        .add("i", var("i"), 1)
        .break_if(var("i"), role == Role::survivor ? kItems : -1);
    return child.actor.begin_run(program.set("i", 0).forever(body));
  }
  Pending consume(const Child& child, const Object& queue, Role role) {
    Program body, program;
    body.let("item", queue, "get", {}, patience(role))
        .break_on({"Empty"})
        .append("got", var("item"));
    return child.actor.begin_run(program.set("got", list()).forever(body));
  }
  static void expect_item(const Value& got, std::set<std::pair<int, long long>>& seen) {
    const auto* parts = got.get_if<Tuple>();
    ASSERT_TRUE(parts != nullptr && parts->items.size() == 3) << to_python(got);
    const auto producer = static_cast<int>(as_int(parts->items[0]));
    ASSERT_EQ(got, item(producer, parts->items[1])) << "torn";
    ASSERT_TRUE(seen.emplace(producer, as_int(parts->items[1])).second)
        << to_python(got) << " came twice";
  }
};

TEST_F(MayhemConformance, CRASH_010_NoItemComesTwiceOrTorn) {
  for (int round = 0; round < 3; ++round) {
    const Object queue = main().make("Queue", {20});
    const auto children = spawn(5, {queue});
    produce(children[0], queue, 0, Role::survivor);
    const Pending consumers[] = {consume(children[1], queue, Role::survivor),
                                 consume(children[2], queue, Role::survivor)};
    const Pending victim_producer = produce(children[3], queue, 1, Role::victim);
    const Pending victim_consumer = consume(children[4], queue, Role::victim);
    kill_within(20ms, children[3], victim_producer);
    kill_within(20ms, children[4], victim_consumer);
    std::set<std::pair<int, long long>> seen;
    for (const Pending& consumer : consumers) {
      for (const Value& got : items_of(variable(consumer.wait().value(), "got")))
        expect_item(got, seen);
    }
    for (const std::size_t survivor : {0U, 1U, 2U}) kill(children[survivor]);
  }
}

class PipeCrashConformance : public CrashConformance {
 protected:
  /// A child that alone has the other end of the parent's connection.
  struct Peer {
    Child child;
    Object own, theirs;
  };
  Peer spawn_peer(bool duplex = true) {
    const auto [own, theirs] = main().make_pipe(duplex);
    const Peer peer{main().spawn({theirs}), own, theirs};
    EXPECT_THAT(main().call(theirs, "close"), Returns(Value()));
    return peer;
  }
  void send(Actor& actor, const Object& end, const Value& message) {
    EXPECT_THAT(actor.call(end, "send", {message}), Returns(Value()));
  }
  void expect_messages_then_end(bool duplex) {
    const Peer peer = spawn_peer(duplex);
    for (int i = 0; i < 3; ++i) send(peer.child.actor, peer.theirs, list({i}));
    kill(peer.child);
    for (int i = 0; i < 3; ++i) EXPECT_THAT(main().call(peer.own, "recv"), Returns(list({i})));
    EXPECT_THAT(main().call(peer.own, "recv"), FailsWith("EOFError"));
    EXPECT_THAT(main().call(peer.own, "recv"), FailsWith("EOFError"));
  }
  /// A message of 100 bytes of which only some are there.
  void expect_no_part(const std::string& receive, std::size_t sent) {
    const Peer peer = spawn_peer();
    const std::string message = std::string("\0\0\0\x64", 4) + std::string(100, 'N');
    EXPECT_THAT(peer.child.actor.call(peer.theirs, "send_raw", {bytes(message.substr(0, sent))}),
                Returns(Value()));
    kill(peer.child);
    expect_failure(main().call(peer.own, receive));
  }
  static void expect_failure(const Outcome& outcome) {
    EXPECT_TRUE(outcome.error() == "OSError" || outcome.error() == "EOFError") << to_text(outcome);
  }
  static bool is_broken(const Outcome& outcome) {
    return outcome.error() == "BrokenPipeError" || outcome.error() == "ConnectionResetError";
  }
};

TEST_F(PipeCrashConformance, CRASH_011_WholeMessagesThenTheEndOfADuplexPipe) {
  expect_messages_then_end(true);
}

TEST_F(PipeCrashConformance, CRASH_011_WholeMessagesThenTheEndOfASimplexPipe) {
  expect_messages_then_end(false);
}

TEST_F(PipeCrashConformance, CRASH_011_AfterADeathWithUnreadMessages) {
  const Peer peer = spawn_peer();
  send(main(), peer.own, "never read");
  send(peer.child.actor, peer.theirs, 1);
  send(peer.child.actor, peer.theirs, 2);
  kill(peer.child);
  EXPECT_THAT(main().call(peer.own, "recv"), Returns(1));
  EXPECT_THAT(main().call(peer.own, "recv"), Returns(2));
  const Outcome end = main().call(peer.own, "recv");
  EXPECT_TRUE(end.error() == "EOFError" || end.error() == "ConnectionResetError") << to_text(end);
}

TEST_F(PipeCrashConformance, CRASH_011_AWaitingRecvEnds) {
  const Peer peer = spawn_peer();
  const Pending receiving = main().begin(peer.own, "recv");
  wait_until_blocked(main(), receiving);
  kill(peer.child);
  EXPECT_THAT(receiving.wait(), FailsWith("EOFError"));
}

TEST_F(PipeCrashConformance, CRASH_012_SendToADeadPeerFails) {
  const Peer peer = spawn_peer();
  send(peer.child.actor, peer.theirs, "alive");
  EXPECT_THAT(main().call(peer.own, "recv"), Returns("alive"));
  kill(peer.child);
  for (const Value& message : {Value(1), Value(large('m'))}) {
    const Outcome outcome = main().call(peer.own, "send", {message});
    EXPECT_TRUE(is_broken(outcome)) << to_text(outcome);
  }
}

TEST_F(PipeCrashConformance, CRASH_012_AWaitingSendFails) {
  const Peer peer = spawn_peer();
  const Pending sending = main().begin(peer.own, "send", {large('m')});
  wait_until_blocked(main(), sending);
  kill(peer.child);
  const Outcome outcome = sending.wait();
  EXPECT_TRUE(is_broken(outcome)) << to_text(outcome);
}

TEST_F(PipeCrashConformance, CRASH_013_NoPartOfAPayload) {
  expect_no_part("recv", 60);
  expect_no_part("recv_bytes", 60);
}

TEST_F(PipeCrashConformance, CRASH_013_NothingOfAPartOfAHeader) {
  expect_no_part("recv", 2);
  expect_no_part("recv_bytes", 4);
}

TEST_F(PipeCrashConformance, CRASH_013_NoPartOfAMessageThatDidNotFitIn) {
  const Peer peer = spawn_peer();
  kill_waiting(peer.child, peer.child.actor.begin(peer.theirs, "send", {large('m')}));
  expect_failure(main().call(peer.own, "recv"));
}

}  // namespace
}  // namespace mpspec
