#include "mpspec/judged.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mpspec/server.hpp"
#include "report/shell_words.hpp"

namespace mpspec {
namespace {

/// Names that are distinct even when two interpreters of one kind are judged together.
void make_names_distinct(std::vector<Judged>& judged) {
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const std::string name = judged[i].baseline.name;
    const bool again = std::any_of(judged.begin(), judged.end(), [&](const Judged& other) {
      return &other != &judged[i] && other.baseline.name == name;
    });
    if (again)
      judged[i].baseline.name = fmt::format("{}-{}#{}", name, judged[i].baseline.version, i + 1);
  }
}

Judged look_at_server(const RunOptions& options) {
  ServerAddress server{parse_address(options.address), read_authkey(options.authkey_file),
                       options.shutdown};
  const Baseline baseline = probe_server(server, options.address);
  return {{},
          {},
          std::move(server),
          fmt::format("--address {} --authkey-file {}", shell_quoted(options.address),
                      shell_quoted(options.authkey_file)),
          baseline,
          {}};
}

}  // namespace

BackendInfo Judged::info() const { return {baseline.name, baseline.version, command_line}; }

Lineup line_up(const RunOptions& options, const Places& places, const Specification& specification,
               const std::filesystem::path& folder) {
  const std::filesystem::path expectations = options.expectations.empty()
                                                 ? places.source / "conformance/expectations"
                                                 : std::filesystem::path(options.expectations);
  std::vector<Backend> backends;
  for (const std::string& argument : options.backends)
    backends.push_back(resolve_backend(argument, places));
  Lineup out;
  const auto add = [&](auto&& look) {
    try {
      Judged judged = look();
      judged.expectations = Expectations::read(expectations, judged.baseline.name,
                                               judged.baseline.version, specification, all_cases());
      out.judged.push_back(std::move(judged));
    } catch (const BackendBroken& broken) {
      fmt::print(stderr, "mpspec: {}\n", broken.what());
      out.some_broken = true;
    }
  };
  for (std::size_t i = 0; i < backends.size(); ++i) {
    add([&]() -> Judged {
      return {backends[i].command,
              backends[i].areas,
              {},
              backends[i].command_line(),
              probe(backends[i], folder / fmt::format("probe{}", i)),
              {}};
    });
  }
  if (!options.address.empty()) add([&] { return look_at_server(options); });
  make_names_distinct(out.judged);
  return out;
}

}  // namespace mpspec
