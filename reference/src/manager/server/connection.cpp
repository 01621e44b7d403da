#include "manager/server/connection.hpp"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "manager/net/pass_descriptor.hpp"

namespace mp::manager {
namespace {

constexpr std::size_t kKeptOutput = 256;

}  // namespace

void Connection::acknowledge_quickly() {
  if (is_tcp_) {
    // CPython's clients write a header and then a body, without TCP_NODELAY: a delayed
    // acknowledgement in between costs 40 ms. The kernel forgets the option, so it is set each
    // time.
    const int yes = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
  }
}

bool Connection::read() {
  if (ring_) return ring_->hear();
  acknowledge_quickly();
  const std::span<char> room = conversation_.prepare();
  const ssize_t got = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  conversation_.commit(static_cast<std::size_t>(got));
  return got > 0;
}

Connection::Arrival Connection::await() {
  acknowledge_quickly();
  const std::span<char> room = conversation_.prepare();
  const ssize_t got = ::recv(socket_.get(), room.data(), room.size(), 0);
  if (got < 0) {
    const bool is_idle = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return is_idle ? Arrival::Nothing : Arrival::Ended;
  }
  conversation_.commit(static_cast<std::size_t>(got));
  return got > 0 ? Arrival::Data : Arrival::Ended;
}

bool Connection::share_memory(std::string_view frame) {
  Result<RingEnd::Made> made = RingEnd::create(socket_.get());
  if (!made) return false;
  // Watched, until it is known to be busy.
  made->end->attend(kListening);
  const ssize_t sent = send_with_descriptor(socket_.get(), frame, made->memory.get());
  if (sent <= 0) return false;
  ring_ = std::move(made->end);
  // A part of so few bytes only when the peer does not read at all; it has nothing coming then.
  if (sent < static_cast<ssize_t>(frame.size())) interrupt();
  return true;
}

bool Connection::take() { return !conversation_.wants_input() || read_ring(); }

bool Connection::read_ring() {
  const Result<std::size_t> got = ring_->read(conversation_.prepare());
  if (got) conversation_.commit(*got);
  return got.has_value();
}

bool Connection::is_ready() const {
  if (is_interrupted()) return true;
  if (has_unsent()) return ring_->has_room();
  return ring_->has_input();
}

Connection::Arrival Connection::look() {
  if (is_interrupted()) return Arrival::Ended;
  if (has_unsent()) {
    if (!ring_->has_room()) return Arrival::Nothing;
    if (!write()) return Arrival::Ended;
    // Room has come: the client is there, and further requests may be wanted again.
    return Arrival::Data;
  }
  if (!ring_->has_input()) return Arrival::Nothing;
  return read_ring() ? Arrival::Data : Arrival::Ended;
}

bool Connection::is_gone() const {
  pollfd entry{.fd = socket_.get(), .events = 0, .revents = 0};
  return ::poll(&entry, 1, 0) == 1 && (entry.revents & (POLLHUP | POLLERR)) != 0;
}

ssize_t Connection::send(std::string_view bytes) {
  ssize_t all = 0;
  while (!bytes.empty()) {
    const ssize_t sent =
        ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (sent < 0) return -1;
    all += sent;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return all;
}

void Connection::set_busy(bool busy) {
  is_busy_ = busy;
  watched_ = 0;
  if (!busy || has_idle_limit_ || ring_) return;
  has_idle_limit_ = true;
  const timeval limit{.tv_sec = 0, .tv_usec = std::chrono::microseconds(kIdle).count()};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

bool Connection::is_hot(Clock::time_point now) {
  constexpr std::chrono::milliseconds kSoon{5};
  const std::uint64_t count = conversation_.request_count();
  if (count == request_count_) return false;
  const bool came_soon = now - last_request_ < kSoon;
  request_count_ = count;
  last_request_ = now;
  return came_soon && count > 2;  // more than the opening of a session and one call
}

void Connection::interrupt() {
  interrupted_.store(true, std::memory_order_relaxed);
  if (!ring_) ::shutdown(socket_.get(), SHUT_RD);
}

bool Connection::write_to_ring() {
  const Result<std::size_t> sent =
      ring_->write(std::string_view(conversation_.output()).substr(sent_));
  if (sent) sent_ += *sent;
  return sent.has_value();
}

bool Connection::write() {
  std::string& output = conversation_.output();
  if (ring_ && !write_to_ring()) return false;
  if (ring_ && has_unsent()) return true;
  while (sent_ < output.size()) {
    const ssize_t sent = ::send(socket_.get(), output.data() + sent_, output.size() - sent_,
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    sent_ += static_cast<std::size_t>(sent);
  }
  // Not clear(): of many connections few have anything to send.
  if (output.capacity() > kKeptOutput) output = std::string();
  output.clear();
  sent_ = 0;
  return true;
}

std::uint32_t Connection::interest() {
  std::uint32_t events = EPOLLRDHUP;
  if (ring_) return is_busy_ ? events : events | EPOLLIN;
  if (conversation_.wants_input()) events |= EPOLLIN;
  if (!conversation_.output().empty()) events |= EPOLLOUT;
  return events;
}

bool Connection::update_interest() {
  const std::uint32_t now = interest();
  return std::exchange(watched_, now) != now;
}

}  // namespace mp::manager
