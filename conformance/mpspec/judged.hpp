// What a run judges: backends that work, each with its adapter's command or its server's address.
#pragma once

#include <filesystem>
#include <vector>

#include "mpspec/commands.hpp"
#include "mpspec/expectations.hpp"
#include "mpspec/probe.hpp"

namespace mpspec {

struct Judged {
  std::vector<std::string> command;     // the adapter's; empty for a server
  std::vector<std::string> areas;       // of the cases that judge it; empty for all
  std::optional<ServerAddress> server;  // when it is judged without an adapter
  std::string command_line;             // the same in words, or the options that name the server
  Baseline baseline;
  Expectations expectations;

  [[nodiscard]] BackendInfo info() const;
};

struct Lineup {
  std::vector<Judged> judged;
  /// Something that was to be judged starts, but cannot be talked to; standard error says why.
  bool some_broken = false;
};

/// Looks at everything that the options name; names are distinct. Throws UsageError.
Lineup line_up(const RunOptions& options, const Places& places, const Specification& specification,
               const std::filesystem::path& folder);

}  // namespace mpspec
