// PIPE: a pair of connections through which two processes send each other messages.
#include <algorithm>

#include "tests/support/conformance.hpp"
#include "tests/support/large_text.hpp"
#include "tests/support/queues.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

/// The two connections of a pipe; (receiving, sending) when it has one direction.
using Ends = std::pair<Object, Object>;

class PipeConformance : public Conformance {
 protected:
  void send(Actor& actor, const Object& end, const Value& message) {
    EXPECT_THAT(actor.call(end, "send", {message}), Returns(Value()));
  }
  void expect_recv(Actor& actor, const Object& end, const Value& message) {
    EXPECT_THAT(actor.call(end, "recv"), Returns(message));
  }
  void close(Actor& actor, const Object& end) {
    EXPECT_THAT(actor.call(end, "close"), Returns(Value()));
  }
  /// A child that has the second end alone, and its parent the first: a child is given both,
  /// because one made by fork has them anyway, and closes what it does not need.
  Child spawn_peer(const Ends& ends) {
    const Child child = main().spawn({ends.first, ends.second});
    close(child.actor, ends.first);
    close(main(), ends.second);
    return child;
  }
  void finish(const Child& child) {
    child.actor.release();
    EXPECT_THAT(main().call(child.process, "join"), Returns(Value()));
  }
  /// The message that shows that the pipe still works.
  void expect_usable(const Object& to, const Object& from) {
    send(main(), from, "still usable");
    expect_recv(main(), to, "still usable");
    EXPECT_THAT(main().call(to, "poll"), Returns(false));
  }
};

TEST_F(PipeConformance, PIPE_001_BothEndsSendAndReceive) {
  const auto [a, b] = main().make_pipe();
  send(main(), a, "from a");
  send(main(), b, "from b");
  expect_recv(main(), a, "from b");
  expect_recv(main(), b, "from a");
}

TEST_F(PipeConformance, PIPE_001_BetweenParentAndChild) {
  const auto [a, b] = main().make_pipe();
  const Child child = main().spawn({b});
  send(child.actor, b, list({42, Value(), "hello"}));
  expect_recv(main(), a, list({42, Value(), "hello"}));
  send(main(), a, "back");
  expect_recv(child.actor, b, "back");
}

TEST_F(PipeConformance, PIPE_002_ManyMessagesInOrder) {
  constexpr int kMessages = 2000;
  const auto [receiving, sending] = main().make_pipe(false);
  const Child child = main().spawn({sending});
  Program body;
  body.call(sending, "send", {var("i")});
  Program send_all;
  const Pending done = child.actor.begin_run(send_all.repeat(kMessages, body, "i"));
  Program receive;
  receive.let("message", receiving, "recv").append("got", var("message"));
  Program receive_all;
  const Outcome got = main().run(receive_all.repeat(kMessages, receive));
  EXPECT_EQ(variable(got.value(), "got"), numbers(0, kMessages));
  EXPECT_THAT(done.wait(), Succeeds());
}

TEST_F(PipeConformance, PIPE_003_EveryKindOfValue) {
  const auto [a, b] = main().make_pipe();
  const Child child = main().spawn({b});
  for (const Value& message :
       {dict({{"name", "Alice"}, {"scores", list({90, 85, 92})}}), Value(), Value(false), Value(-1),
        Value(BigInt(1) << 70), Value(0.1), Value("\xe2\x82\xac"), bytes("\n"), list(), tuple({1}),
        set({"x", 2}), dict({{tuple({1, 2}), list({dict()})}})}) {
    send(child.actor, b, message);
    expect_recv(main(), a, message);
  }
}

TEST_F(PipeConformance, PIPE_004_AChildEchoes) {
  const auto [parent_end, child_end] = main().make_pipe();
  const Child child = main().spawn({child_end});
  Program echo;
  echo.let("message", child_end, "recv")
      .add("reply", "echo: ", var("message"))
      .call(child_end, "send", {var("reply")})
      .call(child_end, "close");
  const Pending done = child.actor.begin_run(echo);
  send(main(), parent_end, "hello");
  expect_recv(main(), parent_end, "echo: hello");
  EXPECT_THAT(done.wait(), Succeeds());
  finish(child);
}

