// PIPE: what is left when an end was closed, and poll.
#include "tests/support/pipe_fixture.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

using PipeEndsConformance = PipeFixture;

TEST_F(PipeEndsConformance, PIPE_012_EndOfStreamAfterTheLastMessage) {
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

TEST_F(PipeEndsConformance, PIPE_012_EndOfStreamWhenTheOtherProcessReturned) {
  for (const bool duplex : {true, false}) {
    const Ends ends = main().make_pipe(duplex);
    const Child child = spawn_peer(ends);
    for (int i = 0; i < 3; ++i) send(child.actor, ends.second, i);
    finish(child);
    for (int i = 0; i < 3; ++i) expect_recv(main(), ends.first, i);
    EXPECT_THAT(main().call(ends.first, "recv"), FailsWith("EOFError"));
  }
}

TEST_F(PipeEndsConformance, PIPE_012_EndOfStreamForAWaitingReceiver) {
  const Ends ends = main().make_pipe();
  const Child child = spawn_peer(ends);
  const Pending receiving = main().begin(ends.first, "recv");
  close(child.actor, ends.second);
  EXPECT_THAT(receiving.wait(), FailsWith("EOFError"));
}

TEST_F(PipeEndsConformance, PIPE_012_EndOfStreamWithUnreadMessagesOnTheOtherSide) {
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

TEST_F(PipeEndsConformance, PIPE_013_ACopyInAnotherProcessKeepsItOpen) {
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

TEST_F(PipeEndsConformance, PIPE_014_SendingToNobodyFails) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    close(main(), receiving);
    EXPECT_THAT(main().call(sending, "send", {1}), FailsWith("BrokenPipeError"));
    EXPECT_THAT(main().call(sending, "send", {1}), FailsWith("BrokenPipeError"));
    EXPECT_THAT(main().call(sending, "send_bytes", {bytes("x")}), FailsWith("BrokenPipeError"));
  }
}

TEST_F(PipeEndsConformance, PIPE_014_SendingToAnEndedProcessFails) {
  const Ends ends = main().make_pipe();
  const Child child = spawn_peer(ends);
  finish(child);
  EXPECT_THAT(main().call(ends.first, "send", {1}), FailsWith("BrokenPipeError"));
}

TEST_F(PipeEndsConformance, PIPE_015_AClosedConnectionRefuses) {
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

TEST_F(PipeEndsConformance, PIPE_015_CloseConcernsOneProcess) {
  const auto [a, b] = main().make_pipe();
  const Child child = main().spawn({a, b});
  close(child.actor, a);
  EXPECT_THAT(main().call(a, "closed"), Returns(false));
  expect_usable(b, a);
}

TEST_F(PipeEndsConformance, PIPE_016_PollTellsAndConsumesNothing) {
  const auto [a, b] = main().make_pipe();
  const std::vector<Args> ways = {{}, {0}, {0.0}, {-1}, {-0.5}};
  for (const Args& timeout : ways) EXPECT_THAT(main().call(a, "poll", timeout), Returns(false));
  send(main(), b, "waiting");
  for (const Args& timeout : ways) EXPECT_THAT(main().call(a, "poll", timeout), Returns(true));
  expect_recv(main(), a, "waiting");
  for (const Args& timeout : ways) EXPECT_THAT(main().call(a, "poll", timeout), Returns(false));
}

TEST_F(PipeEndsConformance, PIPE_017_PollFailsAfterItsTimeout) {
  for (const bool duplex : {true, false}) {
    const auto [receiving, sending] = main().make_pipe(duplex);
    for (const auto& [seconds, least] : {std::pair(0.01, 10ms), std::pair(0.1, 100ms)}) {
      const Outcome outcome = main().call(receiving, "poll", {seconds});
      EXPECT_THAT(outcome, Returns(false));
      EXPECT_GE(duration(outcome), least);
    }
  }
}

TEST_F(PipeEndsConformance, PIPE_017_PollSeesWhatArrivesMeanwhile) {
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

TEST_F(PipeEndsConformance, PIPE_018_PollWithoutALimitWaits) {
  const auto ends = main().make_pipe();
  const Child child = main().spawn({ends.first});
  const Outcome polled =
      expect_waits([&] { return child.actor.begin(ends.first, "poll", {Value()}); },
                   [&] { return main().call(ends.second, "send", {"late"}); },
                   [&] { expect_recv(child.actor, ends.first, "late"); });
  EXPECT_THAT(polled, Returns(true));
  expect_recv(child.actor, ends.first, "late");
}

TEST_F(PipeEndsConformance, PIPE_019_PollIsTrueAtTheEnd) {
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

}  // namespace
}  // namespace mpspec
