#include "wire/raw_connection.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace mpspec {
namespace {

constexpr std::size_t kPayloadMax = 64U << 20;

std::string big_endian(std::uint64_t number, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i));
  return out;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

bool wait_for(int descriptor, short events, RawConnection::Clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - RawConnection::Clock::now());
    pollfd entry{descriptor, events, 0};
    const int ready = ::poll(&entry, 1, std::max<int>(0, static_cast<int>(left.count())));
    if (ready > 0) return true;
    if (ready == 0 && left.count() <= 0) return false;
  }
}

std::pair<sockaddr_un, socklen_t> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    throw ConnectError("no path of a Unix socket: " + path);
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const bool abstract = path[0] == '\0';
  return {address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() +
                                          (abstract ? 0 : 1))};
}

int connect_to(const sockaddr* address, socklen_t size, const std::string& name) {
  const int descriptor = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // A server that accepts nobody any more would let connect wait for ever.
  const timeval patience{10, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(descriptor, address, size) == 0) return descriptor;
  const std::string why = std::strerror(errno);
  ::close(descriptor);
  throw ConnectError(fmt::format("cannot connect to {}: {}", name, why));
}

int connect_unix(const std::string& path) {
  const auto [address, size] = unix_address(path);
  const bool abstract = path[0] == '\0';
  return connect_to(reinterpret_cast<const sockaddr*>(&address), size,
                    abstract ? "@" + path.substr(1) : path);
}

int connect_inet(const std::string& host, long long port) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    throw ConnectError("cannot connect to " + host + ": there is no host of that name");
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  return connect_to(found->ai_addr, found->ai_addrlen, fmt::format("{}:{}", host, port));
}

}  // namespace

std::string header(std::int32_t length) {
  return big_endian(static_cast<std::uint32_t>(length), 4);
}
std::string long_header(std::uint64_t length) { return header(-1) + big_endian(length, 8); }
std::string frame(std::string_view payload) {
  return header(static_cast<std::int32_t>(payload.size())).append(payload);
}
std::string long_frame(std::string_view payload) {
  return long_header(payload.size()).append(payload);
}

RawConnection RawConnection::connect(const Value& address) {
  if (const auto* path = address.get_if<Str>()) return RawConnection(connect_unix(path->utf8));
  if (const auto* path = address.get_if<Bytes>()) return RawConnection(connect_unix(path->data));
  if (const auto* pair = address.get_if<Tuple>(); pair != nullptr && pair->items.size() == 2) {
    if (const auto* host = pair->items[0].get_if<Str>())
      return RawConnection(connect_inet(host->utf8, as_int(pair->items[1])));
  }
  throw ConnectError("no address of a manager: " + to_python(address));
}

RawConnection::RawConnection(int descriptor) : descriptor_(descriptor) {}
RawConnection::~RawConnection() { close(); }
RawConnection::RawConnection(RawConnection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)) {}
RawConnection& RawConnection::operator=(RawConnection&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

bool RawConnection::send(std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    const ssize_t sent =
        ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN || !wait_for(descriptor_, POLLOUT, deadline)) {
      return false;
    }
  }
  return true;
}

Received::Kind RawConnection::fill(std::size_t count, Clock::time_point deadline) {
  while (buffer_.size() < count) {
    if (!wait_for(descriptor_, POLLIN, deadline)) return Received::Kind::timed_out;
    char chunk[65536];
    const ssize_t got = ::recv(descriptor_, chunk, sizeof chunk, 0);
    if (got <= 0) return Received::Kind::ended;
    buffer_.append(chunk, static_cast<std::size_t>(got));
  }
  return Received::Kind::frame;
}

Received RawConnection::receive(Clock::time_point deadline) {
  std::size_t header_size = 4;
  if (const auto kind = fill(4, deadline); kind != Received::Kind::frame) return {kind};
  std::uint64_t length = from_big_endian(std::string_view(buffer_).substr(0, 4));
  const bool is_long = length == 0xffffffff;
  if (is_long) {
    header_size = 12;
    if (const auto kind = fill(12, deadline); kind != Received::Kind::frame) return {kind};
    length = from_big_endian(std::string_view(buffer_).substr(4, 8));
  }
  // Larger or negative lengths would be a broken server's; the suite asks for
  // nothing of that size.
  if (length > kPayloadMax) return {Received::Kind::ended};
  const std::size_t size = header_size + static_cast<std::size_t>(length);
  if (const auto kind = fill(size, deadline); kind != Received::Kind::frame) return {kind};
  Received out{Received::Kind::frame, buffer_.substr(header_size, size - header_size), is_long};
  buffer_.erase(0, size);
  return out;
}

void RawConnection::finish_sending() { ::shutdown(descriptor_, SHUT_WR); }

void RawConnection::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

RawListener::RawListener(const std::string& path)
    : path_(path), descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto [address, size] = unix_address(path);
  if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(descriptor_, 8) != 0)
    throw ConnectError(fmt::format("cannot listen at {}: {}", path, std::strerror(errno)));
}

RawListener::~RawListener() {
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

RawConnection RawListener::accept(RawConnection::Clock::time_point deadline) {
  if (!wait_for(descriptor_, POLLIN, deadline)) throw ConnectError("nobody connects to " + path_);
  return RawConnection(::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC));
}

}  // namespace mpspec
