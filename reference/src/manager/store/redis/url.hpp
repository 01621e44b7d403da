#pragma once

#include <string>
#include <string_view>

#include "mp/result.hpp"

namespace mp::manager {

/// Where an engine is: `redis://HOST:PORT/DB`, `redis://[IPV6]:PORT/DB`, the same with `rediss:`
/// for TLS, or `redis+unix://PATH`.
struct RedisUrl {
  std::string path;  ///< of a Unix socket; empty for TCP
  std::string host;
  std::string port = "6379";
  unsigned database = 0;
  bool is_tls = false;

  std::string text() const;
};

/// Error: InvalidArgument   another form; a password in it
Result<RedisUrl> parse_redis_url(std::string_view text);

}  // namespace mp::manager
