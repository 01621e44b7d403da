// mp-manager: a manager server as a program of its own.
#include <errno.h>
#include <signal.h>

#include <cstdio>

#include "manager/program/options.hpp"
#include "manager/protocol/mac.hpp"
#include "manager/server/own_process.hpp"
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

void print(const ManagerServerStats& stats) {
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::fprintf(stderr,
               "mp-manager: %llu connections, %llu turned away, %llu unauthenticated, %llu "
               "requests, %llu errors, %llu objects\n",
               number(stats.connections), number(stats.turned_away), number(stats.unauthenticated),
               number(stats.requests), number(stats.errors), number(stats.objects));
}

/// What is no serving at all.
int run_once(const ProgramOptions& options) {
  if (options.clean_store) {
    const Result<std::size_t> cleaned = clean_store(*options.server.store);
    if (!cleaned) return fail(cleaned.error());
    std::printf("%zu keys taken out of %s\n", *cleaned, options.server.store->url.c_str());
  } else {
    const Result<std::string> answer =
        ask(*options.question, options.address, options.server.authkey);
    if (!answer) return fail(answer.error());
    std::fputs(answer->c_str(), stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : fail(system_error("standard output", errno));
}

int run(const ProgramOptions& options) {
  if (options.clean_store || options.question) return run_once(options);
  Result<ManagerServer> server = ManagerServer::open(options.address, options.server);
  if (!server) return fail(server.error());
  running = &*server;
  stop_on(SIGTERM);
  stop_on(SIGINT);
  // Whoever started this program may be gone already: that is an error like others, and no signal.
  ::signal(SIGPIPE, SIG_IGN);
  std::printf("%s\n", to_string(server->address()).c_str());
  if (std::fflush(stdout) != 0) return fail(system_error("standard output", errno));
  const Result<void> served = server->serve();
  if (options.print_stats) print(server->stats());
  return served ? 0 : fail(served.error());
}

}  // namespace
}  // namespace mp::manager

int main(int argc, char** argv) {
  mp::manager::leave_libcrypto_unconfigured();
  mp::manager::tune_allocator_for_serving();
  const auto parsed = mp::manager::parse_command_line(argc, argv);
  if (const auto* exit = std::get_if<mp::manager::EarlyExit>(&parsed)) {
    std::fputs(exit->out.c_str(), stdout);
    std::fputs(exit->error.c_str(), stderr);
    return exit->status;
  }
  return mp::manager::run(std::get<mp::manager::ProgramOptions>(parsed));
}
