#pragma once

#include <string>

#include "measure.hpp"
#include "servers.hpp"

namespace mp::bench {

/// So many clients by hiredis of one engine.
struct RedisClients {
  const Running& (*server)(Placement placement);
  Placement placement;
  int count;
};

/// What they ask: `first`, or `first` and `second` in turn on a list of each client's own.
struct RedisCommands {
  std::string prepare = {};
  std::string first = {};
  std::string second = {};
};

Contender redis_clients(RedisClients clients, const std::string& name, RedisCommands commands);
/// HSET, 16 at once.
Contender redis_pipeline(RedisClients clients);

}  // namespace mp::bench
