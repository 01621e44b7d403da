#include "report/markdown.hpp"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <set>

#include "report/backends.hpp"

namespace mpspec {
namespace {

/// Text that stays in its table cell and means only itself.
std::string cell_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += ' ';
      continue;
    }
    if (std::string_view("\\|`*_<>[]&").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

class Tally {
 public:
  void add(Verdict verdict) {
    ++counts_.at(static_cast<std::size_t>(verdict));
    ++clauses_;
  }

  [[nodiscard]] std::string text() const {
    if (clauses_ == 0) return "";
    const int judged = clauses_ - count(Verdict::unsupported);
    std::string out = judged == 0 ? "" : fmt::format("{}/{}", count(Verdict::pass), judged);
    for (const Verdict verdict : kAllVerdicts) {
      if (verdict == Verdict::pass || count(verdict) == 0) continue;
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count(verdict), to_string(verdict));
    }
    return out;
  }

 private:
  [[nodiscard]] int count(Verdict verdict) const {
    return counts_.at(static_cast<std::size_t>(verdict));
  }

  std::array<int, std::size(kAllVerdicts)> counts_{};
  int clauses_ = 0;
};

using Chosen = std::function<bool(const ClauseRow&)>;

std::string line(const std::string& title, const std::vector<ClauseRow>& rows, std::size_t columns,
                 const Chosen& chosen) {
  std::vector<Tally> tallies(columns);
  int clauses = 0;
  for (const ClauseRow& row : rows) {
    if (!chosen(row)) continue;
    ++clauses;
    for (std::size_t i = 0; i < columns; ++i) {
      if (row.verdicts[i]) tallies[i].add(*row.verdicts[i]);
    }
  }
  if (clauses == 0) return "";
  std::string out = fmt::format("| {} | {} |", title, clauses);
  for (const Tally& tally : tallies) out += fmt::format(" {} |", tally.text());
  return out + "\n";
}

std::string area_of(const std::string& clause) { return clause.substr(0, clause.rfind('-')); }

}  // namespace

std::string to_markdown(const RunResults& run) {
  RunResults complete = run;
  complete.backends = all_backends(run);
  const std::vector<ClauseRow> rows = clause_rows(complete);
  const std::size_t columns = complete.backends.size();

  std::string out = "| area | clauses |";
  std::string rule = "|---|--:|";
  for (const BackendInfo& backend : complete.backends) {
    const std::string version = backend.version.empty() ? "" : " " + backend.version;
    out += fmt::format(" {} |", cell_text(backend.name + version));
    rule += "---|";
  }
  out += "\n" + rule + "\n";

  std::set<std::string> areas;
  for (const ClauseRow& row : rows) areas.insert(area_of(row.clause));
  for (const std::string& area : areas) {
    out += line(cell_text(area), rows, columns,
                [&](const ClauseRow& row) { return area_of(row.clause) == area; });
  }
  for (const char* strength : {"MUST", "SHOULD", "MAY"}) {
    out += line(fmt::format("**{}**", strength), rows, columns,
                [&](const ClauseRow& row) { return row.strength == strength; });
  }
  return out;
}

}  // namespace mpspec
