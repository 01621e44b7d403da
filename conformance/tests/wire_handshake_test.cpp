// WIRE: both sides prove that they know the key, and nothing is served before.
#include <deque>
#include <functional>
#include <set>

#include "tests/support/wire.hpp"

namespace mpspec {
namespace {

constexpr std::string_view kSha256 = "{sha256}";

class HandshakeConformance : public WireConformance {
 protected:
  static std::string making_a_list() {
    return frame(write_pickle(request({}, "create", {"list"})));
  }

  /// The random part of a challenge's payload.
  static std::string random_part(const std::string& payload) {
    return payload.substr(digest_prefix(payload).size());
  }
  /// An answer that is wrong: the server says so and serves nothing, also not what comes behind it.
  void expect_refused(const std::function<std::string(const std::string& payload)>& answer) {
    RawConnection connection = connect();
    send(connection, frame(answer(challenge_of(connection))) + making_a_list());
    EXPECT_EQ(receive(connection), kFailure);
    expect_end_without_result(connection);
  }
  /// What the server answers to a client's challenge.
  std::string answer_to(const std::string& payload) {
    RawConnection connection = welcomed();
    send(connection, frame(std::string(kChallenge) + payload));
    std::string answer = receive(connection);
    send(connection, frame(kWelcome) + frame(write_pickle(request({}, "dummy"))));
    EXPECT_THAT(receive_reply(connection), Answers(Value()));
    return answer;
  }
};

TEST_F(HandshakeConformance, WIRE_006_TheFirstFrameIsAChallenge) {
  RawConnection connection = connect();
  const std::string payload = challenge_of(connection);
  EXPECT_LE(kChallenge.size() + payload.size(), 256U);
  if (payload.size() != kBareChallengeSize) {
    EXPECT_FALSE(digest_prefix(payload).empty()) << "no name of a digest";
    EXPECT_GE(random_part(payload).size(), kBareChallengeSize);
  }
}

TEST_F(HandshakeConformance, WIRE_007_NoTwoChallengesAreAlike) {
  constexpr std::size_t kConnections = 40;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < kConnections; ++i) {
    RawConnection connection = connect();
    seen.insert(random_part(challenge_of(connection)));
  }
  EXPECT_EQ(seen.size(), kConnections);
}

TEST_F(HandshakeConformance, WIRE_008_AnMd5AnswerIsWelcome) {
  RawConnection connection = connect();
  send(connection, frame(md5_answer(server().authkey, challenge_of(connection))));
  EXPECT_EQ(receive(connection), kWelcome);
}

TEST_F(HandshakeConformance, WIRE_009_ASha256AnswerIsWelcomeWhereTheChallengeNamesIt) {
  RawConnection connection = connect();
  const std::string payload = challenge_of(connection);
  const bool named = digest_prefix(payload) == kSha256;
  observe(named, "the challenge names sha256", "the challenge names no digest");
  send(connection, frame(sha256_answer(server().authkey, payload)));
  if (named) {
    EXPECT_EQ(receive(connection), kWelcome);
  }
}

TEST_F(HandshakeConformance, WIRE_010_AWrongAnswerIsRefused) {
  const long long before = number_of_objects();
  const std::string key = server().authkey;
  expect_refused([](auto&) { return ""; });
  expect_refused([](auto&) { return std::string(16, '\0'); });
  expect_refused([](auto&) { return std::string(256, 'x'); });
  expect_refused([&](auto& payload) { return md5_answer(key + "x", payload); });
  expect_refused([&](auto& payload) { return md5_answer(key, payload).substr(0, 15); });
  expect_refused([&](auto& payload) { return md5_answer(key, payload) + "x"; });
  expect_refused([&](auto& payload) { return md5_answer(key, payload + "x"); });
  expect_refused([&](auto& payload) { return sha256_answer(key + "x", payload); });
  expect_refused([](auto& payload) { return payload; });
  expect_refused([](auto&) { return std::string(kWelcome); });
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(HandshakeConformance, WIRE_010_OneWrongBitIsRefused) {
  const std::string key = server().authkey;
  for (std::size_t bit = 0; bit < 128; bit += 9) {
    expect_refused([&](auto& payload) {
      std::string answer = md5_answer(key, payload);
      answer[bit / 8] = static_cast<char>(answer[bit / 8] ^ 1 << bit % 8);
      return answer;
    });
  }
}

TEST_F(HandshakeConformance, WIRE_010_AnAnswerToAnotherChallengeIsRefused) {
  RawConnection other = connect();
  const std::string old = md5_answer(server().authkey, challenge_of(other));
  other.close();
  expect_refused([&](auto&) { return old; });
}

TEST_F(HandshakeConformance, WIRE_011_ALongAnswerEndsTheConnection) {
  const long long before = number_of_objects();
  for (const std::size_t size : {257U, 1000U, 100'000U}) {
    RawConnection connection = connect();
    std::string right_at_first = md5_answer(server().authkey, challenge_of(connection));
    right_at_first.resize(size, 'x');
    send(connection, frame(right_at_first) + making_a_list());
    for (const std::string& payload : receive_all(connection)) {
      EXPECT_NE(payload, kWelcome);
      EXPECT_EQ(payload.find("#RETURN"), std::string::npos) << to_python(bytes(payload));
    }
  }
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(HandshakeConformance, WIRE_012_TheServerAnswersTwentyBytes) {
  const std::string payload = "0123456789abcdefghij";
  EXPECT_EQ(answer_to(payload), md5_answer(server().authkey, payload));
}

TEST_F(HandshakeConformance, WIRE_013_TheServerAnswersSha256) {
  const std::string payload = std::string(kSha256) + std::string(40, 'r');
  EXPECT_THAT(answer_to(payload), ::testing::AnyOf(md5_answer(server().authkey, payload),
                                                   sha256_answer(server().authkey, payload)));
}

TEST_F(HandshakeConformance, WIRE_014_AClientThatDoesNotChallengeIsNotServed) {
  const long long before = number_of_objects();
  for (const std::string& instead :
       {std::string(), std::string(kWelcome), std::string(20, 'x'),
        "CHALLENGE#" + std::string(20, 'x'), write_pickle(request({}, "dummy"))}) {
    RawConnection connection = welcomed();
    send(connection, frame(instead) + making_a_list());
    expect_end_without_result(connection);
  }
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(HandshakeConformance, WIRE_014_AClientThatDoesNotWelcomeTheServerIsNotServed) {
  const long long before = number_of_objects();
  for (const std::string& instead : {std::string(), std::string(kFailure), std::string("#WELCOME"),
                                     std::string(kWelcome) + "#", std::string(kChallenge)}) {
    RawConnection connection = welcomed();
    send(connection, frame(std::string(kChallenge) + own_challenge()));
    receive(connection);
    send(connection, frame(instead) + making_a_list());
    expect_end_without_result(connection);
  }
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(HandshakeConformance, WIRE_015_ARequestBeforeTheKeyIsProvenHasNoEffect) {
  const long long before = number_of_objects();
  for (const char* name : {"create", "shutdown"}) {
    const std::vector<Value> args =
        name == std::string("create") ? std::vector<Value>{"list"} : std::vector<Value>();
    const std::string asking = frame(write_pickle(request({}, name, args)));
    RawConnection at_first = connect();
    challenge_of(at_first);
    send(at_first, asking + asking);
    expect_end_without_result(at_first);

    RawConnection before_challenging = welcomed();
    send(before_challenging, asking + asking);
    expect_end_without_result(before_challenging);

    RawConnection before_welcoming = welcomed();
    send(before_welcoming, frame(std::string(kChallenge) + own_challenge()));
    receive(before_welcoming);
    send(before_welcoming, asking + asking);
    expect_end_without_result(before_welcoming);
  }
  expect_serving();
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(HandshakeConformance, WIRE_016_SilentClientsKeepNobodyFromBeingServed) {
  std::deque<RawConnection> silent;
  for (int i = 0; i < 8; ++i) {
    silent.push_back(connect());
    silent.push_back(connect());
    challenge_of(silent.back());
    send(silent.back(), header(16) + "half");
    silent.push_back(welcomed());
    silent.push_back(welcomed());
    send(silent.back(), frame(std::string(kChallenge) + own_challenge()));
    silent.push_back(authenticated());
    silent.push_back(session());
  }
  for (int i = 0; i < 5; ++i) expect_serving();
}

TEST_F(HandshakeConformance, WIRE_017_AStrangerIsToldNothing) {
  RawConnection refused = connect();
  challenge_of(refused);
  send(refused, frame(std::string(16, 'x')));
  EXPECT_THAT(receive_all(refused), ::testing::ElementsAre(std::string(kFailure)));
  RawConnection unfriendly = welcomed();
  send(unfriendly, frame("no challenge"));
  EXPECT_THAT(receive_all(unfriendly), ::testing::IsEmpty());
  RawConnection verbose = connect();
  challenge_of(verbose);
  send(verbose, frame(std::string(300, 'x')));
  for (const std::string& payload : receive_all(verbose)) EXPECT_EQ(payload, kFailure);
}

}  // namespace
}  // namespace mpspec
