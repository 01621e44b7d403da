// WIRE: what a manager's client checks; the suite plays the server.
#include "tests/support/wire.hpp"
#include "wire/pickle_reader.hpp"

namespace mpspec {
namespace {

class ClientConformance : public WireConformance {
 protected:
  static constexpr const char* kKey = "a key of its own";

  void SetUp() override {
    Conformance::SetUp();  // there is no client without an adapter
    main().need_feature("manager-wire");
    path_ = (adapter().settings().folder / "server").string();
    listener_.emplace(path_);
  }
  Pending begin_connecting() {
    return main().begin(Object{"", "Manager"}, "connect", {path_, bytes(kKey)});
  }
  /// The client has answered the challenge rightly.
  RawConnection accept() {
    RawConnection connection = listener_->accept(deadline());
    const std::string payload(20, 's');
    send(connection, frame(std::string(kChallenge) + payload));
    EXPECT_EQ(receive(connection), md5_answer(kKey, payload));
    return connection;
  }

  std::string path_;
  std::optional<RawListener> listener_;
};

TEST_F(ClientConformance, WIRE_018_TheClientConnectsToAServerWithTheKey) {
  const Pending connecting = begin_connecting();
  RawConnection connection = accept();
  send(connection, frame(kWelcome));
  send(connection, frame(answer(kKey, challenge_of(connection))));
  EXPECT_EQ(receive(connection), kWelcome);
  EXPECT_EQ(part_of(read_pickle(receive(connection)).value, 1), Value("dummy"));
  send(connection, frame(write_pickle(tuple({"#RETURN", Value()}))));
  EXPECT_THAT(connecting.wait(), Succeeds());
}

TEST_F(ClientConformance, WIRE_018_TheClientRefusesAServerWithoutTheKey) {
  for (const char* wrong : {"another key", "", "a key of its ow"}) {
    const Pending connecting = begin_connecting();
    RawConnection connection = accept();
    send(connection, frame(kWelcome));
    send(connection, frame(answer(wrong, challenge_of(connection))));
    ASSERT_EQ(receive(connection), kFailure);
    EXPECT_THAT(connecting.wait(), FailsWith("AuthenticationError"));
  }
}

TEST_F(ClientConformance, WIRE_018_TheClientRefusesItsOwnAnswer) {
  const Pending connecting = begin_connecting();
  RawConnection connection = listener_->accept(deadline());
  send(connection, frame(std::string(kChallenge) + std::string(20, 's')));
  const std::string own = receive(connection);
  send(connection, frame(kWelcome));
  challenge_of(connection);
  send(connection, frame(own));
  ASSERT_EQ(receive(connection), kFailure);
  EXPECT_THAT(connecting.wait(), FailsWith("AuthenticationError"));
}

TEST_F(ClientConformance, WIRE_018_TheClientFailsWhenItIsRefused) {
  const Pending connecting = begin_connecting();
  RawConnection connection = accept();
  send(connection, frame(kFailure));
  EXPECT_THAT(connecting.wait(), FailsWith("AuthenticationError"));
}

}  // namespace
}  // namespace mpspec
