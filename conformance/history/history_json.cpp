#include "history/history_json.hpp"

#include "driver/value_codec.hpp"

namespace mpspec {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

json arguments_json(const Args& args, const Kwargs& kwargs) {
  json out = json::object();
  if (!args.empty()) out["args"] = to_json(Value(List{args}));
  for (const auto& [name, value] : kwargs) out["kwargs"][name] = to_json(value);
  return out;
}

json outcome_json(const std::optional<ModelResult>& seen) {
  if (!seen) return nullptr;
  if (const auto* error = std::get_if<ModelError>(&*seen))
    return {{"error", {{"type", error->type}}}};
  return {{"ok", to_json(std::get<Value>(*seen))}};
}

json call_json(const Call& call) {
  json out = arguments_json(call.args, call.kwargs);
  out["actor"] = call.actor;
  out["object"] = call.object;
  out["method"] = call.method;
  out["began"] = call.began.time_since_epoch().count();
  out["ended"] = call.indefinite ? json() : json(call.ended.time_since_epoch().count());
  out["outcome"] = outcome_json(call.seen);
  if (call.indefinite) out["indefinite"] = true;
  return out;
}

std::optional<ModelResult> outcome_from_json(const json& node) {
  if (node.is_null()) return std::nullopt;
  if (node.contains("error")) return fails(node.at("error").at("type").get<std::string>());
  return ModelResult(from_json(node.at("ok")));
}

void read_arguments(const json& node, Args& args, Kwargs& kwargs) {
  for (const json& value : node.value("args", json::array())) args.push_back(from_json(value));
  const json named = node.value("kwargs", json::object());
  for (const auto& [name, value] : named.items()) kwargs.emplace_back(name, from_json(value));
}

Stamp stamp_from(const json& node) {
  return Stamp(std::chrono::nanoseconds(node.get<std::int64_t>()));
}

Call call_from(const json& node) {
  Call call;
  call.actor = node.at("actor").get<int>();
  call.object = node.at("object").get<std::string>();
  call.method = node.at("method").get<std::string>();
  read_arguments(node, call.args, call.kwargs);
  call.indefinite = node.value("indefinite", false);
  call.began = stamp_from(node.at("began"));
  call.ended = call.indefinite ? Stamp::max() : stamp_from(node.at("ended"));
  call.seen = outcome_from_json(node.at("outcome"));
  return call;
}

SharedObject object_from(const json& node) {
  SharedObject object{node.at("name").get<std::string>(), node.at("type").get<std::string>()};
  read_arguments(node, object.args, object.kwargs);
  return object;
}

}  // namespace

json to_json(const History& history) {
  json out = {{"mpspec_history", kFormat}, {"objects", json::array()}, {"calls", json::array()}};
  for (const SharedObject& object : history.objects) {
    json node = arguments_json(object.args, object.kwargs);
    node["name"] = object.name;
    node["type"] = object.type;
    out["objects"].push_back(std::move(node));
  }
  for (const Call& call : history.calls) out["calls"].push_back(call_json(call));
  return out;
}

History history_from(const json& node) try {
  if (!node.is_object() || node.value("mpspec_history", 0) != kFormat)
    throw HistoryError("not a history of format 1");
  History history;
  for (const json& object : node.at("objects")) history.objects.push_back(object_from(object));
  for (const json& call : node.at("calls")) history.calls.push_back(call_from(call));
  return history;
} catch (const json::exception& error) {
  throw HistoryError(std::string("not a history: ") + error.what());
} catch (const ProtocolError& error) {
  throw HistoryError(std::string("not a history: ") + error.what());
}

History history_from_text(const std::string& text) {
  const json node = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (node.is_discarded()) throw HistoryError("not JSON");
  return history_from(node);
}

}  // namespace mpspec
