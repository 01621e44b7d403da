// Builds a program for actor.program: spec/adapter/README.md, "Programs".
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "driver/line_connection.hpp"
#include "driver/object.hpp"
#include "model/value.hpp"

namespace mpspec {

class Program {
 public:
  /// OBJECT.method(args); `let` names the variable for the result, errors in `break_on` leave the
  /// loop.
  Program& call(const Object& object, const std::string& method, const Args& args = {},
                const Kwargs& kwargs = {});
  Program& let(const std::string& name, const Object& object, const std::string& method,
               const Args& args = {}, const Kwargs& kwargs = {});
  /// Applies to the call before it.
  Program& break_on(std::vector<std::string> errors);
  Program& repeat(long long times, const Program& body, const std::string& index = "");
  Program& forever(const Program& body);
  Program& break_if(const Value& a, const Value& b);
  Program& set(const std::string& name, const Value& value);
  Program& add(const std::string& name, const Value& a, const Value& b);
  Program& append(const std::string& list, const Value& value);
  Program& start_at(Clock::time_point when);
  Program& yield();
  /// Asks for the history of all calls.
  Program& record();

  [[nodiscard]] const nlohmann::json& statements() const { return statements_; }
  [[nodiscard]] bool recorded() const { return record_; }
  /// The operations it uses, "TYPE.method".
  [[nodiscard]] const std::vector<std::string>& operations() const { return operations_; }

 private:
  Program& loop(nlohmann::json statement, const char* key, const Program& body);

  nlohmann::json statements_ = nlohmann::json::array();
  std::vector<std::string> operations_;
  bool record_ = false;
};

}  // namespace mpspec
