#include "mpspec/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "mpspec/backends.hpp"
#include "mpspec/cases.hpp"

namespace mpspec {
namespace {

Expectation parse(const std::string& text, const std::string& where) {
  std::istringstream words(text);
  Expectation out;
  std::string verdict;
  words >> out.subject >> verdict >> std::ws;
  std::getline(words, out.reason);
  const auto parsed = verdict_from(verdict);
  if (!parsed || *parsed == Verdict::pass || *parsed == Verdict::known ||
      *parsed == Verdict::unsupported) {
    throw UsageError(
        fmt::format("{}: '{}' is no verdict that can be expected; write 'CLAUSE VERDICT reason', "
                    "with fail, hang, crash, leak or inconclusive",
                    where, verdict));
  }
  if (out.reason.empty()) throw UsageError(where + ": a known deviation needs a reason");
  out.verdict = *parsed;
  out.where = where;
  return out;
}

}  // namespace

Expectations Expectations::read(const std::filesystem::path& folder, const std::string& backend,
                                const Specification& specification,
                                const std::vector<Case>& cases) {
  Expectations out;
  const std::string name = backend + ".txt";
  std::ifstream file(folder / name);
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) {
    if (text.empty() || text.starts_with('#')) continue;
    Expectation line = parse(text, fmt::format("{}:{}", name, number));
    const bool is_case = std::any_of(cases.begin(), cases.end(),
                                     [&](const Case& known) { return known.name == line.subject; });
    if (!is_case && specification.find(line.subject) == nullptr) {
      throw UsageError(
          fmt::format("{}: there is no clause or case '{}'", line.where, line.subject));
    }
    out.lines_.push_back(std::move(line));
  }
  return out;
}

void Expectations::apply(CaseResult& result) const {
  for (const Expectation& line : lines_) {
    if (line.subject != result.clause && line.subject != result.case_name) continue;
    if (result.verdict == line.verdict) {
      result.message =
          fmt::format("known {}: {}\n{}", to_string(line.verdict), line.reason, result.message);
      result.verdict = Verdict::known;
    } else if (result.verdict == Verdict::pass) {
      result.verdict = Verdict::fail;
      result.message = fmt::format("passes, but {} expects {}: remove that line", line.where,
                                   to_string(line.verdict));
    } else if (result.verdict != Verdict::unsupported) {
      result.message = fmt::format("{} expects {}, not {}\n{}", line.where, to_string(line.verdict),
                                   to_string(result.verdict), result.message);
    }
    return;
  }
}

}  // namespace mpspec
