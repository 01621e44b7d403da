#include "manager/net/socket_address.hpp"

#include <netdb.h>
#include <sys/un.h>

#include <cstring>
#include <memory>

namespace mp::manager {
namespace {

Result<std::vector<SocketAddress>> unix_address(const UnixAddress& address) {
  SocketAddress made;
  auto& name = reinterpret_cast<sockaddr_un&>(made.storage);
  if (address.path.empty() || address.path.size() >= sizeof name.sun_path) {
    return Error{ErrorCode::InvalidArgument, "the path of a Unix socket has 1 to 107 bytes"};
  }
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, address.path.data(), address.path.size());
  // An abstract name is exactly its bytes; a path has a NUL behind it.
  const std::size_t terminator = address.path.front() == '\0' ? 0 : 1;
  made.size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.path.size() + terminator);
  return std::vector<SocketAddress>{made};
}

Result<std::vector<SocketAddress>> inet_addresses(const InetAddress& address, Purpose purpose) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  const bool any_interface = address.host.empty() && purpose == Purpose::Listen;
  // As CPython: the empty host is every IPv4 interface.
  hints.ai_family = address.host.empty() ? AF_INET : AF_UNSPEC;
  hints.ai_flags = any_interface ? AI_PASSIVE : 0;
  const std::string port = std::to_string(address.port);
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                  port.c_str(), &hints, &found);
  if (error != 0) {
    return Error{ErrorCode::NotFound, address.host + ": " + ::gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* row = found; row != nullptr; row = row->ai_next) {
    SocketAddress made;
    std::memcpy(&made.storage, row->ai_addr, row->ai_addrlen);
    made.size = row->ai_addrlen;
    addresses.push_back(made);
  }
  return addresses;
}

}  // namespace

Result<std::vector<SocketAddress>> resolve(const Address& address, Purpose purpose) {
  if (const auto* local = std::get_if<UnixAddress>(&address)) return unix_address(*local);
  return inet_addresses(std::get<InetAddress>(address), purpose);
}

Address address_of(const SocketAddress& address) {
  if (address.family() == AF_UNIX) {
    const auto& name = reinterpret_cast<const sockaddr_un&>(address.storage);
    const std::size_t size = address.size - offsetof(sockaddr_un, sun_path);
    const bool is_abstract = size > 0 && name.sun_path[0] == '\0';
    const std::size_t length = is_abstract ? size : ::strnlen(name.sun_path, size);
    return UnixAddress{std::string(name.sun_path, length)};
  }
  char host[NI_MAXHOST] = {};
  char port[NI_MAXSERV] = {};
  const int error = ::getnameinfo(address.get(), address.size, host, sizeof host, port, sizeof port,
                                  NI_NUMERICHOST | NI_NUMERICSERV);
  MP_ASSERT(error == 0);
  return InetAddress{host, static_cast<std::uint16_t>(std::strtoul(port, nullptr, 10))};
}

}  // namespace mp::manager
