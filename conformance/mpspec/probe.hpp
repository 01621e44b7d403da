// A first look at a backend before it is judged: does its adapter work at all, and how fast is this
// machine?
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "driver/adapter.hpp"
#include "mpspec/backends.hpp"

namespace mpspec {

struct Baseline {
  std::string name;     // as the hello says
  std::string version;  // as the hello says
  std::chrono::nanoseconds start{};
};

/// The adapter starts, or the server is there, but does not speak the protocol: nothing can be said
/// of the backend. Exit status 4.
class BackendBroken : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Throws UsageError when the command cannot be started, BackendBroken when it says no proper
/// hello.
Baseline probe(const Backend& backend, const std::filesystem::path& folder);

/// The deadline of one operation, as a multiple of what starting the adapter took.
std::chrono::nanoseconds deadline_from(const Baseline& baseline);

}  // namespace mpspec