TEST_F(PipeConformance, PIPE_005_RecvWaitsForAMessage) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    const Child child = main().spawn({receiving});
    const Outcome received =
        expect_waits([&, end = receiving] { return child.actor.begin(end, "recv"); },
                     [&, end = sending] { return main().call(end, "send", {"late"}); });
    EXPECT_THAT(received, Returns("late"));
  }
}

TEST_F(PipeConformance, PIPE_006_LargeMessages) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    const Child child = main().spawn({sending});
    Program send_all = make_large_text();
    send_all.call(sending, "send", {var("text")}).call(sending, "send", {"after"});
    const Pending done = child.actor.begin_run(send_all.set("text", Value()));
    Program receive = make_large_text();
    receive.let("message", receiving, "recv").let("after", receiving, "recv");
    const Value got = main().run(compare_large_text(receive, "message")).value();
    EXPECT_EQ(variable(got, "same"), Value(true));
    EXPECT_EQ(variable(got, "after"), Value("after"));
    EXPECT_THAT(done.wait(), Succeeds());
  }
}

TEST_F(PipeConformance, PIPE_007_OneDirection) {
  const auto [receiving, sending] = main().make_pipe(false);
  EXPECT_THAT(main().call(receiving, "readable"), Returns(true));
  EXPECT_THAT(main().call(receiving, "writable"), Returns(false));
  EXPECT_THAT(main().call(sending, "readable"), Returns(false));
  EXPECT_THAT(main().call(sending, "writable"), Returns(true));
  send(main(), sending, 1);
  expect_recv(main(), receiving, 1);
}

TEST_F(PipeConformance, PIPE_008_TheWrongDirectionFails) {
  const auto [receiving, sending] = main().make_pipe(false);
  EXPECT_THAT(main().call(receiving, "send", {1}), FailsWith("OSError"));
  EXPECT_THAT(main().call(receiving, "send_bytes", {bytes("x")}), FailsWith("OSError"));
  EXPECT_THAT(main().call(sending, "recv"), FailsWith("OSError"));
  EXPECT_THAT(main().call(sending, "recv_bytes"), FailsWith("OSError"));
  expect_usable(receiving, sending);
}

