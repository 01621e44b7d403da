#include "manager/core/conversation.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "manager/protocol/message.hpp"

namespace mp::manager {
namespace {

constexpr std::size_t kMessageMax = 4096;

Nonce nonce_of(char byte) {
  Nonce nonce;
  nonce.fill(byte);
  return nonce;
}

class ConversationTest : public ::testing::Test {
 protected:
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::span<char> room = conversation_->prepare();
      const std::size_t count = std::min(room.size(), bytes.size());
      std::memcpy(room.data(), bytes.data(), count);
      conversation_->commit(count);
      bytes.remove_prefix(count);
      while (conversation_->step(now_)) {
        for (const auto& reply : dispatcher_.take_replies()) conversation_->reply(reply);
      }
    }
  }
  void send_frame(std::string_view payload) {
    std::string frame;
    append_frame(frame, payload);
    send(frame);
  }
  void send_request(const Object& ident, std::string_view name, const Object& args) {
    send_frame(*encode_request(ident, name, args, Object::dict()));
  }
  /// The next frame that the server has sent; "" when there is none.
  std::string receive() {
    from_server_.feed(std::exchange(conversation_->output(), {}));
    const auto payload = from_server_.next();
    return payload && *payload ? std::string(**payload) : "";
  }
  void shake_hands(const std::string& key = "secret") {
    ClientHandshake client(key, DigestPolicy::Any, nonce_of('c'));
    HandshakeStep step = client.receive(receive());
    while (step.send) {
      send_frame(*step.send);
      if (step.next != HandshakeStep::Next::Continue) return;
      step = client.receive(receive());
    }
  }
  std::string kind_of_reply() {
    const std::string payload = receive();
    const Result<Object> reply = pickle::loads(payload);
    return reply ? std::string(reply->items()[0].as_str()) : "";
  }

  Clock::time_point now_{};
  Dispatcher dispatcher_{{.ident_tag = "0123456789ab"}};
  ConversationOptions options_{
      .authkey = "secret", .digests = DigestPolicy::Any, .message_bytes_max = kMessageMax};
  std::optional<Conversation> conversation_{std::in_place, dispatcher_, options_, nonce_of('s'),
                                            ClientId{1}};
  FrameReader from_server_{1 << 20};
};

TEST_F(ConversationTest, ServesAClientThatKnowsTheKey) {
  shake_hands();
  ASSERT_TRUE(conversation_->is_authenticated());
  send_request(Object(), "number_of_objects", Object::tuple());
  EXPECT_EQ(kind_of_reply(), "#RETURN");
  EXPECT_TRUE(conversation_->is_finished());
}

TEST_F(ConversationTest, TellsAStrangerNothing) {
  shake_hands("wrong");
  EXPECT_FALSE(conversation_->is_authenticated());
  EXPECT_TRUE(conversation_->is_finished());
  EXPECT_EQ(receive(), "");
}

TEST_F(ConversationTest, ServesNothingBeforeTheKeyIsProven) {
  receive();
  send_request(Object(), "shutdown", Object::tuple());
  EXPECT_EQ(receive(), "#FAILURE#");
  EXPECT_TRUE(conversation_->is_finished());
  EXPECT_FALSE(dispatcher_.is_shutting_down());
}

TEST_F(ConversationTest, AStrangersFrameIsShort) {
  receive();
  send(std::string_view("\0\0\1\1", 4));
  EXPECT_TRUE(conversation_->is_finished());
  EXPECT_EQ(receive(), "");
}

TEST_F(ConversationTest, ATooLongRequestIsRefusedBeforeItArrives) {
  shake_hands();
  send(std::string_view("\0\1\0\0", 4));
  EXPECT_EQ(kind_of_reply(), "#TRACEBACK");
  EXPECT_TRUE(conversation_->is_finished());
}

TEST_F(ConversationTest, ANegativeLengthEndsTheConversation) {
  shake_hands();
  send("\xff\xff\xff\xfe");
  EXPECT_EQ(receive(), "");
  EXPECT_TRUE(conversation_->is_finished());
}

TEST_F(ConversationTest, TakesNoRequestWhileACallWaits) {
  shake_hands();
  send_request(Object(), "accept_connection", Object::tuple_of(Object::str("x")));
  EXPECT_EQ(kind_of_reply(), "#RETURN");
  const SessionId other = dispatcher_.open(2);
  dispatcher_.receive(
      other,
      *encode_request(Object(), "create", Object::tuple_of(Object::str("Event")), Object::dict()),
      now_);
  const Object made =
      pickle::loads(*dispatcher_.take_replies().at(0).payload)->items()[1].items()[0];
  send_request(made, "wait", Object::tuple());
  EXPECT_TRUE(conversation_->is_waiting());
  EXPECT_FALSE(conversation_->wants_input());
  send_request(made, "is_set", Object::tuple());  // asked too early: kept for later
  EXPECT_EQ(receive(), "");

  dispatcher_.close(other);
  conversation_->end();
  EXPECT_EQ(dispatcher_.next_deadline(), Clock::time_point::max());
}

TEST_F(ConversationTest, TakesBytesInAnyPieces) {
  ClientHandshake client("secret", DigestPolicy::Any, nonce_of('c'));
  HandshakeStep step = client.receive(receive());
  while (step.send) {
    std::string frame;
    append_frame(frame, *step.send);
    for (const char byte : frame) send(std::string_view(&byte, 1));
    if (step.next == HandshakeStep::Next::Done) break;
    step = client.receive(receive());
  }
  EXPECT_TRUE(conversation_->is_authenticated());
}

TEST_F(ConversationTest, DoesNotServeWhoeverDoesNotRead) {
  options_.message_bytes_max = std::size_t{1} << 20;
  conversation_.emplace(dispatcher_, options_, nonce_of('s'), ClientId{1});
  shake_hands();
  send_request(Object(), "accept_connection", Object::tuple_of(Object::str("x")));
  receive();
  // Each of these is answered with a text of its own length.
  for (int i = 0; i < 100; ++i) {
    send_request(Object::str(std::string(60'000, 'x')), "m", Object::tuple());
  }
  EXPECT_FALSE(conversation_->wants_input());
  EXPECT_LT(conversation_->output().size(), 400'000u);
}

}  // namespace
}  // namespace mp::manager
