#include "manager/store/redis/link.hpp"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>

#include "base/poll.hpp"

namespace mp::manager {
namespace {

Error closed() { return Error{ErrorCode::Disconnected, "the store has closed the connection"}; }

RedisReply converted(const redisReply& reply) {
  RedisReply made;
  switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      made.kind = RedisReply::Kind::Text;
      made.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_ERROR:
      made.kind = RedisReply::Kind::Error;
      made.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_INTEGER:
      made.kind = RedisReply::Kind::Number;
      made.number = reply.integer;
      break;
    case REDIS_REPLY_ARRAY:
      made.kind = RedisReply::Kind::Array;
      for (std::size_t i = 0; i < reply.elements; ++i) {
        made.items.push_back(converted(*reply.element[i]));
      }
      break;
    default:
      break;
  }
  return made;
}

Result<void> await_connection(int fd, const Deadline& deadline) {
  pollfd entry{.fd = fd, .events = POLLOUT, .revents = 0};
  MP_TRY_ASSIGN(const int ready, base::poll_until({&entry, 1}, deadline));
  if (ready == 0) return Error{ErrorCode::TimedOut, "the store does not answer"};
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return system_error("connect", error);
  return {};
}

Result<base::UniqueFd> connect_to(const sockaddr* name, socklen_t size, const Deadline& deadline) {
  base::UniqueFd socket(::socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return system_error("socket", errno);
  if (::connect(socket.get(), name, size) != 0) {
    if (errno != EINPROGRESS) return system_error("connect", errno);
    MP_TRY(await_connection(socket.get(), deadline));
  }
  return socket;
}

Result<base::UniqueFd> connect_unix(const std::string& path, const Deadline& deadline) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) {
    return Error{ErrorCode::InvalidArgument, path + ": too long for a Unix socket"};
  }
  std::memcpy(name.sun_path, path.data(), path.size());
  return connect_to(reinterpret_cast<const sockaddr*>(&name), sizeof name, deadline);
}

Result<base::UniqueFd> connect_tcp(const RedisUrl& url, const Deadline& deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(url.host.name.c_str(), url.host.port.c_str(), &hints, &found);
  if (status != 0) {
    return Error{ErrorCode::System, url.host.name + ": " + ::gai_strerror(status)};
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  Result<base::UniqueFd> socket = Error{ErrorCode::System, url.host.name + ": no address"};
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    socket = connect_to(each->ai_addr, each->ai_addrlen, deadline);
    if (!socket) continue;
    const int yes = 1;
    ::setsockopt(socket->get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    break;
  }
  return socket;
}

}  // namespace

/// Only the parser of hiredis: its connections can wait, and know no deadline of ours.
struct RedisLink::Parser {
  Parser() : reader(redisReaderCreate(), redisReaderFree) { reader->maxbuf = 1 << 20; }
  std::unique_ptr<redisReader, void (*)(redisReader*)> reader;
};

