#include "driver/outcome.hpp"

#include <ostream>

#include "driver/value_codec.hpp"
#include "driver/verdict.hpp"

namespace mpspec {

const Value& Outcome::value() const {
  if (const auto* value = std::get_if<Value>(&result_)) return *value;
  throw CaseStop(Verdict::fail, "expected a result, got " + to_text(*this));
}

std::string Outcome::error() const {
  const Failure* error = failure();
  return error == nullptr ? "" : error->type;
}

bool operator==(const Outcome& a, const Outcome& b) {
  if (a.ok() != b.ok()) return false;
  return a.ok() ? a.value() == b.value() : a.error() == b.error();
}

std::string to_text(const Outcome& outcome) {
  if (outcome.ok()) return to_python(outcome.value());
  const Failure& error = *outcome.failure();
  std::string text = error.type + "(";
  for (std::size_t i = 0; i < error.args.size(); ++i) {
    text += (i > 0 ? ", " : "") + to_python(error.args[i]);
  }
  if (error.args.empty()) text += error.message;
  return "an error: " + text + ")";
}

void PrintTo(const Outcome& outcome, std::ostream* out) { *out << to_text(outcome); }
std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << to_text(outcome);
}

Outcome outcome_from(const nlohmann::json& reply) {
  if (const auto ok = reply.find("ok"); ok != reply.end()) return from_json(*ok);
  const auto error = reply.find("error");
  if (error == reply.end() || !error->is_object() || !error->contains("type") ||
      !(*error)["type"].is_string()) {
    throw ProtocolError("a reply has neither ok, error nor unsupported");
  }
  // Not value("args", ...): its copy of what may be nested without limit is recursive.
  const auto given = error->find("args");
  const Value args = given == error->end() ? Value(List{}) : from_json(*given);
  if (!args.is<List>()) throw ProtocolError("an error's args are no list");
  const auto message = error->find("message");
  return Failure{
      (*error)["type"], args.get_if<List>()->items,
      message != error->end() && message->is_string() ? message->get<std::string>() : ""};
}

}  // namespace mpspec
