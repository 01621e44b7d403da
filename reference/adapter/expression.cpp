#include "expression.hpp"

#include "actor.hpp"
#include "values.hpp"

namespace adapter {
namespace {

using nlohmann::json;

bool is_variable(const json& node) {
  return node.is_object() && node.size() == 1 && node.contains("var");
}

bool has_variable(const json& node) {
  if (is_variable(node)) return true;
  if (!node.is_structured()) return false;
  for (const auto& part : node) {
    if (has_variable(part)) return true;
  }
  return false;
}

json filled(const json& node, Variables& variables) {
  if (is_variable(node))
    return to_json(variables.get(variables.slot(node["var"].get<std::string>())));
  if (!node.is_structured()) return node;
  json out = node;
  for (auto& part : out) part = filled(part, variables);
  return out;
}

}  // namespace

std::size_t Variables::slot(const std::string& name) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return i;
  }
  names_.push_back(name);
  values_.emplace_back();
  return names_.size() - 1;
}

const mp::Object& Variables::get(std::size_t slot) const {
  if (!values_[slot])
    throw Raised{"AdapterError", "the variable " + names_[slot] + " has no value", {}};
  return *values_[slot];
}

mp::Object Variables::as_dict() const {
  const mp::Object out = mp::Object::dict();
  auto view = out.as_dict();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (values_[i]) view.set(mp::Object::str(names_[i]), *values_[i]).value();
  }
  return out;
}

Expression::Expression(const json& node, Actor& actor, Variables& variables)
    : actor_(&actor), variables_(&variables) {
  if (is_variable(node)) {
    variable_ = variables.slot(node["var"].get<std::string>());
  } else if (has_variable(node)) {
    pattern_ = node;
  } else {
    constant_ = from_json(node, [&](const std::string& name) { return actor.resolve(name); });
  }
}

mp::Object Expression::value() const {
  if (constant_) return *constant_;
  if (variable_) return variables_->get(*variable_);
  return from_json(filled(pattern_, *variables_),
                   [this](const std::string& name) { return actor_->resolve(name); });
}

}  // namespace adapter
