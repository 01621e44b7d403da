// mp-adapter: the reference implementation, as the conformance suite drives it
// (spec/adapter/README.md).
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mp/process.hpp>
#include <mp/spawn.hpp>
#include <string>
#include <string_view>

#include "actor.hpp"
#include "settings.hpp"

namespace {

/// mp-adapter [--name NAME] [--start-method fork|spawn] [--manager-program COMMAND ARGUMENT...]
bool read_arguments(int argc, char** argv) {
  int i = 1;
  for (; i + 1 < argc; i += 2) {
    if (argv[i] == std::string_view("--name")) {
      adapter::settings().name = argv[i + 1];
    } else if (argv[i] == std::string_view("--start-method")) {
      adapter::settings().start_method = argv[i + 1];
    } else {
      break;
    }
  }
  const std::string& method = adapter::settings().start_method;
  if (method != "fork" && method != "spawn") return false;
  if (i + 1 < argc && argv[i] == std::string_view("--manager-program")) {
    adapter::settings().manager_program.assign(argv + i + 1, argv + argc);
    i = argc;
  }
  return i == argc;
}

}  // namespace

int main(int argc, char** argv) {
  mp::spawn_main(argc, argv);
  if (!read_arguments(argc, argv)) {
    std::fprintf(stderr,
                 "usage: mp-adapter [--name NAME] [--start-method fork|spawn] "
                 "[--manager-program COMMAND...]\n");
    return 2;
  }
  const char* socket = std::getenv("MPSPEC_SOCKET");
  if (socket == nullptr) {
    std::fprintf(
        stderr,
        "mp-adapter: started without MPSPEC_SOCKET; `mpspec run --backend reference` starts it\n");
    return 2;
  }
  try {
    adapter::Actor::run_in_this_process(socket, 0, {});
  } catch (const mp::SystemExit& exit) {
    if (!exit.message().empty()) std::fprintf(stderr, "%s\n", exit.message().c_str());
    std::exit(exit.status());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mp-adapter: %s\n", error.what());
    return 1;
  }
  return 0;
}
