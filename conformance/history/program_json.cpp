#include "history/program_json.hpp"

#include "driver/value_codec.hpp"

namespace mpspec {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

json values_json(const Args& args) { return to_json(Value(List{args})); }

Args values_from(const json& node) {
  Args out;
  for (const json& value : node) out.push_back(from_json(value));
  return out;
}

json lane_json(const std::vector<PlannedCall>& calls) {
  json out = json::array();
  for (const PlannedCall& call : calls)
    out.push_back({{"method", call.method}, {"args", values_json(call.args)}});
  return out;
}

std::vector<PlannedCall> lane_from(const json& node) {
  std::vector<PlannedCall> out;
  for (const json& call : node)
    out.push_back({call.at("method").get<std::string>(), values_from(call.at("args"))});
  return out;
}

}  // namespace

json to_json(const StoredProgram& stored) {
  json out = {{"mpspec_program", kFormat},
              {"type", stored.type},
              {"args", values_json(stored.made_from)},
              {"prefix", lane_json(stored.program.prefix)},
              {"actors", json::array()}};
  for (const auto& lane : stored.program.actors) out["actors"].push_back(lane_json(lane));
  return out;
}

StoredProgram program_from_text(const std::string& text) try {
  const json node = json::parse(text);
  if (!node.is_object() || node.value("mpspec_program", 0) != kFormat)
    throw HistoryError("not a program of format 1");
  StoredProgram out{node.at("type").get<std::string>(), values_from(node.at("args")), {}};
  out.program.prefix = lane_from(node.at("prefix"));
  for (const json& lane : node.at("actors")) out.program.actors.push_back(lane_from(lane));
  return out;
} catch (const json::exception& error) {
  throw HistoryError(std::string("not a program: ") + error.what());
} catch (const ProtocolError& error) {
  throw HistoryError(std::string("not a program: ") + error.what());
}

}  // namespace mpspec
