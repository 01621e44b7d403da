// PIPE: a pair of connections through which two processes send each other messages.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/large_text.hpp"
#include "tests/support/pipe_fixture.hpp"
#include "tests/support/queues.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

using PipeConformance = PipeFixture;

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
