#include "trace/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace mpspec {
namespace {

std::map<std::string, std::vector<std::string>> cases_by_clause(
    const std::vector<std::string>& names) {
  std::map<std::string, std::vector<std::string>> out;
  for (const std::string& name : names) out[clause_of_case(name)].push_back(name);
  return out;
}

/// FNV-1a over the words, so that a new line break is no new wording.
std::string wording_hash(const Clause& clause) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  std::istringstream words(clause.strength + " " + clause.text);
  for (std::string word; words >> word;) {
    for (const char c : word + " ") {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
  }
  return fmt::format("{:016x}", hash);
}

std::string status_of(const Clause& clause, const std::vector<std::string>& cases,
                      const Status& status) {
  std::vector<std::string> subjects = {clause.id};
  subjects.insert(subjects.end(), cases.begin(), cases.end());
  for (const std::string& subject : subjects) {
    const auto found = status.deviations.find(subject);
    if (found != status.deviations.end()) return found->second;
  }
  return "pass";
}

}  // namespace

std::vector<std::string> trace_problems(const Specification& specification,
                                        const std::vector<std::string>& case_names) {
  std::vector<std::string> problems;
  const auto cases = cases_by_clause(case_names);
  for (const Clause& clause : specification.clauses()) {
    if (clause.strength != "RETIRED" && !clause.draft && !cases.contains(clause.id)) {
      problems.push_back(
          fmt::format("{} ({}) has no case: {}", clause.id, clause.strength, clause.title));
    }
  }
  for (const auto& [id, names] : cases) {
    const Clause* clause = id.empty() ? nullptr : specification.find(id);
    for (const std::string& name : names) {
      if (id.empty()) {
        problems.push_back(
            fmt::format("case {} does not begin with a clause id (AREA_NNN_Claim)", name));
      } else if (clause == nullptr) {
        problems.push_back(fmt::format("case {} judges {}, which is no clause", name, id));
      } else if (clause->strength == "RETIRED") {
        problems.push_back(fmt::format("case {} judges {}, which is retired", name, id));
      }
    }
  }
  return problems;
}

std::vector<std::string> dangling_references(const Specification& specification,
                                             const std::filesystem::path& folder) {
  static const std::regex kReference(R"(\b([A-Z]{3,}-\d{3})\b)");
  std::set<std::string> areas;
  for (const Clause& clause : specification.clauses()) areas.insert(clause.area());
  std::vector<std::string> problems;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".md") continue;
    std::ifstream file(entry.path());
    std::string text;
    for (int number = 1; std::getline(file, text); ++number) {
      for (std::sregex_iterator it(text.begin(), text.end(), kReference), end; it != end; ++it) {
        const std::string id = (*it)[1];
        if (!areas.contains(id.substr(0, id.rfind('-'))) || specification.find(id) != nullptr)
          continue;
        problems.push_back(fmt::format("spec/{}:{}: there is no {}",
                                       std::filesystem::relative(entry.path(), folder).string(),
                                       number, id));
      }
    }
  }
  return problems;
}

ReviewedWording wording_of(const Specification& specification) {
  ReviewedWording out;
  for (const Clause& clause : specification.clauses()) {
    if (clause.strength != "RETIRED") out[clause.id] = wording_hash(clause);
  }
  return out;
}

ReviewedWording read_reviewed(const std::filesystem::path& path) {
  ReviewedWording out;
  std::ifstream file(path);
  for (std::string id, hash; file >> id >> hash;) out[id] = hash;
  return out;
}

std::string to_text(const ReviewedWording& wording) {
  std::string out;
  for (const auto& [id, hash] : wording) out += id + " " + hash + "\n";
  return out;
}

std::vector<std::string> wording_problems(const Specification& specification,
                                          const ReviewedWording& reviewed,
                                          const std::vector<std::string>& case_names) {
  const auto cases = cases_by_clause(case_names);
  std::vector<std::string> problems;
  for (const auto& [id, hash] : wording_of(specification)) {
    const auto known = reviewed.find(id);
    if (known != reviewed.end() && known->second == hash) continue;
    const auto found = cases.find(id);
    if (found == cases.end()) continue;  // a clause without a case is a problem of its own
    std::string names;
    for (const std::string& name : found->second) names += " " + name;
    problems.push_back(
        fmt::format("the wording of {} is {}; read these cases against it, then run `mpspec trace "
                    "--update`:{}",
                    id, known == reviewed.end() ? "new" : "changed", names));
  }
  return problems;
}

std::string clause_index(const Specification& specification,
                         const std::vector<std::string>& case_names,
                         const std::vector<Status>& statuses) {
  const auto cases = cases_by_clause(case_names);
  std::string columns = "| clause | strength | title | cases |";
  std::string rule = "|---|---|---|---|";
  for (const Status& status : statuses) {
    columns += fmt::format(" {} |", status.backend);
    rule += "---|";
  }
  std::string out =
      "# Clauses\n\nMade by `mpspec trace --update` from the chapters, the cases and the known "
      "deviations; a test fails when it is stale,\nand another when a backend comes to anything "
      "else than what stands here.\n";
  std::string file;
  for (const Clause& clause : specification.clauses()) {
    if (clause.file != file) {
      file = clause.file;
      out += fmt::format("\n## [{}]({})\n\n{}\n{}\n", specification.chapter_title(clause.area()),
                         file, columns, rule);
    }
    const auto found = cases.find(clause.id);
    const std::vector<std::string> names =
        found == cases.end() ? std::vector<std::string>{} : found->second;
    const std::string count =
        clause.draft && names.empty() ? "none yet" : std::to_string(names.size());
    out += fmt::format("| {} | {} | {} | {} |", clause.id, clause.strength, clause.title, count);
    for (const Status& status : statuses)
      out += fmt::format(" {} |", names.empty() ? "" : status_of(clause, names, status));
    out += "\n";
  }
  return out;
}

}  // namespace mpspec
