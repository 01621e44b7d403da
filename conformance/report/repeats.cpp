#include "report/repeats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace mpspec {
namespace {

using Counts = std::map<Verdict, int>;

std::string counts_text(const Counts& counts) {
  std::vector<std::pair<Verdict, int>> ordered(counts.begin(), counts.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (const auto& [verdict, count] : ordered)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", to_string(verdict), count);
  return out;
}

struct Backend {
  std::map<std::string, Counts> cases;
  int runs = 0;
};

}  // namespace

std::string repeats_text(const RunResults& run) {
  std::map<std::string, Backend> backends;
  for (const CaseResult& result : run.results) {
    Backend& backend = backends[result.backend];
    ++backend.cases[result.case_name][result.verdict];
    backend.runs = std::max(backend.runs, result.run);
  }
  std::string out, sums;
  for (const auto& [name, backend] : backends) {
    if (backend.runs < 2) continue;
    int wavering = 0;
    for (const auto& [case_name, counts] : backend.cases) {
      if (counts.size() < 2) continue;
      ++wavering;
      out += fmt::format("{} on {}: {}\n", case_name, name, counts_text(counts));
    }
    sums += fmt::format("{}: {} cases, {} runs: {}\n", name, backend.cases.size(), backend.runs,
                        wavering == 0 ? "every verdict the same"
                                      : fmt::format("{} came to several verdicts", wavering));
  }
  return out + sums;
}

}  // namespace mpspec
