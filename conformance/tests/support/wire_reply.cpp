#include "tests/support/wire_reply.hpp"

#include <fmt/format.h>

#include <ostream>

#include "driver/verdict.hpp"
#include "wire/pickle_reader.hpp"

namespace mpspec {
namespace {

MATCHER_P(AnswersValue, expected, "answers " + to_python(expected)) {
  return arg.kind == "#RETURN" && arg.payload == expected;
}
MATCHER(AnswersAnyTraceback, "answers #TRACEBACK and a text") {
  return arg.kind == "#TRACEBACK" && arg.payload.template is<Str>();
}
MATCHER_P(AnswersErrorOfType, name, "answers #ERROR and " + name) {
  const PickledObject* error = arg.object(arg.payload);
  return arg.kind == "#ERROR" && error != nullptr && error->name == name &&
         error->kind == PickledObject::Kind::called;
}

}  // namespace

ReplyMatcher Answers(const Value& expected) { return AnswersValue(expected); }
ReplyMatcher AnswersTraceback() { return AnswersAnyTraceback(); }
ReplyMatcher AnswersError(const std::string& name) { return AnswersErrorOfType(name); }

void PrintTo(const Reply& reply, std::ostream* out) {
  *out << "(" << reply.kind << ", " << to_python(reply.payload) << ")";
  if (const PickledObject* object = reply.object(reply.payload)) {
    *out << " with " << object->module << "." << object->name << to_python(tuple(object->args));
  }
}

Reply read_reply(const std::string& payload) {
  try {
    Reply reply{"", {}, read_pickle(payload)};
    reply.kind = text_of(part_of(reply.pickled.value, 0));
    reply.payload = part_of(reply.pickled.value, 1);
    return reply;
  } catch (const PickleError& error) {
    throw CaseStop(Verdict::fail, fmt::format("the pickle of a reply {}: {}", error.what(),
                                              to_python(bytes(payload))));
  }
}

Value part_of(const Value& value, std::size_t index) {
  const auto* parts = value.get_if<Tuple>();
  if (parts == nullptr || index >= parts->items.size())
    throw CaseStop(Verdict::fail, fmt::format("{} has no part {}", to_python(value), index));
  return parts->items[index];
}

std::string text_of(const Value& value) {
  const auto* text = value.get_if<Str>();
  if (text == nullptr) throw CaseStop(Verdict::fail, "no text: " + to_python(value));
  return text->utf8;
}

std::vector<std::string> names_in(const Value& value) {
  const auto* parts = value.get_if<Tuple>();
  if (parts == nullptr) throw CaseStop(Verdict::fail, "no tuple: " + to_python(value));
  std::vector<std::string> names;
  for (const Value& part : parts->items) names.push_back(text_of(part));
  return names;
}

}  // namespace mpspec
