#include "manager/store/redis/url.hpp"

#include <algorithm>
#include <charconv>

namespace mp::manager {
namespace {

constexpr std::string_view kUnix = "redis+unix://", kTcp = "redis://", kTls = "rediss://",
                           kSentinel = "redis+sentinel://";

Error wrong(std::string_view text, std::string_view why) {
  return Error{ErrorCode::InvalidArgument, std::string(text) + ": " + std::string(why)};
}

Error wrong_form(std::string_view text) {
  return wrong(text,
               "use redis[s]://HOST:PORT/DB, redis+unix://PATH or "
               "redis+sentinel://HOST:PORT,HOST:PORT/NAME/DB");
}

template <class T>
bool read_number(std::string_view digits, T& value) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

/// What precedes the separator; `rest` is then what follows it.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::string_view taken = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
  return taken;
}

/// `HOST`, `HOST:PORT` or `[IPV6]:PORT`.
bool read_host(std::string_view text, std::string_view usual_port, RedisUrl::Host& host) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return false;
    host.name = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
  } else {
    host.name = text.substr(0, text.find(':'));
    text.remove_prefix(host.name.size());
  }
  host.port = usual_port;
  if (text.starts_with(':')) {
    std::uint16_t port = 0;
    if (!read_number(text.substr(1), port) || port == 0) return false;
    host.port = text.substr(1);
  } else if (!text.empty()) {
    return false;
  }
  return !host.name.empty();
}

std::string shown(const RedisUrl::Host& host) {
  const bool is_ipv6 = host.name.find(':') != host.name.npos;
  return (is_ipv6 ? '[' + host.name + ']' : host.name) + ':' + host.port;
}

bool read_sentinels(std::string_view rest, RedisUrl& url) {
  std::string_view hosts = take_until(rest, '/');
  while (!hosts.empty()) {
    if (!read_host(take_until(hosts, ','), "26379", url.sentinels.emplace_back())) return false;
  }
  url.name = take_until(rest, '/');
  return !url.sentinels.empty() && !url.name.empty() &&
         (rest.empty() || read_number(rest, url.database));
}

}  // namespace

std::string RedisUrl::text() const {
  if (!path.empty()) return std::string(kUnix) + path;
  const std::string end = '/' + std::to_string(database);
  if (sentinels.empty()) return std::string(is_tls ? kTls : kTcp) + shown(host) + end;
  std::string hosts;
  for (const Host& each : sentinels) hosts += (hosts.empty() ? "" : ",") + shown(each);
  return std::string(kSentinel) + hosts + '/' + name + end;
}

Result<RedisUrl> parse_redis_url(std::string_view text) {
  RedisUrl url;
  if (text.starts_with(kUnix)) {
    url.path = text.substr(kUnix.size());
    if (!url.path.starts_with('/')) return wrong_form(text);
    return url;
  }
  if (text.find('@') != text.npos) {
    return wrong("a URL with a user or a password",
                 "everybody can read it; use --store-user and --store-password-file");
  }
  if (text.starts_with(kSentinel)) {
    if (!read_sentinels(text.substr(kSentinel.size()), url)) return wrong_form(text);
    return url;
  }
  url.is_tls = text.starts_with(kTls);
  if (!url.is_tls && !text.starts_with(kTcp)) return wrong_form(text);
  std::string_view rest = text.substr(url.is_tls ? kTls.size() : kTcp.size());
  if (!read_host(take_until(rest, '/'), "6379", url.host)) return wrong_form(text);
  if (!rest.empty() && !read_number(rest, url.database)) return wrong_form(text);
  return url;
}

}  // namespace mp::manager
