// WIRE: frames, whole and broken.
#include <limits>

#include "tests/support/wire.hpp"

namespace mpspec {
namespace {

class FramesConformance : public WireConformance {
 protected:
  Pickled append(const std::string& ident, const Value& item) {
    return {request(ident, "append", {item})};
  }
  void expect_items(RawConnection& connection, const std::string& ident, const Value& items) {
    EXPECT_THAT(call(connection, ident, "#GETVALUE"), Answers(items));
  }
  /// Bytes one at a time, each in a write of its own.
  void trickle(RawConnection& connection, const std::string& bytes) {
    for (const char byte : bytes) send(connection, std::string_view(&byte, 1));
  }
  /// A client that sends a part of a request to append, and is gone.
  void abandon(const std::string& ident, std::size_t sent) {
    RawConnection connection = session();
    send(connection, frame(write_pickle(append(ident, "abandoned"))).substr(0, sent));
    connection.close();
  }
};

TEST_F(FramesConformance, WIRE_001_AFrameMayComeByteByByte) {
  RawConnection connection = connect();
  trickle(connection, frame(answer(server().authkey, challenge_of(connection))));
  EXPECT_EQ(receive(connection), kWelcome);
  trickle(connection, frame(std::string(kChallenge) + own_challenge()));
  receive(connection);
  trickle(connection, frame(kWelcome) + frame(write_pickle(request({}, "dummy"))));
  EXPECT_THAT(receive_reply(connection), Answers(Value()));
}

TEST_F(FramesConformance, WIRE_001_SeveralFramesMayComeAtOnce) {
  const std::string ident = create("list");
  RawConnection connection = session();
  std::string all;
  for (int i = 0; i < 20; ++i) all += frame(write_pickle(append(ident, i)));
  send(connection, all);
  for (int i = 0; i < 20; ++i) EXPECT_THAT(receive_reply(connection), Answers(Value()));
  EXPECT_THAT(call(connection, ident, "__len__"), Answers(20));
}

TEST_F(FramesConformance, WIRE_001_LargePayloadsHaveAShortHeader) {
  const std::string ident = create("list");
  RawConnection connection = session();
  for (const std::size_t size : {16'000U, 17'000U, 3'000'000U}) {
    const std::string text(size, 'x');
    EXPECT_THAT(exchange(connection, append(ident, text)), Answers(Value()));
    // The header of the reply is checked wherever one is received.
    const Reply reply = call(connection, ident, "pop");
    EXPECT_TRUE(reply.payload == Value(text)) << "a text of " << size << " characters changed";
  }
}

TEST_F(FramesConformance, WIRE_002_ALongHeaderIsAcceptedForASmallPayload) {
  const std::string ident = create("list");
  RawConnection connection = session();
  for (int i = 0; i < 3; ++i) {
    send(connection, long_frame(write_pickle(append(ident, i))));
    EXPECT_THAT(receive_reply(connection), Answers(Value()));
  }
  expect_items(connection, ident, list({0, 1, 2}));
  RawConnection other = authenticated();
  send(other, long_frame(write_pickle(request({}, "dummy"))));
  EXPECT_THAT(receive_reply(other), Answers(Value()));
}

TEST_F(FramesConformance, WIRE_003_ANegativeLengthEndsTheSession) {
  const std::string ident = create("list");
  for (const std::int32_t length : {-2, -5, std::numeric_limits<std::int32_t>::min()}) {
    RawConnection connection = session();
    send(connection, header(length) + frame(write_pickle(append(ident, "behind"))));
    expect_end_without_result(connection);
  }
  expect_serving();
  RawConnection connection = session();
  expect_items(connection, ident, list());
}

TEST_F(FramesConformance, WIRE_003_ANegativeLengthInPlaceOfARequest) {
  const long long before = number_of_objects();
  RawConnection connection = authenticated();
  send(connection, header(-7) + frame(write_pickle(request({}, "create", {"list"}))));
  expect_end_without_result(connection);
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(FramesConformance, WIRE_004_NothingIsDoneOfHalfARequest) {
  const std::string ident = create("list");
  const std::size_t size = frame(write_pickle(append(ident, "abandoned"))).size();
  for (const std::size_t sent : std::vector<std::size_t>{0, 2, 4, 5, size / 2, size - 1})
    abandon(ident, sent);
  expect_serving();
  RawConnection connection = session();
  expect_items(connection, ident, list());
}

TEST_F(FramesConformance, WIRE_004_NothingIsDoneOfAWholePickleInHalfAFrame) {
  const std::string ident = create("list");
  const std::string pickle = write_pickle(append(ident, "abandoned"));
  RawConnection connection = session();
  send(connection, header(static_cast<std::int32_t>(pickle.size() + 1)) + pickle);
  connection.finish_sending();
  // A complaint or the end of the connection: the server has read what there is.
  const Received last = connection.receive(deadline());
  EXPECT_NE(last.kind, Received::Kind::timed_out);
  EXPECT_EQ(last.payload.find("#RETURN"), std::string::npos) << to_python(bytes(last.payload));
  RawConnection other = session();
  expect_items(other, ident, list());
}

TEST_F(FramesConformance, WIRE_004_NothingIsMadeOfHalfARequest) {
  const long long before = number_of_objects();
  const std::string bytes = frame(write_pickle(request({}, "create", {"list"})));
  for (const std::size_t sent : {3U, 10U}) {
    RawConnection connection = authenticated();
    send(connection, bytes.substr(0, sent));
    connection.finish_sending();  // the server may still say what is wrong
    expect_end_without_result(connection);
  }
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(FramesConformance, WIRE_005_AnEnormousLengthDoesNotEndTheServer) {
  constexpr std::uint64_t kEnormous = 1ULL << 62;
  RawConnection stranger = connect();
  challenge_of(stranger);
  send(stranger, long_header(kEnormous) + "some bytes");
  RawConnection client = authenticated();
  send(client, long_header(kEnormous) + "some bytes");
  RawConnection inside = session();
  send(inside, long_header(kEnormous) + "some bytes");
  expect_serving();
}

}  // namespace
}  // namespace mpspec
