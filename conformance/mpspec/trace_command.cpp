#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "mpspec/commands.hpp"
#include "mpspec/expectations.hpp"
#include "trace/trace.hpp"

namespace mpspec {
namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw UsageError("cannot write " + path.string());
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// What the project answers for: `mpspec run --strict` holds it to these, as tests.
std::vector<Status> project_statuses(const Places& places, const Specification& specification) {
  const auto cases = all_cases();
  std::vector<Status> statuses;
  for (const Backend& backend : known_backends(places)) {
    if (!backend.answered_for) continue;
    Status status{backend.name, {}};
    const auto known = Expectations::read(places.source / "conformance/expectations", backend.name,
                                          "", specification, cases);
    for (const Expectation& line : known.lines())
      status.deviations[line.subject] = fmt::format("known {}", to_string(line.verdict));
    statuses.push_back(std::move(status));
  }
  return statuses;
}

}  // namespace

int trace_command(bool update, const Places& places) {
  const auto spec_folder = places.source / "spec";
  const auto index_file = spec_folder / "index.md";
  const auto reviewed_file = places.source / "conformance/trace/reviewed.txt";
  const Specification specification = Specification::read(spec_folder);
  std::vector<std::string> names;
  for (const Case& subject : all_cases()) names.push_back(subject.name);

  const std::string index =
      clause_index(specification, names, project_statuses(places, specification));

  if (update) {
    write_text(index_file, index);
    write_text(reviewed_file, to_text(wording_of(specification)));
  }
  std::vector<std::string> problems = trace_problems(specification, names);
  append(problems, dangling_references(specification, spec_folder));
  append(problems, wording_problems(specification, read_reviewed(reviewed_file), names));
  if (read_text(index_file) != index) {
    problems.push_back("spec/index.md is stale; run `mpspec trace --update`");
  }
  for (const std::string& problem : problems) fmt::print(stderr, "{}\n", problem);
  fmt::print("{} clauses, {} cases, {} problems\n", specification.clauses().size(), names.size(),
             problems.size());
  return problems.empty() ? kConformant : kNotConformant;
}

}  // namespace mpspec
