#include "report/ledger.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace mpspec {
namespace {

struct Entry {
  std::string clause;
  std::string backend;
  std::string case_name;
  auto operator<=>(const Entry&) const = default;
};

struct Count {
  int runs = 0;
  std::map<std::string, int> seen;  // by outcome; 0 of one that is only permitted
};

}  // namespace

std::string ledger_text(const RunResults& run) {
  std::map<Entry, Count> counts;
  for (const CaseResult& result : run.results) {
    if (result.permitted.empty()) continue;
    Count& count = counts[{result.clause, result.backend, result.case_name}];
    ++count.runs;
    for (const std::string& outcome : result.permitted) count.seen.try_emplace(outcome, 0);
    for (const std::string& outcome : std::set(result.observed.begin(), result.observed.end()))
      if (const auto found = count.seen.find(outcome); found != count.seen.end()) ++found->second;
  }
  std::string out;
  for (const auto& [entry, count] : counts) {
    if (count.runs < 2) continue;
    for (const auto& [outcome, times] : count.seen) {
      out += fmt::format("{} {}: '{}' ", entry.clause, entry.backend, outcome);
      out += times == 0 ? fmt::format("never seen in {} runs\n", count.runs)
                        : fmt::format("seen in {} of {} runs\n", times, count.runs);
    }
  }
  return out;
}

}  // namespace mpspec
