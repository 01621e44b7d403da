#include "mpspec/planted_html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "report/embedded.hpp"
#include "report/xml_text.hpp"

namespace mpspec {
namespace {

constexpr const char* kStyle = R"(
table { border-collapse: collapse; margin: 0.5rem 0 2rem; }
.wide { overflow-x: auto; }
th, td { border-bottom: 1px solid var(--line); padding: 0.15rem 0.45rem; text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; background: var(--paper); }
.cell { text-align: center; padding: 0.15rem 0.2rem; min-width: 1.6rem; }
.own { outline: 2px solid var(--link); outline-offset: -2px; }
.noticed { color: var(--fail); font-weight: 600; }
.other { color: var(--hang); }
.silent { color: var(--faint); }
.missed { color: var(--fail); font-weight: 600; }
h2 { font-size: 1rem; margin-top: 1rem; }
)";

std::string area_of(const PlantedOutcome& outcome) {
  const std::string& clause = outcome.bug.clause;
  return clause.substr(0, clause.rfind('-'));
}

std::string number_of(const std::string& clause) { return clause.substr(clause.rfind('-') + 1); }

/// A letter for each verdict, so that colour is not all there is.
std::string cell(const PlantedOutcome& outcome, const std::string& clause) {
  const auto found = outcome.area.find(clause);
  const std::string own = clause == outcome.bug.clause ? " own" : "";
  if (found == outcome.area.end()) return fmt::format("<td class=\"cell{}\"></td>", own);
  const Verdict verdict = found->second;
  const bool silent = verdict == Verdict::pass || verdict == Verdict::unsupported;
  const char* kind = silent ? "silent" : verdict == Verdict::fail ? "noticed" : "other";
  const std::string word(to_string(verdict));
  return fmt::format("<td class=\"cell {}{}\" title=\"{}: {}\">{}</td>", kind, own, clause, word,
                     silent ? "·" : word.substr(0, 1));
}

std::string row(const PlantedOutcome& outcome, const std::set<std::string>& clauses) {
  std::string out = fmt::format(
      "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td class=\"{}\">{} of "
      "{}</td><td><code>{}</code></td>",
      xml_text(outcome.bug.name), xml_text(outcome.bug.what), xml_text(outcome.bug.clause),
      outcome.caught() ? "" : "missed", outcome.caught_runs, outcome.runs, xml_text(outcome.by));
  for (const std::string& clause : clauses) out += cell(outcome, clause);
  return out + "</tr>\n";
}

std::string table(const std::vector<const PlantedOutcome*>& outcomes) {
  std::set<std::string> clauses;
  for (const PlantedOutcome* outcome : outcomes) {
    for (const auto& [clause, verdict] : outcome->area) clauses.insert(clause);
  }
  std::string out =
      "<div class=\"wide\"><table><thead><tr><th>bug</th><th>what is wrong</th><th>clause</th>"
      "<th>caught</th><th>by</th>";
  for (const std::string& clause : clauses)
    out += fmt::format("<th class=\"cell\" title=\"{}\">{}</th>", clause, number_of(clause));
  out += "</tr></thead><tbody>\n";
  for (const PlantedOutcome* outcome : outcomes) out += row(*outcome, clauses);
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string planted_html(const std::vector<PlantedOutcome>& outcomes) {
  std::map<std::string, std::vector<const PlantedOutcome*>> areas;
  for (const PlantedOutcome& outcome : outcomes) areas[area_of(outcome)].push_back(&outcome);
  const auto caught = std::count_if(outcomes.begin(), outcomes.end(),
                                    [](const PlantedOutcome& outcome) { return outcome.caught(); });
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>mpspec: planted bugs</title><style>{}{}</style>"
      "</head><body>\n<header class=\"top\"><h1>Planted bugs</h1><p>{} of {} caught by a failed "
      "assertion of their own clause, in at least 99 of 100 runs</p></header>\n"
      "<p>A letter is the verdict of a clause of the bug's area: <b class=\"noticed\">f</b> an "
      "assertion failed, <b class=\"other\">h, c, l, i</b> hang, crash, leak, inconclusive, "
      "<span class=\"silent\">·</span> it did not notice. Framed: the clause that the bug breaks."
      "</p>\n",
      embedded::style(), kStyle, caught, outcomes.size());
  for (const auto& [area, rows] : areas)
    out += fmt::format("<h2>{}</h2>\n", xml_text(area)) + table(rows);
  return out + "</body></html>\n";
}

}  // namespace mpspec
