#include "servers.hpp"

#include <netinet/in.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <vector>

#include "mp/manager_server.hpp"
#include "raw/echo.hpp"
#include "raw/null_manager.hpp"

namespace mp::bench {
namespace {

using Servers = std::map<Placement, Running>;

/// One for each placement; `serve` gets the path of a Unix socket and does not return.
const Running& on_socket(Servers& servers, Placement placement, const std::string& name,
                         const std::function<void(const std::string& path)>& serve) {
  Running& running = servers[placement];
  if (running.process) return running;
  running.path = socket_path(name);
  running.address = UnixAddress{running.path};
  running.process = std::make_shared<ServerProcess>(placement, [&] { serve(running.path); });
  await_listener(running.path);
  return running;
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  ::bind(fd, reinterpret_cast<sockaddr*>(&name), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size);
  ::close(fd);
  return ntohs(name.sin_port);
}

const Running& on_port(Servers& servers, Placement placement,
                       const std::function<void(std::uint16_t port)>& serve) {
  Running& running = servers[placement];
  if (running.process) return running;
  const std::uint16_t port = free_port();
  running.path = "127.0.0.1:" + std::to_string(port);
  running.address = InetAddress{"127.0.0.1", port};
  running.process = std::make_shared<ServerProcess>(placement, [&] { serve(port); });
  for (int attempt = 0; attempt < 2000; ++attempt) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int done = ::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name);
    ::close(fd);
    if (done == 0) return running;
    ::usleep(5000);
  }
  throw CannotMeasure("a server does not listen");
}

void serve_manager(const Address& address) {
  ManagerServerOptions options;
  options.authkey = kKey;
  options.connections_max = 200'000;
  Result<ManagerServer> server = ManagerServer::open(address, std::move(options));
  if (!server) throw std::runtime_error(server.error().message);
  static_cast<void>(server->serve());
}

[[noreturn]] void run_program(const char* program, const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {program};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  ::execvp(program, const_cast<char* const*>(argv.data()));
  throw std::runtime_error(std::string(program) + " does not run");
}

/// Its files are in a folder beside its socket.
const Running& on_redis(Servers& servers, Placement placement,
                        const std::vector<std::string>& persistence) {
  return on_socket(servers, placement, "redis", [&](const std::string& path) {
    const std::string folder = path + ".d";
    std::filesystem::create_directory(folder);
    std::vector<std::string> arguments = {"--port", "0",    "--unixsocket", path,
                                          "--dir",  folder, "--logfile",    "/dev/null"};
    arguments.insert(arguments.end(), persistence.begin(), persistence.end());
    run_program("redis-server", arguments);
  });
}

}  // namespace

const Running& echo_server(Placement placement) {
  static Servers servers;
  return on_socket(servers, placement, "echo", [](const std::string& path) {
    raw::serve_echo(raw::unix_listener(path), raw::kEchoBytes);
  });
}

const Running& mp_server(Placement placement) {
  static Servers servers;
  return on_socket(servers, placement, "mp",
                   [](const std::string& path) { serve_manager(UnixAddress{path}); });
}

const Running& mp_tcp_server(Placement placement) {
  static Servers servers;
  return on_port(servers, placement, [](std::uint16_t port) {
    serve_manager(InetAddress{"127.0.0.1", port});
  });
}

const Running& cpython_server(Placement placement) {
  static Servers servers;
  return on_socket(servers, placement, "cpython", [](const std::string& path) {
    run_program("python3", {MP_BENCH_FOLDER "/cpython_manager.py", "serve", path, kKey});
  });
}

const Running& cpython_tcp_server(Placement placement) {
  static Servers servers;
  return on_port(servers, placement, [](std::uint16_t port) {
    run_program("python3", {MP_BENCH_FOLDER "/cpython_manager.py", "serve",
                            "127.0.0.1:" + std::to_string(port), kKey});
  });
}

const Running& null_server(Placement placement) {
  static Servers servers;
  return on_socket(servers, placement, "null", [](const std::string& path) {
    raw::serve_null_manager(raw::unix_listener(path), kKey);
  });
}

const Running& redis_server(Placement placement) {
  static Servers servers;
  return on_redis(servers, placement, {"--save", "", "--appendonly", "no"});
}

const Running& lasting_redis_server(Placement placement) {
  static Servers servers;
  return on_redis(servers, placement,
                  {"--save", "", "--appendonly", "yes", "--appendfsync", "always"});
}

const Running& saving_redis_server(Placement placement) {
  static Servers servers;
  return on_redis(servers, placement,
                  {"--save", "", "--appendonly", "yes", "--appendfsync", "everysec"});
}

}  // namespace mp::bench
