#include "report/html.hpp"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "report/backends.hpp"
#include "report/embedded.hpp"
#include "report/xml_text.hpp"

namespace mpspec {
namespace {

/// JSON that may stand in a script element: no `<` is left that could end or nest it. Messages are
/// the backends' own bytes, so what is not UTF-8 is replaced.
std::string script_json(const nlohmann::json& json) {
  const std::string text = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      out += "\\u003c";  // it can only stand in a string
    } else {
      out += c;
    }
  }
  return out;
}

nlohmann::json clause_json(const Clause& clause) {
  return {{"id", clause.id},         {"title", clause.title}, {"strength", clause.strength},
          {"source", clause.source}, {"text", clause.text},   {"note", clause.note},
          {"file", clause.file},     {"line", clause.line},   {"verdicts", nullptr}};
}

/// Every clause in the specification's order, with what each backend came to.
nlohmann::json clauses_json(const RunResults& run, const Specification& specification) {
  std::map<std::string, ClauseRow> rows;
  for (ClauseRow& row : clause_rows(run)) rows.emplace(row.clause, std::move(row));
  const auto verdicts = [](const ClauseRow& row) {
    auto out = nlohmann::json::array();
    for (const auto& verdict : row.verdicts) {
      out.push_back(verdict ? nlohmann::json(to_string(*verdict)) : nlohmann::json());
    }
    return out;
  };
  auto out = nlohmann::json::array();
  for (const Clause& clause : specification.clauses()) {
    const auto row = rows.extract(clause.id);
    if (clause.strength == "RETIRED" && row.empty()) continue;
    out.push_back(clause_json(clause));
    if (!row.empty()) out.back()["verdicts"] = verdicts(row.mapped());
  }
  for (const auto& [id, row] : rows) {  // judged by an older or a newer suite
    Clause unknown;
    unknown.id = id;
    unknown.strength = row.strength;
    out.push_back(clause_json(unknown));
    out.back()["verdicts"] = verdicts(row);
  }
  return out;
}

nlohmann::json changes_json(const std::vector<Change>& changes) {
  auto out = nlohmann::json::array();
  for (const Change& change : changes) {
    out.push_back({{"clause", change.clause},
                   {"from", change.from},
                   {"to", change.to},
                   {"before", to_string(change.before)},
                   {"after", to_string(change.after)}});
  }
  return out;
}

nlohmann::json page_data(const RunResults& run, const Specification& specification,
                         const std::vector<Change>& changes) {
  auto verdicts = nlohmann::json::array();
  for (const Verdict verdict : kAllVerdicts) {
    verdicts.push_back({{"name", to_string(verdict)}, {"breaks", breaks_conformance(verdict)}});
  }
  auto chapters = nlohmann::json::object();
  for (const Clause& clause : specification.clauses()) {
    chapters[clause.area()] = specification.chapter_title(clause.area());
  }
  return {{"run", to_json(run)},
          {"seed", fmt::to_string(run.suite.seed)},  // a JavaScript number holds 53 bits only
          {"verdicts", std::move(verdicts)},
          {"chapters", std::move(chapters)},
          {"changes", changes_json(changes)},
          {"clauses", clauses_json(run, specification)}};
}

/// Puts each part where the page names it, as {{name}}; what is put in is not looked at again.
std::string filled(std::string_view page, const std::map<std::string_view, std::string>& parts) {
  std::string out;
  for (auto open = page.find("{{"); open != std::string_view::npos; open = page.find("{{")) {
    const auto close = page.find("}}", open);
    const auto part = parts.find(page.substr(open + 2, close - open - 2));
    if (close == std::string_view::npos || part == parts.end()) {
      throw std::logic_error("page.html names a part that html.cpp does not fill");
    }
    out.append(page.substr(0, open)).append(part->second);
    page.remove_prefix(close + 2);
  }
  return out.append(page);
}

std::string title_of(const RunResults& run) {
  std::string out = fmt::format("mpspec {}", run.suite.version);
  for (const BackendInfo& backend : run.backends) {
    out += (&backend == &run.backends.front() ? ": " : ", ") + backend.name;
  }
  return out;
}

}  // namespace

std::string to_html(const RunResults& run, const Specification& specification,
                    const std::vector<Change>& changes) {
  RunResults complete = run;
  complete.backends = all_backends(run);
  return filled(embedded::page(),
                {{"title", xml_text(title_of(complete))},
                 {"style", std::string(embedded::style())},
                 {"data", script_json(page_data(complete, specification, changes))},
                 {"script", std::string(embedded::script())}});
}

}  // namespace mpspec
