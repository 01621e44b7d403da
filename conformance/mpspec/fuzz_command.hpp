#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "mpspec/fuzz_server.hpp"

namespace mpspec {

struct FuzzOptions {
  FuzzTarget target;
  double seconds = 60;
  std::optional<std::uint64_t> seed;
  std::string out;  // the reproducer; empty: mpspec-fuzz-SEED.json
  bool quiet = false;
};

/// Plays made-up exchanges until the time is over or the server shows a finding, which is made
/// smaller and written down: kConformant or kNotConformant. Throws UsageError when nobody listens
/// or the key is refused, BackendBroken when a server speaks another protocol.
int fuzz_command(const FuzzOptions& options);

/// Plays what a reproducer says: kConformant when the server serves a well-behaved client
/// afterwards, kNotConformant when it does not. Nothing when the file is no fuzz reproducer. Parts
/// of `instead` that are not empty replace those of the file. Throws as fuzz_command().
std::optional<int> replay_fuzz_reproducer(const std::filesystem::path& file,
                                          const FuzzTarget& instead = {});

}  // namespace mpspec
