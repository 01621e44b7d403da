// Operations that the backend and a model both do: the commands of model-based properties.
#pragma once

#include <rapidcheck/state.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "driver/actor.hpp"
#include "driver/request.hpp"
#include "model/result.hpp"

namespace mpspec {

inline Outcome to_outcome(const ModelResult& result) {
  if (const auto* error = std::get_if<ModelError>(&result)) return Failure{error->type, {}, ""};
  return std::get<Value>(result);
}

/// What a property works on: objects of one backend, and the actors that know them.
struct Subject {
  std::vector<Actor*> actors;
  std::vector<Object> objects;
};

/// One operation of the backend, by one of the actors on one of the objects; its outcome has to be
/// the model's. Shows itself as a line of Python.
template <class Model>
class ModelledCall : public rc::state::Command<Model, Subject> {
 public:
  /// What the model makes of it; changes the model.
  virtual ModelResult model(Model& state) const = 0;

  void apply(Model& state) const override { model(state); }
  void run(const Model& before, Subject& subject) const override {
    Model state = before;
    const Outcome expected = to_outcome(model(state));
    const Outcome seen =
        subject.actors.at(actor_)->call(subject.objects.at(object_), method_, args_, kwargs_);
    RC_ASSERT(seen == expected);
  }
  void show(std::ostream& out) const override {
    const std::string name = "object" + std::to_string(object_);
    out << request_text("." + method_, name, args_, kwargs_) << "  # in actor " << actor_;
  }

 protected:
  explicit ModelledCall(std::string method, Args args = {}, Kwargs kwargs = {})
      : method_(std::move(method)), args_(std::move(args)), kwargs_(std::move(kwargs)) {}

  std::size_t actor_ = 0;
  std::size_t object_ = 0;
  std::string method_;
  Args args_;
  Kwargs kwargs_;
};

/// Runs a generated sequence of commands on the backend and on the model, in a property; gives the
/// model's last state.
template <class Model, class CommandGenerator>
Model check_sequence(const Model& initial, Subject& subject, const CommandGenerator& generator) {
  // A third of rapidcheck's usual length: every command is a message to another process.
  const auto commands = *rc::gen::scale(0.33, rc::state::gen::commands(initial, generator));
  rc::state::runAll(commands, initial, subject);
  Model last = initial;
  rc::state::applyAll(commands, last);
  return last;
}

/// A property whose rounds use one subject, because making processes is slow. `round` has to leave
/// it as it found it. After a round that failed `make` gives a new one: shrinking must not go on
/// with what a failure left behind.
template <class Make, class Round>
auto reusing(Make make, Round round) {
  const auto kept = std::make_shared<std::optional<Subject>>();
  return [make, round, kept] {
    Subject subject = *kept ? *std::exchange(*kept, std::nullopt) : make();
    round(subject);
    *kept = std::move(subject);
  };
}

}  // namespace mpspec
