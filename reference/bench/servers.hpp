#pragma once

#include <memory>
#include <string>

#include "clients.hpp"
#include "mp/address.hpp"

namespace mp::bench {

inline constexpr char kKey[] = "benchmark";

/// A server that is started when it is first needed, and lasts as long as this program.
struct Running {
  std::string path = {};
  Address address = {};
  std::shared_ptr<ServerProcess> process = {};
};

/// The raw mechanism: see raw/echo.hpp.
const Running& echo_server(Placement placement);
/// ManagerServer of this library, on a Unix socket.
const Running& mp_server(Placement placement);
/// The same on TCP.
const Running& mp_tcp_server(Placement placement);
/// multiprocessing.managers.Server of `python3`.
const Running& cpython_server(Placement placement);
const Running& cpython_tcp_server(Placement placement);
/// Knows the manager protocol's handshake and framing, and has one answer to everything.
const Running& null_server(Placement placement);
/// redis-server without persistence.
const Running& redis_server(Placement placement);
/// With every change on its disk before it is answered; and with one that is written now and then.
const Running& lasting_redis_server(Placement placement);
const Running& saving_redis_server(Placement placement);

}  // namespace mp::bench
