#include "report/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/backends.hpp"

namespace mpspec {
namespace {

struct Column {
  BackendInfo backend;  // as its run names it
  std::string commit;
  std::string name;  // in the merged run
  int runs = 0;      // repeats so far

  [[nodiscard]] bool is(const BackendInfo& other, const std::string& other_commit) const {
    return backend.name == other.name && backend.version == other.version &&
           backend.command == other.command && commit == other_commit;
  }
};

/// Distinct names, in which only what differs is said.
void name_columns(std::vector<Column>& columns) {
  const auto count = [&](auto&& same, const Column& column) {
    return std::count_if(columns.begin(), columns.end(),
                         [&](const Column& other) { return same(other, column); });
  };
  const auto same_name = [](const Column& a, const Column& b) {
    return a.backend.name == b.backend.name;
  };
  const auto same_version = [&](const Column& a, const Column& b) {
    return same_name(a, b) && a.backend.version == b.backend.version;
  };
  const auto same_commit = [&](const Column& a, const Column& b) {
    return same_version(a, b) && a.commit == b.commit;
  };
  std::map<std::string, int> taken;
  for (Column& column : columns) {
    column.name = column.backend.name;
    if (count(same_name, column) > 1) column.name += " " + column.backend.version;
    if (count(same_version, column) > 1) column.name += "@" + column.commit.substr(0, 12);
    const int number = ++taken[column.name];
    if (count(same_commit, column) > 1) column.name += fmt::format(" #{}", number);
  }
}

int repeats_of(const RunResults& run, const std::string& backend) {
  int most = 0;
  for (const CaseResult& result : run.results) {
    if (result.backend == backend) most = std::max(most, result.run);
  }
  return most;
}

std::vector<Change> changes_of(const RunResults& run, const std::vector<Column>& columns) {
  std::vector<Change> out;
  const auto rows = clause_rows(run);
  std::map<std::string, std::size_t> newest;  // column by backend
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto [earlier, first] = newest.emplace(columns[i].backend.name, i);
    if (first) continue;
    for (const ClauseRow& row : rows) {
      const auto before = row.verdicts.at(earlier->second);
      const auto after = row.verdicts.at(i);
      if (before && after && *before != *after)
        out.push_back({row.clause, columns[i].backend.name, columns[earlier->second].name,
                       columns[i].name, *before, *after});
    }
    earlier->second = i;
  }
  return out;
}

}  // namespace

MergedRuns merged(const std::vector<RunResults>& runs) {
  std::vector<Column> columns;
  std::vector<std::map<std::string, std::size_t>> column_of(runs.size());
  for (std::size_t r = 0; r < runs.size(); ++r) {
    for (const BackendInfo& backend : all_backends(runs[r])) {
      auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
        return column.is(backend, runs[r].suite.commit);
      });
      if (found == columns.end())
        found = columns.insert(found, {backend, runs[r].suite.commit, "", 0});
      column_of[r][backend.name] = static_cast<std::size_t>(found - columns.begin());
    }
  }
  name_columns(columns);
  MergedRuns out;
  if (!runs.empty()) out.run.suite = runs.back().suite;
  for (const Column& column : columns)
    out.run.backends.push_back({column.name, column.backend.version, column.backend.command});
  for (std::size_t r = 0; r < runs.size(); ++r) {
    for (CaseResult result : runs[r].results) {
      const Column& column = columns[column_of[r].at(result.backend)];
      result.backend = column.name;
      result.run += column.runs;
      out.run.results.push_back(std::move(result));
    }
    for (const auto& [name, i] : column_of[r]) columns[i].runs += repeats_of(runs[r], name);
  }
  out.changes = changes_of(out.run, columns);
  return out;
}

std::string changes_text(const std::vector<Change>& changes) {
  std::string out;
  for (const Change& change : changes)
    out += fmt::format("{} {}: {} in {}, {} in {}\n", change.clause, change.backend,
                       to_string(change.before), change.from, to_string(change.after), change.to);
  return out;
}

}  // namespace mpspec