TEST_F(PipeConformance, PIPE_009_WithoutALockMessagesMayBeCorrupted) {
  constexpr int kMessages = 30;
  tolerate_leftovers();
  const auto [receiving, sending] = main().make_pipe(false);
  // A process of its own receives: it may have to be killed in the middle of a message.
  const Child receiver = main().spawn({receiving});
  const std::string message(100'000, 'm');
  std::vector<Child> senders;
  for (int i = 0; i < 2; ++i) senders.push_back(main().spawn({sending}));
  const auto start = soon();
  for (const Child& sender : senders) {
    Program body;
    body.call(sending, "send", {message});
    Program program;
    sender.actor.begin_run(program.start_at(start).repeat(kMessages, body));
  }
  Program check;
  check.let("message", receiving, "recv").break_if(var("message"), message).append("wrong", 1);
  Program once;
  once.forever(check);
  Program program;
  const Pending received =
      receiver.actor.begin_run(program.set("wrong", list()).repeat(2 * kMessages, once));
  const auto outcome = received.wait_until(Clock::now() + 500ms);
  if (!outcome) {
    observe("the receiver waits");
  } else if (!outcome->ok()) {
    observe("an error");
  } else {
    observe(variable(outcome->value(), "wrong") == list() ? "every message whole" : "wrong data");
  }
  // Whatever became of the messages, a new pipe is not concerned.
  const auto [other_receiving, other_sending] = main().make_pipe(false);
  expect_usable(other_receiving, other_sending);
  receiver.actor.kill();
  for (const Child& sender : senders) sender.actor.kill();
}

TEST_F(PipeConformance, PIPE_010_SendersTakeTurns) {
  constexpr int kMessages = 50;
  const auto [receiving, sending] = main().make_pipe(false);
  const Object lock = main().make("Lock");
  const std::string filling(20'000, 'm');
  const auto start = soon();
  std::vector<Pending> done;
  for (int sender = 0; sender < 2; ++sender) {
    Program body;
    body.add("number", var("i"), sender * kMessages)
        .call(lock, "acquire")
        .call(sending, "send", {tuple({var("number"), filling})})
        .call(lock, "release");
    Program program;
    program.start_at(start).repeat(kMessages, body, "i");
    done.push_back(main().spawn({sending, lock}).actor.begin_run(program));
  }
  std::vector<Value> got;
  for (int i = 0; i < 2 * kMessages; ++i) {
    const Value message = main().call(receiving, "recv").value();
    const auto* parts = message.get_if<Tuple>();
    ASSERT_TRUE(parts != nullptr && parts->items.size() == 2);
    ASSERT_EQ(parts->items[1], Value(filling));
    got.push_back(parts->items[0]);
  }
  EXPECT_EQ(numbers_within(list(got), 0, kMessages), numbers(0, kMessages));
  EXPECT_EQ(numbers_within(list(got), kMessages, kMessages), numbers(kMessages, kMessages));
  for (const Pending& pending : done) EXPECT_THAT(pending.wait(), Succeeds());
}

TEST_F(PipeConformance, PIPE_010_ReceiversTakeTurns) {
  constexpr int kMessages = 200;
  const auto [receiving, sending] = main().make_pipe(false);
  const Object lock = main().make("Lock");
  const auto start = soon();
  std::vector<Pending> receivers;
  for (int i = 0; i < 2; ++i) {
    Program body;
    body.call(lock, "acquire")
        .let("message", receiving, "recv")
        .call(lock, "release")
        .append("got", var("message"));
    Program program;
    program.start_at(start).set("got", list()).repeat(kMessages / 2, body);
    receivers.push_back(main().spawn({receiving, lock}).actor.begin_run(program));
  }
  Program body;
  body.call(sending, "send", {var("i")});
  Program program;
  EXPECT_THAT(main().run(program.repeat(kMessages, body, "i")), Succeeds());
  std::vector<long long> all;
  for (const Pending& pending : receivers) {
    for (const Value& message : items_of(variable(pending.wait().value(), "got")))
      all.push_back(as_int(message));
  }
  std::sort(all.begin(), all.end());
  std::vector<long long> expected;
  for (int i = 0; i < kMessages; ++i) expected.push_back(i);
  EXPECT_EQ(all, expected);
}

TEST_F(PipeConformance, PIPE_011_AnObjectThatCannotBeSent) {
  const auto [a, b] = main().make_pipe();
  const Object lock = main().make("Lock");
  EXPECT_THAT(main().call(a, "send", {lock}), FailsWith("RuntimeError"));
  EXPECT_THAT(main().call(a, "send", {list({1, lock})}), FailsWith("RuntimeError"));
  EXPECT_THAT(main().call(b, "poll"), Returns(false));
  expect_usable(b, a);
}

TEST_F(PipeConformance, PIPE_012_EndOfStreamAfterTheLastMessage) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    for (int i = 0; i < 3; ++i) send(main(), sending, i);
    close(main(), sending);
    for (int i = 0; i < 3; ++i) expect_recv(main(), receiving, i);
    EXPECT_THAT(main().call(receiving, "recv"), FailsWith("EOFError"));
    EXPECT_THAT(main().call(receiving, "recv"), FailsWith("EOFError"));
    EXPECT_THAT(main().call(receiving, "recv_bytes"), FailsWith("EOFError"));
  }
}

TEST_F(PipeConformance, PIPE_012_EndOfStreamWhenTheOtherProcessReturned) {
  for (const bool duplex : {true, false}) {
    const Ends ends = main().make_pipe(duplex);
    const Child child = spawn_peer(ends);
    for (int i = 0; i < 3; ++i) send(child.actor, ends.second, i);
    finish(child);
    for (int i = 0; i < 3; ++i) expect_recv(main(), ends.first, i);
    EXPECT_THAT(main().call(ends.first, "recv"), FailsWith("EOFError"));
  }
}

