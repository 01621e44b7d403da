// The table of operations, and the arguments of a call.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "actor.hpp"

namespace mpspec::kit {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds kForEver = 24h * 365 * 100;  // more would not fit

/// What every actor can do, whatever the backend.
const std::map<std::string, Operation>& actor_operations() {
  static const auto* const kOperations = [] {
    auto* operations = new std::map<std::string, Operation>;
    for (const char* name : {"echo", "pid", "objects", "drop", "program", "is_same", "return",
                             "exit", "os_exit", "raise", "signal", "ignore_signal"})
      operations->emplace(std::string("actor.") + name, Operation{});
    return operations;
  }();
  return *kOperations;
}

}  // namespace

bool Call::has(std::string_view name) const {
  const auto found = arguments_.find(name);
  return found != arguments_.end() && !found->second.is_null();
}

const Value& Call::need(std::string_view name) const {
  const auto found = arguments_.find(name);
  if (found == arguments_.end()) throw Error("TypeError", "missing argument " + std::string(name));
  return found->second;
}

Value Call::get(std::string_view name, Value otherwise) const {
  return has(name) ? arguments_.find(name)->second : std::move(otherwise);
}

std::int64_t Call::integer(std::string_view name, std::int64_t otherwise) const {
  return has(name) ? to_int(need(name)) : otherwise;
}

bool Call::flag(std::string_view name, bool otherwise) const {
  return has(name) ? to_double(need(name)) != 0 : otherwise;
}

Patience Call::timeout(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  const double seconds = to_double(need(name));
  if (std::isnan(seconds)) throw Error("ValueError", "a timeout is a number");
  const double nanoseconds = std::min(std::max(seconds, 0.0) * 1e9, double(kForEver.count()));
  return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
}

Patience Call::patience() const {
  if (!flag("block", true)) return 0ns;
  return timeout();
}

std::optional<Object> Call::object(std::string_view name) const {
  const Value value = get(name, Value());
  if (!value.is_object() || !value.contains("ref")) return std::nullopt;
  const Kept kept = actor_.find(value["ref"]);
  const Object* object = std::get_if<Object>(&kept);
  return object == nullptr ? std::nullopt : std::optional(*object);
}

const Operation* Table::find(const std::string& operation) const {
  const auto& operations = operation.starts_with("actor.") ? actor_operations() : operations_;
  const auto found = operations.find(operation);
  return found == operations.end() ? nullptr : &found->second;
}

void Table::insert(const std::string& operation, const std::string& parameters, Function function) {
  std::istringstream words(parameters);
  Operation entry{{}, std::move(function)};
  for (std::string word; words >> word;) entry.parameters.push_back(word);
  operations_.insert_or_assign(operation, std::move(entry));
}

Value Table::hello(int actor) const {
  Value names = Value::array();
  for (const auto* operations : {&actor_operations(), &operations_})
    for (const auto& [name, operation] : *operations) names.push_back(name);
  return {{"hello",
           {{"protocol", 1},
            {"actor", actor},
            {"pid", ::getpid()},
            {"backend", {{"name", name_}, {"version", version_}}},
            {"operations", names},
            {"features", features_}}}};
}

int serve(const Table& table) {
  const char* number = std::getenv("MPSPEC_ACTOR");
  if (std::getenv("MPSPEC_SOCKET") == nullptr || number == nullptr) {
    std::fprintf(stderr, "MPSPEC_SOCKET is not set: an adapter is started by the suite\n");
    return 2;
  }
  auto* actor = new Actor(table, std::atoi(number), {});  // its threads may outlive this function
  return actor->run();
}

}  // namespace mpspec::kit
