#include "mp/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/pipe.hpp"

namespace mp {
namespace {

using namespace std::chrono_literals;
using mp::testing::Forked;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class T>
Error error_of(const Result<T>& result) {
  return result.error();
}
template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result.error().code;
}

std::string received(Connection& connection) {
  const Result<Bytes> message = connection.recv_bytes();
  return message ? std::string(text_view(*message)) : "error: " + message.error().message;
}

void write_raw(const Connection& connection, std::string_view bytes) {
  ASSERT_EQ(::write(*connection.fileno(), bytes.data(), bytes.size()),
            static_cast<ssize_t>(bytes.size()));
}

class DuplexOrNot : public ::testing::TestWithParam<bool> {
 protected:
  Pipe pipe = *Pipe::create(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Pipe, DuplexOrNot, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Duplex" : "OneWay"; });

TEST_P(DuplexOrNot, KnowsItsDirections) {
  EXPECT_TRUE(pipe.first.readable());
  EXPECT_TRUE(pipe.second.writable());
  EXPECT_EQ(pipe.first.writable(), GetParam());
  EXPECT_EQ(pipe.second.readable(), GetParam());
}

TEST_P(DuplexOrNot, KeepsMessagesApart) {
  EXPECT_TRUE(pipe.second.send_bytes(bytes_view("first")));
  EXPECT_TRUE(pipe.second.send_bytes(bytes_view("")));
  EXPECT_TRUE(pipe.second.send_bytes(bytes_view("third")));
  EXPECT_EQ(received(pipe.first), "first");
  EXPECT_EQ(received(pipe.first), "");
  EXPECT_EQ(received(pipe.first), "third");
}

TEST_P(DuplexOrNot, CarriesLargeMessagesBetweenProcesses) {
  const Bytes large(3'000'000, std::byte{5});
  Forked child([&] { EXPECT_TRUE(pipe.second.send_bytes(large)); });
  EXPECT_EQ(*pipe.first.recv_bytes(), large);
  EXPECT_EQ(child.reap(), 0);
}

TEST_P(DuplexOrNot, DeliversWhatIsBufferedBeforeTheEnd) {
  EXPECT_TRUE(pipe.second.send_bytes(bytes_view("last")));
  pipe.second.close();
  EXPECT_TRUE(*pipe.first.poll());
  EXPECT_EQ(received(pipe.first), "last");
  EXPECT_TRUE(*pipe.first.poll()) << "the end is something to receive";
  EXPECT_EQ(error_of(pipe.first.recv_bytes()), (Error{ErrorCode::Closed, "end of file"}));
}

TEST_P(DuplexOrNot, SendingToNobodyIsAnErrorAndNoSignal) {
  pipe.first.close();
  EXPECT_EQ(code_of(pipe.second.send_bytes(bytes_view("x"))), ErrorCode::Disconnected);
  EXPECT_EQ(code_of(pipe.second.send_bytes(bytes_view("x"))), ErrorCode::Disconnected);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST_P(DuplexOrNot, AKilledPeerIsTheEndOfTheStream) {
  Signal ready;
  Forked child([&] {
    pipe.first.close();
    EXPECT_TRUE(pipe.second.send_bytes(bytes_view("hello")));
    ready.raise();
    sleep_for_ever();
  });
  pipe.second.close();
  ASSERT_TRUE(ready.await());
  child.kill_and_reap();
  EXPECT_EQ(received(pipe.first), "hello");
  EXPECT_EQ(code_of(pipe.first.recv_bytes()), ErrorCode::Closed);
}

TEST_P(DuplexOrNot, AMessageCutOffIsMalformed) {
  for (const std::string_view part :
       {std::string_view("\0\0", 2), std::string_view("\0\0\0\x05", 4),
        std::string_view("\0\0\0\x05six", 7)}) {
    Pipe cut = *Pipe::create(GetParam());
    write_raw(cut.second, part);
    cut.second.close();
    EXPECT_EQ(error_of(cut.first.recv_bytes()),
              (Error{ErrorCode::Malformed, "got end of file during message"}));
    EXPECT_EQ(code_of(cut.first.recv_bytes()), ErrorCode::Closed);
  }
}

TEST_P(DuplexOrNot, AfterCloseNothingWorks) {
  pipe.first.close();
  pipe.first.close();
  EXPECT_TRUE(pipe.first.closed());
  const Error closed{ErrorCode::Closed, "handle is closed"};
  EXPECT_EQ(error_of(pipe.first.fileno()), closed);
  EXPECT_EQ(error_of(pipe.first.recv_bytes()), closed);
  EXPECT_EQ(error_of(pipe.first.send_bytes({})), closed);
  EXPECT_EQ(error_of(pipe.first.poll()), closed);
}

TEST_P(DuplexOrNot, AMessageOverTheMaximumEndsReceiving) {
  EXPECT_TRUE(pipe.second.send_bytes(bytes_view("exact")));
  EXPECT_TRUE(pipe.second.send_bytes(bytes_view("too long")));
  EXPECT_EQ(pipe.first.recv_bytes(5)->size(), 5u);
  EXPECT_EQ(error_of(pipe.first.recv_bytes(5)), (Error{ErrorCode::TooLarge, "bad message length"}));
  if (GetParam()) {
    EXPECT_FALSE(pipe.first.readable());
    EXPECT_EQ(error_of(pipe.first.recv_bytes()),
              (Error{ErrorCode::InvalidArgument, "connection is write-only"}));
    EXPECT_EQ(code_of(pipe.first.poll()), ErrorCode::InvalidArgument);
    EXPECT_TRUE(pipe.first.send_bytes(bytes_view("still sends")));
  } else {
    EXPECT_TRUE(pipe.first.closed());
  }
}

TEST_P(DuplexOrNot, PollWaitsItsTimeoutOut) {
  EXPECT_FALSE(*pipe.first.poll());
  EXPECT_FALSE(*pipe.first.poll(-1s));
  const Clock::time_point started = Clock::now();
  EXPECT_FALSE(*pipe.first.poll(20ms));
  EXPECT_GE(Clock::now() - started, 20ms);
  Forked child([&] { EXPECT_TRUE(pipe.second.send_bytes({})); });
  EXPECT_TRUE(*pipe.first.poll(kForever));
  EXPECT_EQ(child.reap(), 0);
}

TEST(Connection, WorksInItsDirectionOnly) {
  Pipe pipe = *Pipe::create(/*duplex=*/false);
  EXPECT_EQ(error_of(pipe.second.recv_bytes()),
            (Error{ErrorCode::InvalidArgument, "connection is write-only"}));
  EXPECT_EQ(error_of(pipe.second.poll()),
            (Error{ErrorCode::InvalidArgument, "connection is write-only"}));
  EXPECT_EQ(error_of(pipe.first.send_bytes({})),
            (Error{ErrorCode::InvalidArgument, "connection is read-only"}));
}

TEST(Connection, SendsAPartOfABuffer) {
  Pipe pipe = *Pipe::create();
  const BytesView buffer = bytes_view("abcdef");
  EXPECT_TRUE(pipe.first.send_bytes(buffer, 2));
  EXPECT_TRUE(pipe.first.send_bytes(buffer, 2, 3));
  EXPECT_TRUE(pipe.first.send_bytes(buffer, 6));
  EXPECT_EQ(received(pipe.second), "cdef");
  EXPECT_EQ(received(pipe.second), "cde");
  EXPECT_EQ(received(pipe.second), "");

  const auto refusal = [&](std::int64_t offset, std::optional<std::int64_t> size) {
    const Error error = error_of(pipe.first.send_bytes(buffer, offset, size));
    EXPECT_EQ(error.code, ErrorCode::OutOfRange);
    return error.message;
  };
  EXPECT_EQ(refusal(-1, std::nullopt), "offset is negative");
  EXPECT_EQ(refusal(7, std::nullopt), "buffer length < offset");
  EXPECT_EQ(refusal(0, -1), "size is negative");
  EXPECT_EQ(refusal(4, 3), "buffer length < offset + size");
  EXPECT_EQ(refusal(4, std::numeric_limits<std::int64_t>::max()), "buffer length < offset + size");
  EXPECT_EQ(error_of(pipe.first.recv_bytes(-1)),
            (Error{ErrorCode::OutOfRange, "negative maxlength"}));
}

TEST(Connection, ReceivesIntoABuffer) {
  Pipe pipe = *Pipe::create();
  Bytes buffer = to_bytes("........");
  EXPECT_TRUE(pipe.first.send_bytes(bytes_view("abc")));
  EXPECT_EQ(*pipe.second.recv_bytes_into(buffer, 2), 3u);
  EXPECT_EQ(buffer, to_bytes("..abc..."));
  EXPECT_EQ(error_of(pipe.second.recv_bytes_into(buffer, -1)),
            (Error{ErrorCode::OutOfRange, "negative offset"}));
  EXPECT_EQ(error_of(pipe.second.recv_bytes_into(buffer, 9)),
            (Error{ErrorCode::OutOfRange, "offset too large"}));

  EXPECT_TRUE(pipe.first.send_bytes(bytes_view("0123456789")));
  EXPECT_TRUE(pipe.first.send_bytes(bytes_view("next")));
  Bytes overflow;
  EXPECT_EQ(error_of(pipe.second.recv_bytes_into(buffer, 0, &overflow)),
            (Error{ErrorCode::TooLarge, "buffer too short"}));
  EXPECT_EQ(overflow, to_bytes("0123456789"));
  EXPECT_EQ(buffer, to_bytes("..abc..."));
  EXPECT_EQ(received(pipe.second), "next") << "the stream stays usable";
}

TEST(Connection, SpeaksTheFramingOfCPython) {
  Pipe pipe = *Pipe::create();
  EXPECT_TRUE(pipe.first.send_bytes(bytes_view("abc")));
  char raw[16];
  ASSERT_EQ(::read(*pipe.second.fileno(), raw, sizeof raw), 7);
  EXPECT_EQ(std::string_view(raw, 7), std::string_view("\0\0\0\3abc", 7));
  // The long header is accepted for a short message too.
  write_raw(pipe.first, std::string_view("\xff\xff\xff\xff\0\0\0\0\0\0\0\2hi", 14));
  EXPECT_EQ(received(pipe.second), "hi");
}

TEST(Connection, WhatIsNoFrameEndsReceiving) {
  Pipe negative = *Pipe::create();
  write_raw(negative.first, "\xff\xff\xff\xfb");
  EXPECT_EQ(code_of(negative.second.recv_bytes()), ErrorCode::Malformed);
  EXPECT_FALSE(negative.second.readable());

  Pipe huge = *Pipe::create();
  write_raw(huge.first, std::string_view("\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 12));
  EXPECT_EQ(code_of(huge.second.recv_bytes()), ErrorCode::TooLarge);
  EXPECT_FALSE(huge.second.readable());
}

TEST(Connection, AnAnnouncementAloneTakesNoMemory) {
  Pipe pipe = *Pipe::create();
  write_raw(pipe.first, "\x7f\xff\xff\xffxyz");  // 2 GiB, it says
  pipe.first.close();
  EXPECT_EQ(code_of(pipe.second.recv_bytes()), ErrorCode::Malformed);
}

TEST(Connection, APeerThatLeavesUnreadDataDisconnects) {
  Pipe pipe = *Pipe::create();
  EXPECT_TRUE(pipe.first.send_bytes(bytes_view("never read")));
  pipe.second.close();
  EXPECT_EQ(code_of(pipe.first.recv_bytes()), ErrorCode::Disconnected);
}

TEST(Connection, AdoptsOnlyWhatIsOpen) {
  EXPECT_EQ(error_of(Connection::adopt(-1)), (Error{ErrorCode::InvalidArgument, "invalid handle"}));
  EXPECT_EQ(code_of(Connection::adopt(0, false, false)), ErrorCode::InvalidArgument);
}

TEST(Connection, MovesItsDescriptor) {
  Pipe pipe = *Pipe::create();
  Connection moved = std::move(pipe.first);
  EXPECT_TRUE(pipe.first.closed());
  EXPECT_TRUE(moved.send_bytes(bytes_view("moved")));
  EXPECT_EQ(received(pipe.second), "moved");
}

TEST(ConnectionWait, ReturnsThoseThatAreReady) {
  Pipe one = *Pipe::create();
  Pipe two = *Pipe::create();
  const int descriptors[] = {*one.first.fileno(), *two.first.fileno()};
  EXPECT_THAT(*connection::wait(descriptors, kPoll), IsEmpty());
  EXPECT_THAT(*connection::wait(descriptors, -1s), IsEmpty());
  EXPECT_TRUE(two.second.send_bytes({}));
  EXPECT_THAT(*connection::wait(descriptors), ElementsAre(descriptors[1]));
  one.second.close();
  EXPECT_THAT(*connection::wait(descriptors), ElementsAre(descriptors[0], descriptors[1]));

  const Clock::time_point started = Clock::now();
  EXPECT_THAT(*connection::wait({}, 10ms), IsEmpty());
  EXPECT_GE(Clock::now() - started, 10ms);
  const int closed[] = {-1};
  EXPECT_EQ(code_of(connection::wait(closed, kPoll)), ErrorCode::System);
}

}  // namespace
}  // namespace mp
