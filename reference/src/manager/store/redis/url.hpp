#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mp/result.hpp"

namespace mp::manager {

/// Where an engine is: `redis://HOST:PORT/DB`, `redis://[IPV6]:PORT/DB`, the same with `rediss:`
/// for TLS, or `redis+unix://PATH`. Or who knows where it is at the moment:
/// `redis+sentinel://HOST:PORT,HOST:PORT/NAME/DB`.
struct RedisUrl {
  struct Host {
    std::string name;
    std::string port;
  };

  std::string path = {};  ///< of a Unix socket; empty for TCP
  Host host = {};
  std::vector<Host> sentinels = {};  ///< any of these; then there is no host
  std::string name = {};             ///< what the sentinels call the engine
  unsigned database = 0;
  bool is_tls = false;

  std::string text() const;
};

/// Error: InvalidArgument   another form; a password in it
Result<RedisUrl> parse_redis_url(std::string_view text);

}  // namespace mp::manager
