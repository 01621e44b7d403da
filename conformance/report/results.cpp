#include "report/results.hpp"

#include <algorithm>
#include <map>

namespace mpspec {

nlohmann::json to_json(const RunResults& run) {
  nlohmann::json json = {{"suite",
                          {{"version", run.suite.version},
                           {"commit", run.suite.commit},
                           {"seed", run.suite.seed},
                           {"host", run.suite.host}}},
                         {"backends", nlohmann::json::array()},
                         {"results", nlohmann::json::array()}};
  for (const BackendInfo& backend : run.backends) {
    json["backends"].push_back(
        {{"name", backend.name}, {"version", backend.version}, {"command", backend.command}});
  }
  for (const CaseResult& result : run.results) {
    nlohmann::json entry = {{"backend", result.backend},
                            {"clause", result.clause},
                            {"strength", result.strength},
                            {"case", result.case_name},
                            {"verdict", to_string(result.verdict)},
                            {"seconds", result.seconds},
                            {"message", result.message},
                            {"run", result.run}};
    if (!result.transcript.empty()) entry["transcript"] = result.transcript;
    if (!result.bundle.empty()) entry["bundle"] = result.bundle;
    if (!result.timeline.empty()) entry["timeline"] = result.timeline;
    if (!result.observed.empty()) entry["observed"] = result.observed;
    if (!result.permitted.empty()) entry["permitted"] = result.permitted;
    json["results"].push_back(std::move(entry));
  }
  return json;
}

RunResults run_results_from(const nlohmann::json& json) {
  RunResults run;
  const auto& suite = json.at("suite");
  run.suite = {suite.at("version"), suite.at("commit"), suite.at("seed"), suite.at("host")};
  for (const auto& backend : json.at("backends")) {
    run.backends.push_back({backend.at("name"), backend.at("version"), backend.at("command")});
  }
  for (const auto& entry : json.at("results")) {
    const auto verdict = verdict_from(entry.at("verdict").get<std::string>());
    if (!verdict) throw std::runtime_error("unknown verdict " + entry.at("verdict").dump());
    run.results.push_back({entry.at("backend"), entry.at("clause"), entry.at("strength"),
                           entry.at("case"), *verdict, entry.at("seconds"), entry.at("message"),
                           entry.value("transcript", std::vector<std::string>{}),
                           entry.value("run", 1), entry.value("bundle", ""),
                           entry.value("timeline", ""),
                           entry.value("observed", std::vector<std::string>{}),
                           entry.value("permitted", std::vector<std::string>{})});
  }
  return run;
}

Verdict worse(Verdict a, Verdict b) {
  // From "nothing to see" to "worst news".
  static constexpr Verdict kOrder[] = {Verdict::unsupported,  Verdict::pass, Verdict::known,
                                       Verdict::inconclusive, Verdict::leak, Verdict::fail,
                                       Verdict::crash,        Verdict::hang};
  const auto rank = [](Verdict v) { return std::find(std::begin(kOrder), std::end(kOrder), v); };
  return rank(a) < rank(b) ? b : a;
}

std::vector<ClauseRow> clause_rows(const RunResults& run) {
  std::map<std::string, std::size_t> column;
  for (std::size_t i = 0; i < run.backends.size(); ++i) column[run.backends[i].name] = i;
  std::map<std::string, ClauseRow> rows;
  for (const CaseResult& result : run.results) {
    ClauseRow& row = rows[result.clause];
    row.clause = result.clause;
    row.strength = result.strength;
    row.verdicts.resize(run.backends.size());
    const auto at = column.find(result.backend);
    if (at == column.end()) continue;
    auto& cell = row.verdicts[at->second];
    cell = cell ? worse(*cell, result.verdict) : result.verdict;
  }
  std::vector<ClauseRow> out;
  for (auto& [id, row] : rows) out.push_back(std::move(row));
  return out;
}

}  // namespace mpspec