TEST_F(PipeConformance, PIPE_012_EndOfStreamForAWaitingReceiver) {
  const Ends ends = main().make_pipe();
  const Child child = spawn_peer(ends);
  const Pending receiving = main().begin(ends.first, "recv");
  close(child.actor, ends.second);
  EXPECT_THAT(receiving.wait(), FailsWith("EOFError"));
}

TEST_F(PipeConformance, PIPE_012_EndOfStreamWithUnreadMessagesOnTheOtherSide) {
  const auto [a, b] = main().make_pipe();
  send(main(), a, "never read");
  send(main(), b, "sent before");
  close(main(), b);
  expect_recv(main(), a, "sent before");
  const Outcome end = main().call(a, "recv");
  if (end.error() == "ConnectionResetError") {
    observe("ConnectionResetError first");
    EXPECT_THAT(main().call(a, "recv"), FailsWith("EOFError"));
  } else {
    EXPECT_THAT(end, FailsWith("EOFError"));
  }
}

TEST_F(PipeConformance, PIPE_013_ACopyInAnotherProcessKeepsItOpen) {
  for (const bool duplex : {true, false}) {
    const auto ends = main().make_pipe(duplex);
    const auto& [receiving, sending] = ends;
    const Child one = main().spawn({receiving, sending});
    const Child other = main().spawn({receiving, sending});
    close(main(), sending);
    close(other.actor, sending);
    const Outcome received =
        expect_waits([&] { return main().begin(ends.first, "recv"); },
                     [&] { return one.actor.call(ends.second, "send", {"still there"}); });
    EXPECT_THAT(received, Returns("still there"));
  }
}

TEST_F(PipeConformance, PIPE_014_SendingToNobodyFails) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    close(main(), receiving);
    EXPECT_THAT(main().call(sending, "send", {1}), FailsWith("BrokenPipeError"));
    EXPECT_THAT(main().call(sending, "send", {1}), FailsWith("BrokenPipeError"));
    EXPECT_THAT(main().call(sending, "send_bytes", {bytes("x")}), FailsWith("BrokenPipeError"));
  }
}

TEST_F(PipeConformance, PIPE_014_SendingToAnEndedProcessFails) {
  const Ends ends = main().make_pipe();
  const Child child = spawn_peer(ends);
  finish(child);
  EXPECT_THAT(main().call(ends.first, "send", {1}), FailsWith("BrokenPipeError"));
}

TEST_F(PipeConformance, PIPE_015_AClosedConnectionRefuses) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    for (const Object& end : {receiving, sending}) {
      EXPECT_THAT(main().call(end, "closed"), Returns(false));
      close(main(), end);
      EXPECT_THAT(main().call(end, "closed"), Returns(true));
      EXPECT_THAT(main().call(end, "send", {1}), FailsWith("OSError"));
      EXPECT_THAT(main().call(end, "recv"), FailsWith("OSError"));
      EXPECT_THAT(main().call(end, "poll"), FailsWith("OSError"));
      EXPECT_THAT(main().call(end, "fileno"), FailsWith("OSError"));
      close(main(), end);
    }
  }
}

TEST_F(PipeConformance, PIPE_015_CloseConcernsOneProcess) {
  const auto [a, b] = main().make_pipe();
  const Child child = main().spawn({a, b});
  close(child.actor, a);
  EXPECT_THAT(main().call(a, "closed"), Returns(false));
  expect_usable(b, a);
}

TEST_F(PipeConformance, PIPE_016_PollTellsAndConsumesNothing) {
  const auto [a, b] = main().make_pipe();
  const std::vector<Args> ways = {{}, {0}, {0.0}, {-1}, {-0.5}};
  for (const Args& timeout : ways) EXPECT_THAT(main().call(a, "poll", timeout), Returns(false));
  send(main(), b, "waiting");
  for (const Args& timeout : ways) EXPECT_THAT(main().call(a, "poll", timeout), Returns(true));
  expect_recv(main(), a, "waiting");
  for (const Args& timeout : ways) EXPECT_THAT(main().call(a, "poll", timeout), Returns(false));
}

