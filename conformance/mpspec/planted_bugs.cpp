#include "mpspec/planted_bugs.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <boost/process.hpp>
#include <iterator>

namespace mpspec {
namespace {

namespace bp = boost::process;

std::string output_of(std::vector<std::string> command) {
  if (command.front().find('/') == std::string::npos)
    command.front() = bp::search_path(command.front()).string();
  bp::ipstream out;
  std::error_code error;
  bp::child child(bp::exe = command.front(),
                  bp::args = std::vector<std::string>(command.begin() + 1, command.end()),
                  bp::std_out > out, bp::std_in < bp::null, error);
  if (error) throw UsageError("cannot run " + command.front() + ": " + error.message());
  std::string text{std::istreambuf_iterator<char>(out), {}};
  child.wait();
  return text;
}

bool matches(const PlantedBug& bug, const std::string& pattern) {
  return ::fnmatch(pattern.c_str(), bug.name.c_str(), 0) == 0 ||
         ::fnmatch(pattern.c_str(), bug.clause.c_str(), 0) == 0;
}

std::string area_of(const std::string& clause) { return clause.substr(0, clause.rfind('-')); }

}  // namespace

std::vector<PlantedBug> planted_bugs(const std::vector<std::string>& adapter,
                                     const std::vector<std::string>& patterns) {
  std::vector<std::string> command = adapter;
  command.emplace_back("--list");
  const auto listed = nlohmann::json::parse(output_of(command), nullptr, false);
  if (!listed.is_array()) throw UsageError(adapter.back() + " does not list its planted bugs");
  std::vector<PlantedBug> bugs;
  for (const auto& json : listed)
    bugs.push_back({json.at("name"), json.at("clause"), json.at("what")});
  for (const std::string& pattern : patterns) {
    if (std::none_of(bugs.begin(), bugs.end(),
                     [&](const PlantedBug& bug) { return matches(bug, pattern); }))
      throw UsageError("no planted bug matches '" + pattern + "'");
  }
  if (!patterns.empty()) {
    std::erase_if(bugs, [&](const PlantedBug& bug) {
      return std::none_of(patterns.begin(), patterns.end(),
                          [&](const std::string& pattern) { return matches(bug, pattern); });
    });
  }
  std::stable_sort(bugs.begin(), bugs.end(),
                   [](const PlantedBug& a, const PlantedBug& b) { return a.clause < b.clause; });
  return bugs;
}

std::string planted_text(const std::vector<PlantedOutcome>& outcomes) {
  std::string text;
  int caught = 0;
  for (const PlantedOutcome& outcome : outcomes) {
    text += fmt::format("{:7} {:42} {:14} {} {}/{} {}\n", outcome.caught() ? "caught" : "MISSED",
                        outcome.bug.name, outcome.bug.clause, to_string(outcome.verdict),
                        outcome.caught_runs, outcome.runs, outcome.by);
    if (outcome.caught()) {
      ++caught;
      continue;
    }
    text += fmt::format("        planted: {}\n", outcome.bug.what);
    if (!outcome.message.empty()) text += fmt::format("        seen: {}\n", outcome.message);
  }
  return text + fmt::format("{} of {} planted bugs caught by their own clauses\n", caught,
                            outcomes.size());
}

std::string planted_matrix_text(const std::vector<PlantedOutcome>& outcomes) {
  std::string text = "which clauses of a bug's area notice it, * marks its own:\n";
  for (const PlantedOutcome& outcome : outcomes) {
    text += fmt::format("{:42} {}", outcome.bug.name, area_of(outcome.bug.clause));
    int silent = 0;
    for (const auto& [clause, verdict] : outcome.area) {
      if (verdict == Verdict::pass || verdict == Verdict::unsupported) {
        ++silent;
        continue;
      }
      text += fmt::format(" {}{}", clause.substr(clause.rfind('-') + 1),
                          clause == outcome.bug.clause ? "*" : "");
      if (verdict != Verdict::fail) text += fmt::format("({})", to_string(verdict));
    }
    text += fmt::format("; {} of {} do not\n", silent, outcome.area.size());
  }
  return text;
}

nlohmann::json planted_json(const std::vector<PlantedOutcome>& outcomes, bool matrix) {
  nlohmann::json json = {{"planted", nlohmann::json::array()}};
  for (const PlantedOutcome& outcome : outcomes) {
    json["planted"].push_back({{"name", outcome.bug.name},
                               {"clause", outcome.bug.clause},
                               {"what", outcome.bug.what},
                               {"caught", outcome.caught()},
                               {"by", outcome.by},
                               {"verdict", to_string(outcome.verdict)},
                               {"runs", outcome.runs},
                               {"caught_runs", outcome.caught_runs}});
    if (!outcome.caught()) json["planted"].back()["message"] = outcome.message;
    if (!matrix) continue;
    auto& noticed = json["matrix"][outcome.bug.name] = nlohmann::json::object();
    for (const auto& [clause, verdict] : outcome.area) noticed[clause] = to_string(verdict);
  }
  return json;
}

}  // namespace mpspec
