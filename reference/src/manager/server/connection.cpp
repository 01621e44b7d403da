#include "manager/server/connection.hpp"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace mp::manager {

bool Connection::read() {
  if (is_tcp_) {
    // CPython's clients write a header and then a body, without TCP_NODELAY: a delayed
    // acknowledgement in between costs 40 ms. The kernel forgets the option, so it is set each
    // time.
    const int yes = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
  }
  const std::span<char> room = conversation_.prepare();
  const ssize_t got = ::recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  conversation_.commit(static_cast<std::size_t>(got));
  return got > 0;
}

bool Connection::write() {
  std::string& output = conversation_.output();
  while (sent_ < output.size()) {
    const ssize_t sent = ::send(socket_.get(), output.data() + sent_, output.size() - sent_,
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    sent_ += static_cast<std::size_t>(sent);
  }
  output.clear();
  sent_ = 0;
  return true;
}

std::uint32_t Connection::interest() {
  std::uint32_t events = EPOLLRDHUP;
  if (conversation_.wants_input()) events |= EPOLLIN;
  if (!conversation_.output().empty()) events |= EPOLLOUT;
  return events;
}

bool Connection::update_interest() {
  const std::uint32_t now = interest();
  return std::exchange(watched_, now) != now;
}

}  // namespace mp::manager
