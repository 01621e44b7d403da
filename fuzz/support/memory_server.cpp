#include "fuzz/support/memory_server.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mp::fuzz {
namespace {

using namespace manager;

constexpr std::string_view kKey = "secret";

Nonce fixed_nonce(char byte) {
  Nonce nonce;
  nonce.fill(byte);
  return nonce;
}

Reply decode(std::string_view payload) {
  Result<Reply> decoded = decode_reply(payload, {});
  MP_ASSERT(decoded.has_value());
  check_reply(*decoded);
  return *std::move(decoded);
}

}  // namespace

void check_reply(const Reply& reply) {
  const Object& payload = reply.payload;
  switch (reply.kind) {
    case ReplyKind::Return:
      return;
    case ReplyKind::Error:
      MP_ASSERT(payload.kind() == Kind::Opaque && payload.construction() == Construction::Call);
      MP_ASSERT(payload.callable().kind() == Kind::Global);
      return;
    case ReplyKind::Traceback:
    case ReplyKind::Unserializable:
      MP_ASSERT(payload.kind() == Kind::Str && payload.as_str().ends_with('\n'));
      return;
    case ReplyKind::Proxy:
      MP_ASSERT(payload.kind() == Kind::Tuple && payload.items().size() == 2);
      return;
  }
  MP_ASSERT(false && "a kind of reply outside the enumeration");
}

MemoryServer::MemoryServer(std::string tag, std::size_t message_bytes_max)
    : options_{.authkey = std::string(kKey),
               .digests = DigestPolicy::Any,
               .message_bytes_max = message_bytes_max},
      dispatcher_({.ident_tag = std::move(tag)}) {}

void MemoryServer::pass(Clock::duration time) {
  now_ += time;
  dispatcher_.expire(now_);
  settle();
}

void MemoryServer::end_client(ClientId client) {
  dispatcher_.client_died(client, now_);
  pass(DispatcherOptions{}.orphan_grace);
}

void MemoryServer::close(SessionId session) {
  dispatcher_.close(session);
  replies_.erase(session);
  settle();
}

std::optional<Reply> MemoryServer::ask(SessionId session, const Object& ident,
                                       std::string_view name, std::vector<Object> args) {
  const Result<std::string> request =
      encode_request(ident, name, Object::tuple(std::move(args)), Object::dict());
  MP_ASSERT(request.has_value());
  dispatcher_.receive(session, *request, now_);
  settle();
  std::vector<Reply> told = take_replies(session);
  MP_ASSERT(told.size() == (dispatcher_.is_waiting(session) ? 0u : 1u));
  return told.empty() ? std::nullopt : std::optional(std::move(told.front()));
}

std::optional<Reply> MemoryServer::serve(ClientId client, std::string_view function,
                                         std::vector<Object> args) {
  const SessionId session = open(client);
  std::optional<Reply> reply = ask(session, Object(), function, std::move(args));
  close(session);
  return reply;
}

std::string MemoryServer::serve(ClientId client, const Result<Request>& request) {
  const SessionId session = open(client);
  dispatcher_.receive(session, request, now_);
  std::vector<Dispatcher::Reply> told = dispatcher_.take_replies();
  MP_ASSERT(told.size() == 1 && told[0].session == session && told[0].payload && told[0].close);
  dispatcher_.close(session);
  return *std::move(told[0].payload);
}

std::vector<Reply> MemoryServer::take_replies(SessionId session) {
  return std::exchange(replies_[session], {});
}

void MemoryServer::give_out() {
  for (const Dispatcher::Reply& reply : dispatcher_.take_replies()) {
    const auto peer = std::find_if(peers_.begin(), peers_.end(), [&](const Peer* candidate) {
      return candidate->conversation_.session() == reply.session;
    });
    if (peer != peers_.end()) {
      (*peer)->conversation_.reply(reply);
      (*peer)->hear();
    } else if (reply.payload) {
      replies_[reply.session].push_back(decode(*reply.payload));
    }
  }
}

void MemoryServer::settle() {
  bool moved = true;
  while (moved) {
    give_out();
    moved = false;
    for (Peer* peer : peers_) {
      if (!peer->step()) continue;
      moved = true;
      give_out();
    }
  }
}

Peer::Peer(MemoryServer& server, ClientId client)
    : server_(server),
      conversation_(server.dispatcher_, server.options_, fixed_nonce('s'), client) {
  server_.peers_.push_back(this);
  // Both nonces are always the same, and so is what a client says that knows the key.
  static std::vector<std::string> said;
  if (said.empty())
    said = shake_hands();
  else
    for (const std::string& frame : said) deliver(frame);
  conversation_.output().clear();
  MP_ASSERT(conversation_.is_authenticated());
}

std::vector<std::string> Peer::shake_hands() {
  ClientHandshake handshake(std::string(kKey), DigestPolicy::Any, fixed_nonce('c'));
  std::vector<std::string> said;
  while (true) {
    const std::optional<std::string> frame = hear_frame();
    MP_ASSERT(frame.has_value());
    const HandshakeStep step = handshake.receive(*frame);
    MP_ASSERT(step.send.has_value());
    append_frame(said.emplace_back(), *step.send);
    deliver(said.back());
    if (step.next == HandshakeStep::Next::Done) return said;
    MP_ASSERT(step.next == HandshakeStep::Next::Continue);
  }
}

/// The server says whole frames only, and none that needs a long header.
std::optional<std::string> Peer::hear_frame() {
  std::string& output = conversation_.output();
  if (output.empty()) return std::nullopt;
  constexpr std::size_t kHeader = 4;
  MP_ASSERT(output.size() >= kHeader);
  std::size_t length = 0;
  for (std::size_t i = 0; i < kHeader; ++i)
    length = length << 8 | static_cast<unsigned char>(output[i]);
  MP_ASSERT(length <= output.size() - kHeader);
  std::string payload = output.substr(kHeader, length);
  output.erase(0, kHeader + length);
  return payload;
}

void Peer::deliver(std::string_view bytes) {
  while (!bytes.empty() && !conversation_.is_finished()) {
    const std::span<char> room = conversation_.prepare();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), count);
    conversation_.commit(count);
    bytes.remove_prefix(count);
    server_.settle();
  }
}

bool Peer::step() {
  const bool was_shutting_down = server_.dispatcher_.is_shutting_down();
  const bool moved = conversation_.step(server_.now_);
  if (server_.dispatcher_.is_shutting_down() && !was_shutting_down) ++extra_replies_;
  return moved;
}

void Peer::hear() {
  while (const std::optional<std::string> frame = hear_frame()) {
    replies_.push_back(decode(*frame));
  }
}

void Peer::send_frame(std::string_view payload) {
  if (is_finished()) return;
  if (payload.empty()) counts_ = false;  // an end without a reply
  ++requests_;
  std::string frame;
  append_frame(frame, payload);
  deliver(frame);
}

void Peer::send_bytes(std::string_view bytes) {
  counts_ = false;
  deliver(bytes);
}

void Peer::close() {
  std::erase(server_.peers_, this);
  conversation_.end();
  server_.settle();
}

void Peer::check_replies() const {
  if (!counts_) return;
  const std::size_t replies = replies_.size();
  const std::size_t most = requests_ + extra_replies_;
  if (is_waiting()) {
    MP_ASSERT(replies < most);
  } else if (is_finished()) {
    MP_ASSERT(replies >= 1 && replies <= most);
  } else {
    MP_ASSERT(replies == most);
  }
}

}  // namespace mp::fuzz
