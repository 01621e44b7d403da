// A machine of one of the suite's models.
#pragma once

#include <utility>
#include <vector>

#include "history/history.hpp"
#include "history/machine.hpp"

namespace mpspec {

/// What a model says of a call that would have to wait: no caller was ever told so.
inline ModelResult waits() { return fails("(waits)"); }
inline bool is_waiting(const ModelResult& result) {
  const auto* error = std::get_if<ModelError>(&result);
  return error != nullptr && error->type == "(waits)";
}

template <class Model>
using Apply = ModelResult (*)(Model&, const Call&);

template <class Model>
struct ModelStep {
  const Call* call;
  Apply<Model> apply;
  bool pure;  // never changes the state, whatever it comes to
};

/// `Model` is copied for every step that may change it. Its value() says all of its state.
template <class Model>
class ModelMachine : public Machine {
 public:
  ModelMachine(Model initial, std::vector<ModelStep<Model>> steps)
      : steps_(std::move(steps)), states_{std::move(initial)} {}

  bool step(std::size_t call) override {
    const ModelStep<Model>& wanted = steps_[call];
    if (wanted.pure) {
      if (!matches(wanted, wanted.apply(states_.back(), *wanted.call))) return false;
    } else {
      Model next = states_.back();
      if (!matches(wanted, wanted.apply(next, *wanted.call))) return false;
      states_.push_back(std::move(next));
    }
    changed_.push_back(!wanted.pure);
    return true;
  }
  void undo() override {
    if (changed_.back()) states_.pop_back();
    changed_.pop_back();
  }
  void append_state(std::string& to) const override { to += text(); }
  [[nodiscard]] std::string text() const override {
    return to_python(Value(states_.back().value()));
  }
  [[nodiscard]] std::string expected(std::size_t call) override {
    Model copy = states_.back();
    return outcome_text(steps_[call].apply(copy, *steps_[call].call));
  }
  // A Value of one character takes about a hundred bytes.
  [[nodiscard]] std::size_t kept_bytes() const override { return 48; }

 private:
  static bool matches(const ModelStep<Model>& wanted, const ModelResult& result) {
    return wanted.call->seen ? same_result(result, *wanted.call->seen) : !is_waiting(result);
  }

  std::vector<ModelStep<Model>> steps_;
  std::vector<Model> states_;
  std::vector<bool> changed_;
};

}  // namespace mpspec
