#include "driver/request.hpp"

#include "driver/value_codec.hpp"

namespace mpspec {

nlohmann::json request_fields(const std::string& operation, const std::string& object,
                              const Args& args, const Kwargs& kwargs) {
  nlohmann::json fields = {{"op", operation}};
  if (!object.empty()) fields["object"] = object;
  if (!args.empty()) fields["args"] = to_json(List{args});
  for (const auto& [name, value] : kwargs) fields["kwargs"][name] = to_json(value);
  return fields;
}

std::string request_text(const std::string& operation, const std::string& object, const Args& args,
                         const Kwargs& kwargs) {
  std::string list;
  for (const Value& argument : args) list += (list.empty() ? "" : ", ") + to_python(argument);
  for (const auto& [name, value] : kwargs) {
    list += (list.empty() ? "" : ", ") + name + "=" + to_python(value);
  }
  const std::size_t dot = operation.rfind('.');
  const bool constructs = operation.ends_with(".new") || object.empty();
  const std::string callee = constructs ? operation : object + operation.substr(dot);
  return callee + "(" + (constructs && !object.empty() ? object + (list.empty() ? "" : ", ") : "") +
         list + ")";
}

}  // namespace mpspec
