#include "report/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/shell_words.hpp"

namespace mpspec {
namespace {

struct Look {
  char glyph;
  const char* colour;  // SGR
};

Look look_of(std::optional<Verdict> verdict) {
  if (!verdict) return {' ', "0"};
  switch (*verdict) {
    case Verdict::pass:
      return {'.', "32"};
    case Verdict::fail:
      return {'F', "1;31"};
    case Verdict::hang:
      return {'H', "1;31"};
    case Verdict::crash:
      return {'C', "1;31"};
    case Verdict::leak:
      return {'L', "1;31"};
    case Verdict::unsupported:
      return {'u', "2"};
    case Verdict::inconclusive:
      return {'?', "1;33"};
    case Verdict::known:
      return {'k', "33"};
  }
  return {'?', "0"};
}

std::string painted(std::string_view text, const char* colour, bool on) {
  return on ? fmt::format("\x1b[{}m{}\x1b[0m", colour, text) : std::string(text);
}

std::string painted(std::optional<Verdict> verdict, bool on) {
  const Look look = look_of(verdict);
  return painted(std::string_view(&look.glyph, 1), look.colour, on);
}

std::string area_of(const std::string& clause) { return clause.substr(0, clause.rfind('-')); }

/// The number of a clause within its area, which is its place in the row.
std::size_t number_of(const std::string& clause) {
  return static_cast<std::size_t>(std::stoi(clause.substr(clause.rfind('-') + 1)));
}

std::string legend(bool colour) {
  std::string out = "  ";
  for (const Verdict verdict : kAllVerdicts) {
    out += fmt::format("{} {}   ", painted(verdict, colour), to_string(verdict));
  }
  return out + "\n";
}

constexpr std::size_t kAreaWidth = 11;

using Areas = std::map<std::string, std::vector<const ClauseRow*>>;

/// One glyph a clause, each at the place of its number.
std::string glyphs_of(const std::vector<const ClauseRow*>& clauses, std::size_t backend,
                      bool colour) {
  std::string glyphs;
  std::size_t at = 1;
  for (const ClauseRow* row : clauses) {
    for (; at < number_of(row->clause); ++at) glyphs += ' ';
    glyphs += painted(row->verdicts[backend], colour);
    ++at;
  }
  return glyphs;
}

/// A row an area, a column a backend.
std::string side_by_side(const Areas& areas, const RunResults& run, std::size_t column,
                         bool colour) {
  std::string out = fmt::format("{:<{}}", "area", kAreaWidth);
  for (const BackendInfo& backend : run.backends)
    out += fmt::format("{:<{}}", backend.name, column);
  out = out.substr(0, out.find_last_not_of(' ') + 1) + "\n";
  for (const auto& [area, clauses] : areas) {
    out += fmt::format("{:<{}}", area, kAreaWidth);
    for (std::size_t b = 0; b < run.backends.size(); ++b) {
      out += glyphs_of(clauses, b, colour);
      if (b + 1 < run.backends.size())
        out += std::string(column - number_of(clauses.back()->clause), ' ');
    }
    out += "\n";
  }
  return out;
}

/// A row an area and backend.
std::string stacked(const Areas& areas, const RunResults& run, std::size_t name_width,
                    bool colour) {
  std::string out = fmt::format("{:<{}}{:<{}}  clauses from 001, one glyph each\n", "area",
                                kAreaWidth, "backend", name_width);
  for (const auto& [area, clauses] : areas) {
    for (std::size_t b = 0; b < run.backends.size(); ++b) {
      out += fmt::format("{:<{}}{:<{}}  {}\n", b == 0 ? area : "", kAreaWidth, run.backends[b].name,
                         name_width, glyphs_of(clauses, b, colour));
    }
  }
  return out;
}

std::string by_area(const RunResults& run, const MatrixStyle& style) {
  Areas areas;
  const auto rows = clause_rows(run);
  for (const ClauseRow& row : rows) areas[area_of(row.clause)].push_back(&row);
  std::size_t name_width = 7;
  for (const BackendInfo& backend : run.backends)
    name_width = std::max(name_width, backend.name.size());
  std::size_t column = name_width;
  for (const ClauseRow& row : rows) column = std::max(column, number_of(row.clause));
  column += 2;
  return kAreaWidth + column * run.backends.size() <= style.width + 2
             ? side_by_side(areas, run, column, style.colour)
             : stacked(areas, run, name_width, style.colour);
}

std::string by_clause(const RunResults& run, const Specification& specification,
                      const MatrixStyle& style) {
  std::string out;
  std::string area;
  for (const ClauseRow& row : clause_rows(run)) {
    if (area_of(row.clause) != area) {
      area = area_of(row.clause);
      out += fmt::format("{}{}\n", out.empty() ? "" : "\n", specification.chapter_title(area));
    }
    const Clause* clause = specification.find(row.clause);
    out += fmt::format("  {:<14} {:<7}", row.clause, row.strength);
    for (std::size_t b = 0; b < run.backends.size(); ++b) {
      const auto verdict = row.verdicts[b];
      const auto word = fmt::format("{:<13}", verdict ? to_string(*verdict) : "");
      out += painted(word, look_of(verdict).colour, style.colour);
    }
    out += (clause == nullptr ? "" : clause->title) + "\n";
  }
  return out;
}

std::string indented(const std::string& text, const std::string& indent) {
  std::string out = indent;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += indent;
  }
  return out;
}

std::string finding(const CaseResult& result, const RunResults& run,
                    const Specification& specification, const MatrixStyle& style) {
  const Clause* clause = specification.find(result.clause);
  const std::string head =
      fmt::format("{} {} on {}", result.clause, to_string(result.verdict), result.backend);
  std::string out = painted(head, look_of(result.verdict).colour, style.colour);
  out += fmt::format(" ({}, {})\n", result.strength, result.case_name);
  if (clause != nullptr) out += indented(clause->text, "  | ") + "\n";
  out += indented(result.message, "  ") + "\n";
  if (!result.bundle.empty())
    return out + fmt::format("  again: mpspec replay {}\n", shell_quoted(result.bundle));
  const auto backend =
      std::find_if(run.backends.begin(), run.backends.end(),
                   [&](const BackendInfo& info) { return info.name == result.backend; });
  if (backend != run.backends.end()) {
    const bool is_server = backend->command.starts_with("--address ");
    out += fmt::format("  again: mpspec run {} --filter {} --seed {}\n",
                       is_server ? backend->command : "--backend " + shell_quoted(backend->command),
                       result.case_name, run.suite.seed);
  }
  return out;
}

}  // namespace