TEST_F(PipeConformance, PIPE_017_PollFailsAfterItsTimeout) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    for (const auto& [seconds, least] : {std::pair(0.01, 10ms), std::pair(0.1, 100ms)}) {
      const Outcome outcome = main().call(receiving, "poll", {seconds});
      EXPECT_THAT(outcome, Returns(false));
      EXPECT_GE(duration(outcome), least);
    }
  }
}

TEST_F(PipeConformance, PIPE_017_PollSeesWhatArrivesMeanwhile) {
  const auto ends = main().make_pipe();
  const Child child = main().spawn({ends.first});
  const Outcome polled = expect_waits(
      [&] {
        while (child.actor.call(ends.first, "poll") == Outcome(true))
          child.actor.call(ends.first, "recv");
        return child.actor.begin(ends.first, "poll", {60});
      },
      [&] { return main().call(ends.second, "send", {"late"}); });
  EXPECT_THAT(polled, Returns(true));
  expect_recv(child.actor, ends.first, "late");
}

TEST_F(PipeConformance, PIPE_018_PollWithoutALimitWaits) {
  const auto ends = main().make_pipe();
  const Child child = main().spawn({ends.first});
  const Outcome polled =
      expect_waits([&] { return child.actor.begin(ends.first, "poll", {Value()}); },
                   [&] { return main().call(ends.second, "send", {"late"}); },
                   [&] { expect_recv(child.actor, ends.first, "late"); });
  EXPECT_THAT(polled, Returns(true));
  expect_recv(child.actor, ends.first, "late");
}

TEST_F(PipeConformance, PIPE_019_PollIsTrueAtTheEnd) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    close(main(), sending);
    for (const Args& timeout : {Args{}, Args{0.05}, Args{Value()}}) {
      EXPECT_THAT(main().call(receiving, "poll", timeout), Returns(true));
    }
    EXPECT_THAT(main().call(receiving, "recv"), FailsWith("EOFError"));
    EXPECT_THAT(main().call(receiving, "poll"), Returns(true));
  }
}

TEST_F(PipeConformance, PIPE_020_EmptyMessagesAreMessages) {
  const auto [a, b] = main().make_pipe();
  for (const char* data : {"", "x", ""}) {
    EXPECT_THAT(main().call(a, "send_bytes", {bytes(data)}), Returns(Value()));
  }
  for (const char* data : {"", "x", ""}) {
    EXPECT_THAT(main().call(b, "poll"), Returns(true));
    EXPECT_THAT(main().call(b, "recv_bytes"), Returns(bytes(data)));
  }
  EXPECT_THAT(main().call(b, "poll"), Returns(false));
}

TEST_F(PipeConformance, PIPE_021_PartsOfABuffer) {
  const auto [a, b] = main().make_pipe();
  const Value buffer = bytes("abcdef");
  const std::vector<std::pair<Args, std::string>> parts = {{{buffer, 2}, "cdef"},
                                                           {{buffer, 2, 3}, "cde"},
                                                           {{buffer, 6}, ""},
                                                           {{buffer, 0, 0}, ""},
                                                           {{buffer, 0, 6}, "abcdef"}};
  for (const auto& [args, message] : parts) {
    EXPECT_THAT(main().call(a, "send_bytes", args), Returns(Value()));
    EXPECT_THAT(main().call(b, "recv_bytes"), Returns(bytes(message)));
  }
}

TEST_F(PipeConformance, PIPE_022_BadPartsOfABufferAreRefused) {
  const auto [a, b] = main().make_pipe();
  const Value buffer = bytes("abcdef");
  for (const Args& args : {Args{buffer, -1}, Args{buffer, 7}, Args{buffer, 0, -1},
                           Args{buffer, 0, 7}, Args{buffer, 4, 3}, Args{buffer, 6, 1}}) {
    EXPECT_THAT(main().call(a, "send_bytes", args), FailsWith("ValueError"));
    EXPECT_THAT(main().call(b, "poll"), Returns(false));
  }
  expect_usable(b, a);
}

