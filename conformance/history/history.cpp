#include "history/history.hpp"

#include "driver/request.hpp"

namespace mpspec {

bool same_result(const ModelResult& a, const ModelResult& b) {
  if (a.index() != b.index()) return false;
  if (const auto* error = std::get_if<ModelError>(&a)) {
    return error->type == std::get<ModelError>(b).type;
  }
  return std::get<Value>(a) == std::get<Value>(b);
}

const Value* argument(const Call& call, std::size_t position, std::string_view name) {
  if (position < call.args.size()) return &call.args[position];
  for (const auto& [key, value] : call.kwargs) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string call_text(const Call& call) {
  return request_text("." + call.method, call.object, call.args, call.kwargs);
}

std::string outcome_text(const ModelResult& result) {
  if (const auto* error = std::get_if<ModelError>(&result)) return error->type;
  return to_python(std::get<Value>(result));
}

std::string outcome_text(const Call& call) { return call.seen ? outcome_text(*call.seen) : "?"; }

}  // namespace mpspec
