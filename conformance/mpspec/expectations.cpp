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
  out.sometimes = verdict.ends_with('?');
  if (out.sometimes) verdict.pop_back();
  const auto parsed = verdict_from(verdict);
  if (!parsed || *parsed == Verdict::pass || *parsed == Verdict::known ||
      *parsed == Verdict::unsupported) {
    throw UsageError(fmt::format(
        "{}: '{}' is no verdict that can be expected; write 'CLAUSE VERDICT reason', "
        "with fail, hang, crash, leak or inconclusive, and a '?' behind it when the case "
        "passes at other times",
        where, verdict));
  }
  if (out.reason.empty()) throw UsageError(where + ": a known deviation needs a reason");
  out.verdict = *parsed;
  out.where = where;
  return out;
}

/// "3.8" of "3.8.18"; nothing of a version without two numbers.
std::string release_line(const std::string& version) {
  const std::size_t first = version.find('.');
  if (first == std::string::npos) return "";
  return version.substr(0, version.find_first_not_of("0123456789", first + 1));
}

}  // namespace

Expectations Expectations::read(const std::filesystem::path& folder, const std::string& backend,
                                const std::string& version, const Specification& specification,
                                const std::vector<Case>& cases) {
  Expectations out;
  const std::size_t colon = backend.find(':');
  const std::string name = backend.substr(0, colon);
  std::vector<std::string> files = {name};
  // A variant's own list comes first: the first line that fits a case counts.
  if (colon != std::string::npos)
    files.insert(files.begin(), name + "-" + backend.substr(colon + 1));
  for (const std::string& file : files) {
    out.read_file(folder / (file + ".txt"), specification, cases);
    if (const std::string line = release_line(version); !line.empty())
      out.read_file(folder / fmt::format("{}-{}.txt", file, line), specification, cases);
  }
  return out;
}

void Expectations::read_file(const std::filesystem::path& path, const Specification& specification,
                             const std::vector<Case>& cases) {
  std::ifstream file(path);
  std::string text;
  for (int number = 1; std::getline(file, text); ++number) {
    if (text.empty() || text.starts_with('#')) continue;
    Expectation line = parse(text, fmt::format("{}:{}", path.filename().string(), number));
    const bool is_case = std::any_of(cases.begin(), cases.end(),
                                     [&](const Case& known) { return known.name == line.subject; });
    if (!is_case && specification.find(line.subject) == nullptr) {
      throw UsageError(
          fmt::format("{}: there is no clause or case '{}'", line.where, line.subject));
    }
    lines_.push_back(std::move(line));
  }
}

void Expectations::apply(CaseResult& result) const {
  for (const Expectation& line : lines_) {
    if (line.subject != result.clause && line.subject != result.case_name) continue;
    if (result.verdict == line.verdict) {
      result.message =
          fmt::format("known {}: {}\n{}", to_string(line.verdict), line.reason, result.message);
      result.verdict = Verdict::known;
    } else if (result.verdict == Verdict::pass && line.sometimes) {
      // as it may
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