TEST_F(PipeConformance, PIPE_023_MessagesUpToTheLimit) {
  const auto [a, b] = main().make_pipe();
  for (const int limit : {5, 6, 1000}) {
    EXPECT_THAT(main().call(a, "send_bytes", {bytes("12345")}), Returns(Value()));
    EXPECT_THAT(main().call(b, "recv_bytes", {limit}), Returns(bytes("12345")));
  }
}

TEST_F(PipeConformance, PIPE_023_ALongerMessageEndsReading) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    for (const char* data : {"12345", "x"}) {
      EXPECT_THAT(main().call(sending, "send_bytes", {bytes(data)}), Returns(Value()));
    }
    EXPECT_THAT(main().call(receiving, "recv_bytes", {4}), FailsWith("OSError"));
    EXPECT_THAT(main().call(receiving, "recv_bytes"), FailsWith("OSError"));
    EXPECT_THAT(main().call(receiving, "recv"), FailsWith("OSError"));
  }
}

TEST_F(PipeConformance, PIPE_024_ReceivingIntoABuffer) {
  const auto [a, b] = main().make_pipe();
  const auto expect_into = [&, from = a, to = b](const Args& args, const Value& result) {
    EXPECT_THAT(main().call(from, "send_bytes", {bytes("abc")}), Returns(Value()));
    EXPECT_THAT(main().call(to, "recv_bytes_into", args), Returns(result));
  };
  using namespace std::string_literals;
  expect_into({3}, tuple({3, bytes("abc")}));
  expect_into({5}, tuple({3, bytes("abc\0\0"s)}));
  expect_into({6, 2}, tuple({3, bytes("\0\0abc\0"s)}));
  expect_into({5, 2}, tuple({3, bytes("\0\0abc"s)}));
}

TEST_F(PipeConformance, PIPE_025_ABufferThatIsTooShort) {
  const auto [a, b] = main().make_pipe();
  for (const Args& args : {Args{4}, Args{0}, Args{8, 4}, Args{5, 5}}) {
    EXPECT_THAT(main().call(a, "send_bytes", {bytes("12345")}), Returns(Value()));
    const Outcome refused = main().call(b, "recv_bytes_into", args);
    ASSERT_THAT(refused, FailsWith("BufferTooShort"));
    ASSERT_FALSE(refused.failure()->args.empty());
    EXPECT_EQ(refused.failure()->args[0], bytes("12345"));
    EXPECT_THAT(main().call(b, "poll"), Returns(false));
  }
  expect_usable(b, a);
}

TEST_F(PipeConformance, PIPE_026_ANegativeLimitIsRefused) {
  const auto [a, b] = main().make_pipe();
  EXPECT_THAT(main().call(a, "send_bytes", {bytes("12345")}), Returns(Value()));
  EXPECT_THAT(main().call(b, "recv_bytes", {-1}), FailsWith("ValueError"));
  EXPECT_THAT(main().call(b, "recv_bytes"), Returns(bytes("12345")));
}

TEST_F(PipeConformance, PIPE_027_ASenderWaitsForRoom) {
  for (const bool duplex : {true, false}) {
    const auto ends = main().make_pipe(duplex);
    const Child child = main().spawn({ends.second});
    Program send_all = make_large_text();
    send_all.call(ends.second, "send", {var("text")}).set("text", Value()).record();
    Program receive = make_large_text();
    receive.let("message", ends.first, "recv").record();
    compare_large_text(receive, "message");
    bool met = false;
    for (int round = 0; round < 10 && !met; ++round) {
      expect_waits([&] { return child.actor.begin_run(send_all); },
                   [&] {
                     const Outcome received = main().run(receive);
                     EXPECT_EQ(variable(received.value(), "same"), Value(true));
                     return received;
                   });
      // The programs also make the text; these are the calls themselves.
      const Outcome sent = child.actor.history().at(0).second;
      const Outcome received = main().history().at(0).second;
      EXPECT_LE(received.began, sent.ended) << "it returned before the other end received";
      met = sent.began < received.began;
    }
    if (!met) inconclusive("send was never called before recv");
  }
}

}  // namespace
}  // namespace mpspec
