#include "manager/protocol/address_object.hpp"

#include <limits>

namespace mp::manager {

Object address_object(const Address& address) {
  if (const auto* local = std::get_if<UnixAddress>(&address)) {
    // A file name may be any bytes; Python has such a str only with surrogates in it.
    const bool is_text = !local->path.starts_with('\0') && Object::is_text(local->path);
    return is_text ? Object::str(local->path) : Object::bytes(local->path);
  }
  const auto& inet = std::get<InetAddress>(address);
  return Object::tuple_of(Object::str(inet.host), Object::integer(inet.port));
}

std::optional<Address> address_from_object(const Object& object) {
  if (object.kind() == Kind::Str) return UnixAddress{std::string(object.as_str())};
  if (object.kind() == Kind::Bytes) return UnixAddress{std::string(object.as_bytes())};
  if (object.kind() != Kind::Tuple || object.items().size() != 2) return std::nullopt;
  const Object& host = object.items()[0];
  const Object& port = object.items()[1];
  const bool is_inet = host.kind() == Kind::Str && port.kind() == Kind::Int && port.fits_int64();
  if (!is_inet || port.as_int64() < 0 ||
      port.as_int64() > std::numeric_limits<std::uint16_t>::max()) {
    return std::nullopt;
  }
  return InetAddress{std::string(host.as_str()), static_cast<std::uint16_t>(port.as_int64())};
}

}  // namespace mp::manager
