#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

/// A server that sends back what it gets over a Unix socket, blocking, a thread for each
/// connection: what a round trip costs at least.
namespace mp::bench::raw {

inline constexpr std::size_t kEchoBytes = 64;

inline sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

inline int unix_listener(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = unix_address(path);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, 4096) != 0) {
    throw std::runtime_error("cannot listen");
  }
  return fd;
}

inline int unix_client(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = unix_address(path);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect");
  }
  return fd;
}

inline void send_whole(int fd, const char* from, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(fd, from, size, MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error("the peer is gone");
    from += sent;
    size -= static_cast<std::size_t>(sent);
  }
}
inline void receive_whole(int fd, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(fd, to, size, 0);
    if (got <= 0) throw std::runtime_error("the peer is gone");
    to += got;
    size -= static_cast<std::size_t>(got);
  }
}

[[noreturn]] inline void serve_echo(int listener, std::size_t message_bytes) {
  while (true) {
    const int fd = ::accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    std::thread([fd, message_bytes] {
      std::string buffer(message_bytes, '\0');
      try {
        while (true) {
          receive_whole(fd, buffer.data(), buffer.size());
          send_whole(fd, buffer.data(), buffer.size());
        }
      } catch (const std::exception&) {
        ::close(fd);
      }
    }).detach();
  }
}

/// The same by one thread and epoll.
[[noreturn]] inline void serve_echo_epoll(int listener, std::size_t message_bytes) {
  const int poller = ::epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  ::epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  std::string buffer(message_bytes, '\0');
  epoll_event events[64];
  while (true) {
    const int count = ::epoll_wait(poller, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        const int client = ::accept(listener, nullptr, nullptr);
        epoll_event added{.events = EPOLLIN, .data = {.fd = client}};
        ::epoll_ctl(poller, EPOLL_CTL_ADD, client, &added);
        continue;
      }
      const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) {
        ::close(fd);
      } else {
        send_whole(fd, buffer.data(), static_cast<std::size_t>(got));
      }
    }
  }
}

/// Two threads of the above, one poller each; connections in turn.
[[noreturn]] inline void serve_echo_epolls(int listener, std::size_t message_bytes) {
  int pollers[2] = {::epoll_create1(0), ::epoll_create1(0)};
  for (const int poller : pollers) {
    std::thread([poller, message_bytes] {
      std::string buffer(message_bytes, '\0');
      epoll_event events[64];
      while (true) {
        const int count = ::epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < count; ++i) {
          const int fd = events[i].data.fd;
          const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
          if (got <= 0) {
            ::close(fd);
          } else {
            send_whole(fd, buffer.data(), static_cast<std::size_t>(got));
          }
        }
      }
    }).detach();
  }
  for (int turn = 0;; ++turn) {
    const int fd = ::accept(listener, nullptr, nullptr);
    epoll_event added{.events = EPOLLIN, .data = {.fd = fd}};
    ::epoll_ctl(pollers[turn % 2], EPOLL_CTL_ADD, fd, &added);
  }
}

}  // namespace mp::bench::raw
