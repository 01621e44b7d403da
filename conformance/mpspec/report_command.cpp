#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "mpspec/commands.hpp"
#include "report/matrix.hpp"
#include "report/repeats.hpp"

namespace mpspec {
namespace {

RunResults read_run(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw UsageError("cannot read " + path);
  try {
    return run_results_from(nlohmann::json::parse(file));
  } catch (const std::exception& error) {
    throw UsageError(fmt::format("{} is not the JSON of a run: {}", path, error.what()));
  }
}

}  // namespace

int report_command(const ReportOptions& options, const Places& places) {
  const Specification specification = Specification::read(places.source / "spec");
  check_writable(options.files);
  std::vector<RunResults> runs;
  for (const std::string& path : options.runs) runs.push_back(read_run(path));
  const MergedRuns all = merged(runs);
  write_reports(options.files, all.run, specification, all.changes);
  const bool colour = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  fmt::print("{}\n", matrix_text(all.run, specification, {colour, options.full_matrix}));
  if (!all.changes.empty()) fmt::print("what changed:\n{}\n", changes_text(all.changes));
  fmt::print("{}{}", repeats_text(all.run), counts_text(all.run, false));
  return kConformant;
}

}  // namespace mpspec
