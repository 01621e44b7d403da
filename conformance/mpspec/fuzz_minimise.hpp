#pragma once

#include <chrono>

#include "mpspec/fuzz_server.hpp"

namespace mpspec {

struct Minimised {
  FuzzExchange exchange;
  FuzzFinding finding;
  int plays = 0;
};

/// The smallest exchange found within `time` after which the server shows a finding of that kind:
/// steps are left out, then bytes. Nothing when the exchange alone does not show it, or the server
/// cannot be brought back. Expects a server that has just shown the finding.
std::optional<Minimised> minimise(FuzzServer& server, const FuzzExchange& exchange,
                                  const FuzzFinding& finding, std::chrono::nanoseconds time);

}  // namespace mpspec
