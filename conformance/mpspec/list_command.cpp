#include <fmt/format.h>

#include "mpspec/commands.hpp"

namespace mpspec {

int list_command(const std::string& what, const Places& places) {
  if (what == "backends") {
    for (const Backend& backend : known_backends(places)) {
      fmt::print("{:<14} {}\n{:<14} {}\n", backend.name, backend.about, "", backend.command_line());
      for (const std::string& variant : backend.variants)
        fmt::print("{:<14} also {}:{}\n", "", backend.name, variant);
    }
    return kConformant;
  }
  const Specification specification = Specification::read(places.source / "spec");
  if (what == "clauses") {
    for (const Clause& clause : specification.clauses()) {
      fmt::print("{:<14} {:<7} {}\n", clause.id, clause.strength, clause.title);
    }
    return kConformant;
  }
  for (const Case& subject : all_cases()) fmt::print("{:<14} {}\n", subject.clause, subject.name);
  return kConformant;
}

}  // namespace mpspec
