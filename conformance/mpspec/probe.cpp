#include "mpspec/probe.hpp"

#include <fmt/format.h>

#include "driver/containment.hpp"

namespace mpspec {
namespace {

using namespace std::chrono_literals;

constexpr auto kProbeDeadline = 5s;
constexpr auto kDeadlineMin = 4s;
constexpr int kDeadlineStarts = 80;

}  // namespace

Baseline probe(const Backend& backend, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  become_subreaper();
  try {
    const auto began = Clock::now();
    Adapter adapter({backend.command, folder, kProbeDeadline});
    const auto started = Clock::now() - began;
    const Hello& hello = adapter.main().hello();
    const Baseline baseline{hello.backend, hello.version, started};
    if (!adapter.main().offers("actor.echo") ||
        adapter.main().call("actor.echo", {"ready"}) != Outcome(Value("ready"))) {
      throw BackendBroken(backend.command_line() +
                          ": its adapter does not answer actor.echo with its argument");
    }
    adapter.shut_down();
    kill_descendants();
    return baseline;
  } catch (const AdapterStartError& error) {
    throw UsageError(fmt::format("backend '{}': {}", backend.command_line(), error.what()));
  } catch (const CaseStop& stop) {
    kill_descendants();
    throw BackendBroken(fmt::format("{}: {}", backend.command_line(), stop.what()));
  }
}

std::chrono::nanoseconds deadline_from(const Baseline& baseline) {
  return std::max<std::chrono::nanoseconds>(kDeadlineMin, baseline.start * kDeadlineStarts);
}

}  // namespace mpspec