std::int64_t RedisReply::as_number() const {
  if (kind != Kind::Text) return number;
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

RedisLink::RedisLink() = default;
RedisLink::RedisLink(RedisLink&&) noexcept = default;
RedisLink& RedisLink::operator=(RedisLink&&) noexcept = default;
RedisLink::~RedisLink() = default;

Result<RedisLink> RedisLink::connect(const RedisUrl& url, Deadline deadline,
                                     const ManagerStoreOptions::Tls& tls) {
  Result<base::UniqueFd> socket =
      url.path.empty() ? connect_tcp(url, deadline) : connect_unix(url.path, deadline);
  if (!socket) {
    return Error{socket.error().code, url.text() + ": " + socket.error().message};
  }
  RedisLink link;
  link.socket_ = *std::move(socket);
  link.parser_ = std::make_unique<Parser>();
  if (!url.is_tls) return link;
  Result<void> done;
  if (Result<TlsSession> session = TlsSession::make(url.host.name, tls); session) {
    link.tls_ = *std::move(session);
    done = link.shake_hands(deadline);
  } else {
    done = std::move(session).error();
  }
  if (!done) return Error{done.error().code, url.text() + ": " + done.error().message};
  return link;
}

Result<void> RedisLink::shake_hands(const Deadline& deadline) {
  while (true) {
    Result<bool> complete = tls_->shake_hands(output_);
    const Result<void> written = write();  // also what is said to the other side of an error
    if (!complete) return std::move(complete).error();
    MP_TRY(written);
    if (*complete) return {};
    pollfd entry{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (has_output()) entry.events |= POLLOUT;
    MP_TRY_ASSIGN(const int ready, base::poll_until({&entry, 1}, deadline));
    if (ready == 0) return Error{ErrorCode::TimedOut, "the store does not answer"};
    char room[16 * 1024];
    const ssize_t count = ::recv(socket_.get(), room, sizeof room, MSG_DONTWAIT);
    if (count == 0) return Error{ErrorCode::Disconnected, "ended the connection in the handshake"};
    if (count > 0) tls_->arrived({room, static_cast<std::size_t>(count)});
  }
}

void RedisLink::close() {
  socket_.reset();
  parser_.reset();
  tls_.reset();
  output_.clear();
  sent_ = 0;
}

void RedisLink::send(std::span<const std::string_view> words) {
  std::string plain;
  std::string& text = tls_ ? plain : output_;
  text += '*' + std::to_string(words.size()) + "\r\n";
  for (const std::string_view word : words) {
    text += '$' + std::to_string(word.size()) + "\r\n";
    text.append(word).append("\r\n");
  }
  // A session that has ended takes nothing any more; receive() tells of it.
  if (tls_) static_cast<void>(tls_->encrypt(plain, output_));
}

Result<void> RedisLink::write() {
  while (has_output()) {
    const ssize_t count = ::send(socket_.get(), output_.data() + sent_, output_.size() - sent_,
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {};
    if (count < 0) return system_error("the store", errno);
    sent_ += static_cast<std::size_t>(count);
  }
  output_.clear();
  sent_ = 0;
  return {};
}

Result<std::optional<RedisReply>> RedisLink::parse() {
  void* raw = nullptr;
  if (redisReaderGetReply(parser_->reader.get(), &raw) != REDIS_OK) {
    return Error{ErrorCode::Malformed,
                 std::string("the store's answer: ") + parser_->reader->errstr};
  }
  if (raw == nullptr) return std::optional<RedisReply>();
  const std::unique_ptr<redisReply, void (*)(void*)> owner(static_cast<redisReply*>(raw),
                                                           freeReplyObject);
  return std::optional<RedisReply>(converted(*owner));
}

Result<void> RedisLink::take(std::string_view bytes) {
  if (!tls_) {
    redisReaderFeed(parser_->reader.get(), bytes.data(), bytes.size());
    return {};
  }
  tls_->arrived(bytes);
  std::string plain;
  const Result<void> decrypted = tls_->decrypt(plain, output_);
  redisReaderFeed(parser_->reader.get(), plain.data(), plain.size());
  return decrypted;
}

Result<bool> RedisLink::read() {
  while (true) {
    char room[64 * 1024];
    const ssize_t count = ::recv(socket_.get(), room, sizeof room, MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (count < 0) return system_error("the store", errno);
    if (count == 0) return closed();
    MP_TRY(take({room, static_cast<std::size_t>(count)}));
    return true;
  }
}

Result<std::optional<RedisReply>> RedisLink::receive() {
  while (true) {
    MP_TRY_ASSIGN(std::optional<RedisReply> reply, parse());
    if (reply) return reply;
    MP_TRY_ASSIGN(const bool arrived, read());
    if (!arrived) return std::optional<RedisReply>();
  }
}

Result<RedisReply> RedisLink::call(std::span<const std::string_view> words, Deadline deadline) {
  send(words);
  while (true) {
    MP_TRY(write());
    MP_TRY_ASSIGN(std::optional<RedisReply> reply, receive());
    if (reply) return *std::move(reply);
    const short events = has_output() ? POLLIN | POLLOUT : POLLIN;
    pollfd entry{.fd = socket_.get(), .events = events, .revents = 0};
    MP_TRY_ASSIGN(const int ready, base::poll_until({&entry, 1}, deadline));
    if (ready == 0) return Error{ErrorCode::TimedOut, "the store does not answer"};
  }
}

}  // namespace mp::manager
