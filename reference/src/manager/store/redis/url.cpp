#include "manager/store/redis/url.hpp"

#include <charconv>

namespace mp::manager {
namespace {

Error wrong(std::string_view text, std::string_view why) {
  return Error{ErrorCode::InvalidArgument, std::string(text) + ": " + std::string(why)};
}

template <class T>
bool read_number(std::string_view digits, T& value) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

std::string RedisUrl::text() const {
  if (!path.empty()) return "redis+unix://" + path;
  const std::string shown = host.find(':') == host.npos ? host : '[' + host + ']';
  return std::string(is_tls ? "rediss://" : "redis://") + shown + ':' + port + '/' +
         std::to_string(database);
}

Result<RedisUrl> parse_redis_url(std::string_view text) {
  constexpr std::string_view kForms = "use redis[s]://HOST:PORT/DB or redis+unix://PATH";
  constexpr std::string_view kUnix = "redis+unix://", kTcp = "redis://", kTls = "rediss://";
  RedisUrl url;
  if (text.starts_with(kUnix)) {
    url.path = text.substr(kUnix.size());
    if (!url.path.starts_with('/')) return wrong(text, kForms);
    return url;
  }
  url.is_tls = text.starts_with(kTls);
  if (!url.is_tls && !text.starts_with(kTcp)) return wrong(text, kForms);
  std::string_view rest = text.substr(url.is_tls ? kTls.size() : kTcp.size());
  if (rest.find('@') != rest.npos) {
    return wrong("a URL with a user or a password",
                 "everybody can read it; use --store-user and --store-password-file");
  }
  if (const std::size_t slash = rest.find('/'); slash != rest.npos) {
    const std::string_view database = rest.substr(slash + 1);
    if (!database.empty() && !read_number(database, url.database)) return wrong(text, kForms);
    rest = rest.substr(0, slash);
  }
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == rest.npos) return wrong(text, kForms);
    url.host = rest.substr(1, end - 1);
    rest = rest.substr(end + 1);
  } else {
    url.host = rest.substr(0, rest.find(':'));
    rest = rest.substr(url.host.size());
  }
  if (rest.starts_with(':')) {
    std::uint16_t port = 0;
    if (!read_number(rest.substr(1), port) || port == 0) return wrong(text, kForms);
    url.port = rest.substr(1);
  } else if (!rest.empty()) {
    return wrong(text, kForms);
  }
  if (url.host.empty()) return wrong(text, kForms);
  return url;
}

}  // namespace mp::manager
