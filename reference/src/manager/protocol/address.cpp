#include "mp/address.hpp"

#include <sys/un.h>

#include <charconv>

namespace mp {
namespace {

constexpr std::size_t kPathMax = sizeof(sockaddr_un::sun_path) - 1;

Result<Address> parse_path(std::string_view text) {
  if (text.size() > kPathMax) {
    return Error{ErrorCode::InvalidArgument,
                 "the path of a Unix socket is limited to " + std::to_string(kPathMax) + " bytes"};
  }
  std::string path(text);
  if (path.front() == '@') path.front() = '\0';
  return Address(UnixAddress{std::move(path)});
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Error{ErrorCode::InvalidArgument, "not a port: '" + std::string(text) + "'"};
  }
  return port;
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  if (text.empty()) return Error{ErrorCode::InvalidArgument, "an empty address"};
  const std::size_t colon = text.rfind(':');
  const bool is_path = text.find('/') != text.npos || text.front() == '@' || colon == text.npos;
  if (is_path) return parse_path(text);

  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  MP_TRY_ASSIGN(const std::uint16_t port, parse_port(text.substr(colon + 1)));
  return Address(InetAddress{std::string(host), port});
}

std::string to_string(const Address& address) {
  if (const auto* local = std::get_if<UnixAddress>(&address)) {
    std::string text = local->path;
    if (text.starts_with('\0')) text.front() = '@';
    return text;
  }
  const auto& inet = std::get<InetAddress>(address);
  const bool is_ipv6 = inet.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? '[' + inet.host + ']' : inet.host;
  return host + ':' + std::to_string(inet.port);
}

}  // namespace mp
