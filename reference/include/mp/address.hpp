#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "mp/result.hpp"

namespace mp {

/// A Unix stream socket. A path that begins with a NUL byte names Linux's abstract namespace.
/// Limit: 107 bytes, the operating system's.
struct UnixAddress {
  std::string path;
  friend bool operator==(const UnixAddress&, const UnixAddress&) = default;
};

/// A TCP endpoint over IPv4 or IPv6. `host` is a name, a numeric address, or empty for every
/// interface (listening) and this machine (connecting). Port 0 asks for a free one (listening).
struct InetAddress {
  std::string host;
  std::uint16_t port;
  friend bool operator==(const InetAddress&, const InetAddress&) = default;
};

/// Where a manager's server listens. Python's `str` is a UnixAddress, `(host, port)` an
/// InetAddress.
using Address = std::variant<UnixAddress, InetAddress>;

/// Reads `HOST:PORT`, `[IPV6]:PORT` or the path of a Unix socket; `@NAME` is abstract. What
/// contains a slash or has no colon is a path.
/// Errors: InvalidArgument   empty, a path over 107 bytes, a port that is not 0..65535
Result<Address> parse_address(std::string_view text);

/// The inverse of parse_address().
std::string to_string(const Address& address);

}  // namespace mp
