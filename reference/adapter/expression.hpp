// Values of a program, in which variables may stand anywhere.
#pragma once

#include <map>
#include <memory>
#include <mp/object.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace adapter {

class Actor;

/// A program's variables: their names are known before it runs, so a use is an index.
class Variables {
 public:
  std::size_t slot(const std::string& name);
  void set(std::size_t slot, mp::Object value) { values_[slot] = std::move(value); }
  /// Raises AdapterError when it has no value yet.
  [[nodiscard]] const mp::Object& get(std::size_t slot) const;
  std::optional<mp::Object>& at(std::size_t slot) { return values_[slot]; }
  [[nodiscard]] mp::Object as_dict() const;

 private:
  std::vector<std::string> names_;
  std::vector<std::optional<mp::Object>> values_;
};

/// A constant, a variable, or a JSON value with variables in it, which is put together at each use.
class Expression {
 public:
  Expression(const nlohmann::json& json, Actor& actor, Variables& variables);
  [[nodiscard]] mp::Object value() const;

 private:
  Actor* actor_;
  Variables* variables_;
  std::optional<mp::Object> constant_;
  std::optional<std::size_t> variable_;
  nlohmann::json pattern_;
};

}  // namespace adapter
