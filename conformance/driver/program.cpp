#include "driver/program.hpp"

#include "driver/request.hpp"
#include "driver/value_codec.hpp"

namespace mpspec {

Program& Program::call(const Object& object, const std::string& method, const Args& args,
                       const Kwargs& kwargs) {
  const std::string operation = object.type + "." + method;
  operations_.push_back(operation);
  statements_.push_back({{"do", request_fields(operation, object.name, args, kwargs)}});
  return *this;
}

Program& Program::let(const std::string& name, const Object& object, const std::string& method,
                      const Args& args, const Kwargs& kwargs) {
  call(object, method, args, kwargs);
  statements_.back()["let"] = name;
  return *this;
}

Program& Program::break_on(std::vector<std::string> errors) {
  statements_.back()["break_on"] = std::move(errors);
  return *this;
}

Program& Program::loop(nlohmann::json statement, const char* key, const Program& body) {
  statement[key] = body.statements_;
  statements_.push_back(std::move(statement));
  operations_.insert(operations_.end(), body.operations_.begin(), body.operations_.end());
  return *this;
}

Program& Program::repeat(long long times, const Program& body, const std::string& index) {
  nlohmann::json statement = {{"repeat", times}};
  if (!index.empty()) statement["index"] = index;
  return loop(std::move(statement), "body", body);
}

Program& Program::forever(const Program& body) {
  return loop(nlohmann::json::object(), "forever", body);
}

Program& Program::break_if(const Value& a, const Value& b) {
  statements_.push_back({{"break_if", nlohmann::json::array({to_json(a), to_json(b)})}});
  return *this;
}

Program& Program::set(const std::string& name, const Value& value) {
  statements_.push_back({{"let", name}, {"be", to_json(value)}});
  return *this;
}

Program& Program::add(const std::string& name, const Value& a, const Value& b) {
  statements_.push_back({{"add", nlohmann::json::array({to_json(a), to_json(b)})}, {"let", name}});
  return *this;
}

Program& Program::append(const std::string& list, const Value& value) {
  statements_.push_back({{"append", to_json(value)}, {"to", list}});
  return *this;
}

Program& Program::start_at(Clock::time_point when) {
  statements_.push_back({{"start_at", when.time_since_epoch().count()}});
  return *this;
}

Program& Program::yield() {
  statements_.push_back({{"yield", nullptr}});
  return *this;
}

Program& Program::record() {
  record_ = true;
  return *this;
}

}  // namespace mpspec