std::string matrix_text(const RunResults& run, const Specification& specification,
                        const MatrixStyle& style) {
  return (style.full ? by_clause(run, specification, style) : by_area(run, style)) +
         legend(style.colour);
}

std::string findings_text(const RunResults& run, const Specification& specification,
                          const MatrixStyle& style) {
  std::vector<const CaseResult*> broken;
  std::vector<const CaseResult*> known;
  for (const CaseResult& result : run.results) {
    if (breaks_conformance(result.verdict)) broken.push_back(&result);
    if (result.verdict == Verdict::known) known.push_back(&result);
  }
  std::stable_sort(broken.begin(), broken.end(), [](const CaseResult* a, const CaseResult* b) {
    return a->message.size() < b->message.size();
  });
  std::string out;
  std::map<std::pair<std::string, std::string>, int> times;  // a case that failed in several runs
  for (const CaseResult* result : broken) ++times[{result->backend, result->case_name}];
  for (const CaseResult* result : broken) {
    int& count = times[{result->backend, result->case_name}];
    if (count == 0) continue;
    out += finding(*result, run, specification, style);
    if (count > 1) out += fmt::format("  in {} runs, of which this is the shortest\n", count);
    out += "\n";
    count = 0;
  }
  std::set<std::string> told;  // cases of one clause share a reason
  for (const CaseResult* result : known) {
    const std::string line =
        fmt::format("{} {} {}: {}\n", result->clause, painted("known", "33", style.colour),
                    result->backend, result->message.substr(0, result->message.find('\n')));
    if (told.insert(line).second) out += line;
  }
  return out;
}

bool conforms(const RunResults& run, const std::string& backend, bool strict) {
  return std::none_of(run.results.begin(), run.results.end(), [&](const CaseResult& result) {
    if (result.backend != backend) return false;
    if (strict && (result.verdict == Verdict::unsupported || result.strength == "SHOULD")) {
      return result.verdict != Verdict::pass && result.verdict != Verdict::known;
    }
    return result.strength == "MUST" && breaks_conformance(result.verdict);
  });
}

std::string counts_text(const RunResults& run, bool strict) {
  std::string out;
  const auto rows = clause_rows(run);
  for (std::size_t b = 0; b < run.backends.size(); ++b) {
    const BackendInfo& backend = run.backends[b];
    std::map<Verdict, int> counts;
    int judged = 0;
    for (const ClauseRow& row : rows) {
      if (row.verdicts[b]) ++counts[*row.verdicts[b]], ++judged;
    }
    const std::string version = backend.version.empty() ? "" : " " + backend.version;
    out += fmt::format("{}{}: {} clauses:", backend.name, version, judged);
    for (const Verdict verdict : kAllVerdicts) {
      if (counts[verdict] > 0) out += fmt::format(" {} {}", counts[verdict], to_string(verdict));
    }
    const bool good = judged > 0 && conforms(run, backend.name, strict);
    out += good ? "; conformant\n" : "; NOT conformant\n";
  }
  return out;
}

}  // namespace mpspec
