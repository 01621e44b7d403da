#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "mpspec/commands.hpp"
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

}  // namespace

int trace_command(bool update, const Places& places) {
  const auto spec_folder = places.source / "spec";
  const auto index_file = spec_folder / "index.md";
  const auto reviewed_file = places.source / "conformance/trace/reviewed.txt";
  const Specification specification = Specification::read(spec_folder);
  std::vector<std::string> names;
  for (const Case& subject : all_cases()) names.push_back(subject.name);

  if (update) {
    write_text(index_file, clause_index(specification, names));
    write_text(reviewed_file, to_text(wording_of(specification)));
  }
  std::vector<std::string> problems = trace_problems(specification, names);
  append(problems, dangling_references(specification, spec_folder));
  append(problems, wording_problems(specification, read_reviewed(reviewed_file), names));
  if (read_text(index_file) != clause_index(specification, names)) {
    problems.push_back("spec/index.md is stale; run `mpspec trace --update`");
  }
  for (const std::string& problem : problems) fmt::print(stderr, "{}\n", problem);
  fmt::print("{} clauses, {} cases, {} problems\n", specification.clauses().size(), names.size(),
             problems.size());
  return problems.empty() ? kConformant : kNotConformant;
}

}  // namespace mpspec
