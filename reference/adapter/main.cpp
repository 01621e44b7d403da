// mp-adapter: the reference implementation, as the conformance suite drives it
// (spec/adapter/README.md).
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mp/process.hpp>

#include "actor.hpp"

int main() {
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
