#include "manager/core/conversation.hpp"

#include <utility>

#include "manager/protocol/sharing.hpp"
#include "manager/store/store.hpp"

namespace mp::manager {

Conversation::Conversation(Dispatcher& dispatcher, const ConversationOptions& options,
                           const Nonce& nonce, ClientId client, Store* store)
    : dispatcher_(dispatcher),
      options_(options),
      client_(client),
      store_(store),
      handshake_(std::in_place, options.authkey, options.digests, nonce) {
  append_frame(output_, handshake_->challenge());
}

void Conversation::end() {
  finished_ = true;
  if (!session_) return;
  const SessionId session = *std::exchange(session_, std::nullopt);
  store_ == nullptr ? dispatcher_.close(session) : store_->close(session);
}

bool Conversation::is_waiting() const {
  if (!session_) return false;
  return store_ == nullptr ? dispatcher_.is_waiting(*session_) : store_->is_waiting(*session_);
}

bool Conversation::wants_input() const {
  const bool takes_more =
      store_ != nullptr && session_ ? store_->takes_more(*session_) : !is_waiting();
  return !finished_ && takes_more && output_.size() < kUnsentMax;
}

bool Conversation::step(Clock::time_point now) {
  if (!wants_input()) return false;
  if (ahead_) {
    take_request(*std::exchange(ahead_, std::nullopt), now);
    return true;
  }
  const Result<std::optional<std::string_view>> next = frames_.next();
  if (!next) {
    if (is_waiting()) return false;  // answers come first
    reject_frame(next.error());
    return true;
  }
  if (!*next) return false;
  take_frame(**next, now);
  return true;
}

void Conversation::read_ahead() {
  if (!session_ || ahead_) return;
  const Result<std::optional<std::string_view>> next = frames_.next();
  if (!next || !*next) return;  // step() finds the same error again
  ahead_ = dispatcher_.decode(**next);
}

void Conversation::take_frame(std::string_view payload, Clock::time_point now) {
  if (handshake_) return shake_hands(payload);
  if (store_ == nullptr) return take_request(dispatcher_.decode(payload), now);
  ++request_count_;
  store_->receive(*session_, dispatcher_.decode(payload), payload, now);
}

void Conversation::take_request(const Result<Request>& request, Clock::time_point now) {
  ++request_count_;
  asks_to_share_ = options_.offers_sharing && request && is_sharing_request(*request);
  if (!asks_to_share_) dispatcher_.receive(*session_, request, now);
}

void Conversation::shake_hands(std::string_view payload) {
  const HandshakeStep step = handshake_->receive(payload);
  if (step.send) append_frame(output_, *step.send);
  finished_ = step.next == HandshakeStep::Next::Fail;
  if (step.next != HandshakeStep::Next::Done) return;
  handshake_.reset();
  frames_.set_max_payload(options_.message_bytes_max);
  session_ = store_ == nullptr ? dispatcher_.open(client_) : store_->open(client_);
}

void Conversation::reject_frame(const Error& error) {
  // A stranger is told nothing. A negative length leaves no frame to answer.
  if (session_ && error.code == ErrorCode::TooLarge) {
    store_ == nullptr ? dispatcher_.refuse(*session_, error.message)
                      : store_->refuse(*session_, error.message);
  } else {
    finished_ = true;
  }
}

void Conversation::refuse_sharing(std::string_view why) {
  asks_to_share_ = false;
  const Object text = Object::str("OSError: " + std::string(why) + "\n");
  append_frame(output_, encode_reply(ReplyKind::Traceback, text));
}

void Conversation::reply(const Dispatcher::Reply& reply) {
  if (reply.payload) append_frame(output_, *reply.payload);
  if (reply.close) finished_ = true;
}

}  // namespace mp::manager
