// PIPE: messages of bytes, and parts of buffers.
#include <string>
#include <vector>

#include "tests/support/pipe_fixture.hpp"

namespace mpspec {
namespace {

using PipeBytesConformance = PipeFixture;

TEST_F(PipeBytesConformance, PIPE_020_EmptyMessagesAreMessages) {
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

TEST_F(PipeBytesConformance, PIPE_021_PartsOfABuffer) {
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

TEST_F(PipeBytesConformance, PIPE_022_BadPartsOfABufferAreRefused) {
  const auto [a, b] = main().make_pipe();
  const Value buffer = bytes("abcdef");
  for (const Args& args : {Args{buffer, -1}, Args{buffer, 7}, Args{buffer, 0, -1},
                           Args{buffer, 0, 7}, Args{buffer, 4, 3}, Args{buffer, 6, 1}}) {
    EXPECT_THAT(main().call(a, "send_bytes", args), FailsWith("ValueError"));
    EXPECT_THAT(main().call(b, "poll"), Returns(false));
  }
  expect_usable(b, a);
}

TEST_F(PipeBytesConformance, PIPE_023_MessagesUpToTheLimit) {
  const auto [a, b] = main().make_pipe();
  for (const int limit : {5, 6, 1000}) {
    EXPECT_THAT(main().call(a, "send_bytes", {bytes("12345")}), Returns(Value()));
    EXPECT_THAT(main().call(b, "recv_bytes", {limit}), Returns(bytes("12345")));
  }
}

TEST_F(PipeBytesConformance, PIPE_023_ALongerMessageEndsReading) {
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

TEST_F(PipeBytesConformance, PIPE_024_ReceivingIntoABuffer) {
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

TEST_F(PipeBytesConformance, PIPE_025_ABufferThatIsTooShort) {
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

TEST_F(PipeBytesConformance, PIPE_026_ANegativeLimitIsRefused) {
  const auto [a, b] = main().make_pipe();
  EXPECT_THAT(main().call(a, "send_bytes", {bytes("12345")}), Returns(Value()));
  EXPECT_THAT(main().call(b, "recv_bytes", {-1}), FailsWith("ValueError"));
  EXPECT_THAT(main().call(b, "recv_bytes"), Returns(bytes("12345")));
}

}  // namespace
}  // namespace mpspec
