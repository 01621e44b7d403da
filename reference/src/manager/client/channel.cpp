#include "manager/client/channel.hpp"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <limits>

#include "manager/net/pass_descriptor.hpp"
#include "manager/net/socket_address.hpp"
#include "manager/protocol/sharing.hpp"

namespace mp::manager {
namespace {

Error disconnected(std::string_view what, int error_number) {
  Error error = system_error(what, error_number);
  error.code = ErrorCode::Disconnected;
  return error;
}

/// The error of a read or write that failed.
Error transport_error(std::string_view what, int error_number) {
  if (error_number == EAGAIN || error_number == EWOULDBLOCK) {
    return Error{ErrorCode::TimedOut, "the server does not answer"};
  }
  return disconnected(what, error_number);
}

Error connect_error(const Address& address, int error_number) {
  Error error = system_error(to_string(address), error_number);
  const bool nobody_there = error_number == ECONNREFUSED || error_number == ENOENT;
  if (nobody_there) error.code = ErrorCode::NotFound;
  if (error_number == EAGAIN || error_number == EINPROGRESS) error.code = ErrorCode::TimedOut;
  return error;
}

Result<void> set_timeout(int fd, Timeout timeout) {
  const bool unlimited = timeout == kForever;
  const auto micros = std::chrono::ceil<std::chrono::microseconds>(unlimited ? kPoll : timeout);
  const timeval limit{.tv_sec = micros.count() / 1'000'000, .tv_usec = micros.count() % 1'000'000};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
    if (::setsockopt(fd, SOL_SOCKET, option, &limit, sizeof limit) != 0) {
      return system_error("setsockopt", errno);
    }
  }
  return {};
}

Result<base::UniqueFd> connect_to(const SocketAddress& candidate, const Address& address,
                                  Timeout timeout) {
  base::UniqueFd fd(::socket(candidate.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("socket", errno);
  MP_TRY(set_timeout(fd.get(), timeout));
  if (::connect(fd.get(), candidate.get(), candidate.size) != 0) {
    return connect_error(address, errno);
  }
  if (candidate.family() != AF_UNIX) {
    const int yes = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  return fd;
}

}  // namespace

Result<std::unique_ptr<Channel>> Channel::open(const Endpoint& endpoint, Timeout timeout) {
  MP_TRY_ASSIGN(const std::vector<SocketAddress> candidates,
                resolve(endpoint.address, Purpose::Connect));
  Result<base::UniqueFd> fd = Error{ErrorCode::NotFound, to_string(endpoint.address)};
  for (const SocketAddress& candidate : candidates) {
    fd = connect_to(candidate, endpoint.address, timeout);
    if (fd) break;
  }
  if (!fd) return std::move(fd).error();
  const bool is_tcp = std::holds_alternative<InetAddress>(endpoint.address);
  std::unique_ptr<Channel> channel(new Channel(*std::move(fd), is_tcp));
  MP_TRY(channel->shake_hands(endpoint));
  MP_TRY(set_timeout(channel->fd_.get(), kForever));
  return channel;
}

Channel::Channel(base::UniqueFd fd, bool is_tcp)
    : fd_(std::move(fd)), is_tcp_(is_tcp), frames_(kHandshakeFrameMax) {
  ProcessState::get().add(*this);
}

Channel::~Channel() { ProcessState::get().remove(*this); }

void Channel::forget() {
  if (ring_) ring_->end().abandon();
  ring_.reset();
  fd_.reset();
}

Result<void> Channel::shake_hands(const Endpoint& endpoint) {
  MP_TRY_ASSIGN(const Nonce nonce, make_nonce());
  ClientHandshake handshake(endpoint.authkey, DigestPolicy::Any, nonce);
  while (true) {
    MP_TRY_ASSIGN(const std::string_view payload, receive());
    const HandshakeStep step = handshake.receive(payload);
    if (step.send) {
      std::string frame;
      append_frame(frame, *step.send);
      MP_TRY(send_all(frame));
    }
    if (step.next == HandshakeStep::Next::Fail) {
      return Error{ErrorCode::AuthenticationFailed, step.reason};
    }
    if (step.next == HandshakeStep::Next::Done) break;
  }
  // What a server sends to whom it trusts with its objects is not limited.
  frames_.set_max_payload(std::numeric_limits<std::size_t>::max());
  return {};
}

Result<void> Channel::send(std::string_view request) {
  constexpr std::size_t kWorthACopy = 64 * 1024;
  std::string frame;
  if (request.size() <= kWorthACopy) {
    append_frame(frame, request);
    return send_all(frame);
  }
  append_frame_header(frame, request.size());
  MP_TRY(send_all(frame));
  return send_all(request);
}

Result<Reply> Channel::exchange(std::string_view request) {
  MP_TRY(send(request));
  MP_TRY_ASSIGN(const std::string_view answer, receive());
  return decode_reply(answer, {});
}

Result<bool> Channel::share_memory() {
  MP_TRY_ASSIGN(
      const std::string request,
      encode_request(Object(), kSharingFunction,
                     Object::tuple_of(Object::integer(RingArea::kVersion)), Object::dict()));
  MP_TRY(send(request));
  base::UniqueFd memory;
  MP_TRY_ASSIGN(const Reply reply, receive_with(memory));
  if (reply.kind != ReplyKind::Return) return false;
  MP_TRY_ASSIGN(auto end, RingEnd::open(std::move(memory), fd_.get()));
  ring_.emplace(std::move(end), fd_.get());
  return true;
}

Result<Reply> Channel::receive_with(base::UniqueFd& descriptor) {
  while (true) {
    MP_TRY_ASSIGN(const std::optional<std::string_view> payload, frames_.next());
    if (payload) return decode_reply(*payload, {});
    MP_TRY(arrived(receive_with_descriptor(fd_.get(), frames_.prepare(), descriptor)));
  }
}

Result<void> Channel::send_all_by_ring(std::string_view bytes) {
  while (true) {
    MP_TRY_ASSIGN(const std::size_t sent, ring_->end().write(bytes));
    bytes.remove_prefix(sent);
    if (bytes.empty()) return {};
    MP_TRY(ring_->await_room());
  }
}

/// As send_or_fill().
Result<void> Channel::send_or_fill_by_ring(std::string_view& bytes) {
  MP_TRY_ASSIGN(const std::size_t sent, ring_->end().write(bytes));
  bytes.remove_prefix(sent);
  if (sent > 0) return {};
  MP_TRY(ring_->await_input_or_room());
  return ring_->end().has_input() ? fill() : Result<void>();
}

Result<void> Channel::send_all(std::string_view bytes) {
  if (ring_) return send_all_by_ring(bytes);
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return transport_error("send", errno);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::vector<Reply>> Channel::exchange_all(std::string_view frames, std::size_t count) {
  std::vector<Reply> replies;
  replies.reserve(count);
  while (replies.size() < count) {
    MP_TRY_ASSIGN(const std::optional<std::string_view> payload, frames_.next());
    if (payload) {
      MP_TRY_ASSIGN(Reply reply, decode_reply(*payload, {}));
      replies.push_back(std::move(reply));
    } else if (frames.empty()) {
      MP_TRY(fill());
    } else {
      MP_TRY(send_or_fill(frames));
    }
  }
  return replies;
}

/// Sends what the kernel takes; when it takes nothing, waits until it does or until something has
/// arrived, which is read.
Result<void> Channel::send_or_fill(std::string_view& bytes) {
  if (ring_) return send_or_fill_by_ring(bytes);
  const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) {
    bytes.remove_prefix(static_cast<std::size_t>(sent));
    return {};
  }
  if (errno == EINTR) return {};
  if (errno != EAGAIN && errno != EWOULDBLOCK) return transport_error("send", errno);
  pollfd entry{.fd = fd_.get(), .events = POLLIN | POLLOUT, .revents = 0};
  if (::poll(&entry, 1, -1) < 0 && errno != EINTR) return system_error("poll", errno);
  return (entry.revents & POLLIN) != 0 ? fill() : Result<void>();
}

Result<std::string_view> Channel::receive() {
  while (true) {
    MP_TRY_ASSIGN(const std::optional<std::string_view> payload, frames_.next());
    if (payload) return *payload;
    MP_TRY(fill());
  }
}

Result<void> Channel::fill_from_ring() {
  MP_TRY(ring_->await_input());
  MP_TRY_ASSIGN(const std::size_t got, ring_->end().read(frames_.prepare()));
  frames_.commit(got);
  return {};
}

Result<void> Channel::arrived(ssize_t count) {
  if (count < 0 && errno == EINTR) return {};
  if (count < 0) return transport_error("recv", errno);
  if (count == 0) return Error{ErrorCode::Disconnected, "the server has closed the connection"};
  frames_.commit(static_cast<std::size_t>(count));
  return {};
}

Result<void> Channel::fill() {
  if (ring_) return fill_from_ring();
  if (is_tcp_) {
    // A CPython server writes long frames in two parts: see Connection::read of the server.
    const int yes = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
  }
  const std::span<char> room = frames_.prepare();
  return arrived(::recv(fd_.get(), room.data(), room.size(), 0));
}

}  // namespace mp::manager
