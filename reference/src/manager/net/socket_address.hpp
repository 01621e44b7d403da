#pragma once

#include <sys/socket.h>

#include <vector>

#include "mp/address.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// An address as the kernel takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

enum class Purpose { Listen, Connect };

/// Everything the address may mean, best first: a host name may have several numeric addresses.
/// Errors: InvalidArgument   a path that is too long
///         NotFound          a host name that does not resolve
Result<std::vector<SocketAddress>> resolve(const Address& address, Purpose purpose);

/// The inverse, in numbers.
Address address_of(const SocketAddress& address);

}  // namespace mp::manager
