#include "fuzz/support/hostile_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "fuzz/support/value_builder.hpp"
#include "manager/protocol/message.hpp"
#include "manager/protocol/token.hpp"

namespace mp::fuzz {
namespace {

using namespace manager;

constexpr std::uint8_t kKinds = 9;
constexpr std::uint8_t kNoHandshake = 8;

std::uint8_t kind_of(const Record& record) {
  return static_cast<std::uint8_t>((record.kind & 0x7f) % kKinds);
}

Nonce fixed_nonce() {
  Nonce nonce;
  nonce.fill('s');
  return nonce;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool send_frame(int fd, std::string_view payload) {
  std::string frame;
  append_frame(frame, payload);
  return send_all(fd, frame);
}

Object names_of_methods(ByteSource& source) {
  std::vector<Object> names(source.below(4));
  ValueBuilder builder(source);
  for (Object& name : names) name = builder.text();
  return Object::tuple(std::move(names));
}

/// ('#PROXY', (exposed, token)), or nearly.
Object live_object(ByteSource& source) {
  if (source.below(4) == 3) return ValueBuilder(source).value();
  constexpr std::array<const char*, 4> kTypeIds = {"Iterator", "list", "Queue", "nobody's"};
  const Token token{kTypeIds[source.below(kTypeIds.size())], Object::str("elsewhere"), "1234"};
  return Object::tuple_of(names_of_methods(source), token_object(token));
}

Object exception(ByteSource& source) {
  constexpr std::array<const char*, 4> kNames = {"Empty", "Full", "BrokenBarrierError", "KeyError"};
  if (source.below(4) == 3) return ValueBuilder(source).value();
  const char* name = kNames[source.below(kNames.size())];
  return Object::exception("queue", name, ValueBuilder(source).values(0));
}

}  // namespace

struct HostileServer::Connection {
  base::UniqueFd fd;
  ServerHandshake handshake{kKey, DigestPolicy::Any, fixed_nonce()};
  FrameReader frames{std::size_t{1} << 30};
  bool is_welcome = false;
};

HostileServer::HostileServer(std::vector<Record> script)
    : script_(std::move(script)),
      listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  const std::string name = std::string(1, '\0') + "mp-fuzz-" + std::to_string(::getpid());
  address_ = UnixAddress{name};
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  std::memcpy(where.sun_path, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  MP_ASSERT(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&where), size) == 0);
  MP_ASSERT(::listen(listener_.get(), 64) == 0);
  thread_ = std::thread([this] { run(); });
}

HostileServer::~HostileServer() {
  MP_ASSERT(::eventfd_write(stop_.get(), 1) == 0);
  thread_.join();
}

void HostileServer::run() {
  while (true) {
    std::vector<pollfd> waiting = {{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& [fd, connection] : connections_) waiting.push_back({fd, POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    if (waiting[0].revents != 0) return;
    for (std::size_t i = 2; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      const auto found = connections_.find(waiting[i].fd);
      if (!serve(found->second)) connections_.erase(found);
    }
    if (waiting[1].revents != 0) welcome();
  }
}

void HostileServer::welcome() {
  base::UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!fd) return;
  if (next_ < script_.size() && kind_of(script_[next_]) == kNoHandshake) {
    send_all(fd.get(), script_[next_++].body);
    return;
  }
  Connection& connection = connections_[fd.get()];
  connection.fd = std::move(fd);
  send_frame(connection.fd.get(), connection.handshake.challenge());
}

bool HostileServer::serve(Connection& connection) {
  const std::span<char> room = connection.frames.prepare();
  const ssize_t got = ::recv(connection.fd.get(), room.data(), room.size(), MSG_DONTWAIT);
  if (got <= 0) return false;
  connection.frames.commit(static_cast<std::size_t>(got));
  while (true) {
    const auto frame = connection.frames.next();
    if (!frame) return false;
    if (!*frame) return true;
    if (!answer(connection, **frame)) return false;
  }
}

bool HostileServer::answer(Connection& connection, std::string_view payload) {
  if (connection.is_welcome) return answer_request(connection);
  const HandshakeStep step = connection.handshake.receive(payload);
  connection.is_welcome = step.next == HandshakeStep::Next::Done;
  return step.next != HandshakeStep::Next::Fail &&
         (!step.send || send_frame(connection.fd.get(), *step.send));
}

bool HostileServer::answer_request(Connection& connection) {
  if (next_ == script_.size()) return false;
  const int fd = connection.fd.get();
  const Record& record = script_[next_++];
  ByteSource source(record.body);
  switch (kind_of(record)) {
    case 0:
      return send_frame(fd, record.body);
    case 1:
      return send_frame(fd, encode_reply(ReplyKind::Return, ValueBuilder(source).value()));
    case 2:
      return send_frame(fd, encode_reply(ReplyKind::Proxy, live_object(source)));
    case 3: {
      const Object made = Object::tuple_of(Object::str("1234"), names_of_methods(source));
      return send_frame(fd, encode_reply(ReplyKind::Return, made));
    }
    case 4:
      send_all(fd, record.body);
      return false;  // whoever waits for the rest of a frame waits for the end
    case 6:
      return send_frame(fd, encode_reply(source.chance() ? ReplyKind::Traceback : ReplyKind::Error,
                                         exception(source)));
    case 7:
      return send_frame(fd, encode_reply(ReplyKind::Return, Object()));
    default:
      return false;
  }
}

}  // namespace mp::fuzz
