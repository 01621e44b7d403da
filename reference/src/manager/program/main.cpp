// mp-manager: a manager server as a program of its own.
#include <signal.h>

#include <cstdio>

#include "manager/program/options.hpp"
#include "mp/manager_server.hpp"

namespace mp::manager {
namespace {

ManagerServer* running = nullptr;  // set before the handler is installed

void stop_running(int) { running->stop(); }

void stop_on(int signal) {
  struct sigaction action {};
  action.sa_handler = stop_running;
  ::sigaction(signal, &action, nullptr);
}

int fail(const Error& error) {
  std::fprintf(stderr, "mp-manager: %s\n", error.message.c_str());
  return 1;
}

int run(const ProgramOptions& options) {
  Result<ManagerServer> server = ManagerServer::open(options.address, options.server);
  if (!server) return fail(server.error());
  running = &*server;
  stop_on(SIGTERM);
  stop_on(SIGINT);
  std::printf("%s\n", to_string(server->address()).c_str());
  std::fflush(stdout);
  const Result<void> served = server->serve();
  return served ? 0 : fail(served.error());
}

}  // namespace
}  // namespace mp::manager

int main(int argc, char** argv) {
  const auto parsed = mp::manager::parse_command_line(argc, argv);
  if (const auto* exit = std::get_if<mp::manager::EarlyExit>(&parsed)) {
    std::fputs(exit->out.c_str(), stdout);
    std::fputs(exit->error.c_str(), stderr);
    return exit->status;
  }
  return mp::manager::run(std::get<mp::manager::ProgramOptions>(parsed));
}
