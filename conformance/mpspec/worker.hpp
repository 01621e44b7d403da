// Runs one case in a process of its own.
#pragma once

#include <cstdint>
#include <filesystem>

#include "driver/adapter.hpp"
#include "mpspec/cases.hpp"
#include "report/results.hpp"

namespace mpspec {

struct WorkerOrder {
  Case subject;
  DriverSettings settings;
  std::uint64_t seed = 0;
  /// What fails is made smaller before it is told. It takes time and changes no verdict.
  bool shrinks = true;
  /// How long what a case started may take to end by itself before it counts as left behind.
  std::chrono::milliseconds grace{2000};
};

/// Runs the case in the calling process, which must have been forked for it, and writes the result
/// as JSON to the descriptor: verdict, seconds, message, transcript. Ends the process.
[[noreturn]] void run_worker(const WorkerOrder& order, int result_descriptor);

}  // namespace mpspec
