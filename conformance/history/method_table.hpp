// A behaviour as a table of operations on one of the suite's models.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "history/behaviour.hpp"
#include "history/model_machine.hpp"

namespace mpspec {

/// When an operation certainly leaves the object as it was.
enum class Reads {
  always,
  when_failed,  // an error has no effect (result.hpp)
  when_false,   // nor has an acquire that got nothing
  never,
};

template <class Model>
struct Method {
  Apply<Model> apply;
  Reads reads = Reads::when_failed;
};

template <class Model>
using MethodTable = std::map<std::string, Method<Model>, std::less<>>;

inline bool reads_by(Reads when, const Call& call) {
  if (when == Reads::always) return true;
  if (when == Reads::never || !call.seen) return false;
  if (std::holds_alternative<ModelError>(*call.seen)) return true;
  return when == Reads::when_false && std::get<Value>(*call.seen) == Value(false);
}

template <class Model>
class TableBehaviour : public Behaviour {
 public:
  using Initial = Model (*)(const SharedObject& object);
  using Part = std::optional<std::string> (*)(const SharedObject& object, const Call& call);

  /// Without a `part`, the object is judged as a whole.
  TableBehaviour(Initial initial, MethodTable<Model> methods, Part part = nullptr)
      : initial_(initial), methods_(std::move(methods)), part_(part) {}

  [[nodiscard]] std::unique_ptr<Machine> machine(const SharedObject& object,
                                                 const Calls& calls) const override {
    std::vector<ModelStep<Model>> steps;
    steps.reserve(calls.size());
    for (const Call& call : calls) {
      const Method<Model>& called = method(call);
      steps.push_back({&call, called.apply, called.reads == Reads::always});
    }
    return std::make_unique<ModelMachine<Model>>(initial_(object), std::move(steps));
  }
  [[nodiscard]] bool reads(const Call& call) const override {
    return reads_by(method(call).reads, call);
  }
  [[nodiscard]] std::optional<std::string> part(const SharedObject& object,
                                                const Call& call) const override {
    return part_ == nullptr ? std::nullopt : part_(object, call);
  }

 private:
  const Method<Model>& method(const Call& call) const {
    const auto known = methods_.find(call.method);
    if (known == methods_.end())
      throw HistoryError("no model says what " + call_text(call) + " does");
    return known->second;
  }

  Initial initial_;
  MethodTable<Model> methods_;
  Part part_;
};

/// The argument, which the operation cannot do without.
inline const Value& needed(const Call& call, std::size_t position, std::string_view name) {
  const Value* value = argument(call, position, name);
  if (value == nullptr) throw HistoryError(call_text(call) + " lacks an argument");
  return *value;
}
inline Value value_or(const Call& call, std::size_t position, std::string_view name,
                      const Value& fallback) {
  const Value* value = argument(call, position, name);
  return value == nullptr ? fallback : *value;
}
inline const Value* constructor_argument(const SharedObject& object, std::size_t position,
                                         std::string_view name) {
  if (position < object.args.size()) return &object.args[position];
  for (const auto& [key, value] : object.kwargs) {
    if (key == name) return &value;
  }
  return nullptr;
}

/// Whether the caller of acquire() and the like waits as long as it takes.
inline bool waits_for_ever(const Call& call, std::size_t block_at, std::string_view block) {
  const Value* timeout = argument(call, block_at + 1, "timeout");
  return truthy(value_or(call, block_at, block, true)) &&
         (timeout == nullptr || timeout->is<None>());
}

}  // namespace mpspec
