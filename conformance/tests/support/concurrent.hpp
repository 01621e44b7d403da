// Histories of one object that several processes used at the same time.
#pragma once

#include <ostream>
#include <vector>

#include "driver/program.hpp"
#include "history/linearizable.hpp"
#include "tests/support/operation_table.hpp"

namespace mpspec {

/// A call to be made: an operation of a table with its arguments.
template <class Model>
struct Step {
  const Operation<Model>* operation;
  Args args;
};

template <class Model>
std::ostream& operator<<(std::ostream& out, const Step<Model>& step) {
  return out << request_text("." + step.operation->method, "object", step.args, {});
}

/// Calls drawn from the table, which has to outlive them.
template <class Model>
rc::Gen<std::vector<Step<Model>>> steps_of(const std::vector<Operation<Model>>& table,
                                           std::size_t count) {
  const auto step =
      rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, table.size()), [&table](std::size_t row) {
        return rc::gen::map(table[row].args, [&operation = table[row]](Args args) {
          return Step<Model>{&operation, std::move(args)};
        });
      });
  return rc::gen::container<std::vector<Step<Model>>>(count, step);
}

inline ModelResult to_model_result(const Outcome& outcome) {
  return outcome.ok() ? ModelResult(outcome.value()) : fails(outcome.error());
}

/// One process makes each of the lists of calls, all at the same time; gives all that they saw.
template <class Model>
std::vector<RecordedCall<Model>> record_history(const std::vector<Actor*>& actors,
                                                const Object& object,
                                                const std::vector<std::vector<Step<Model>>>& steps,
                                                Clock::time_point start) {
  std::vector<Pending> running;
  for (std::size_t i = 0; i < actors.size(); ++i) {
    Program program;
    program.start_at(start).record();
    for (const auto& step : steps[i]) {
      Program attempt;  // an error ends the loop of one round, not the program
      attempt.call(object, step.operation->method, step.args)
          .break_on({"KeyError", "IndexError", "Empty", "Full"});
      program.repeat(1, attempt);
    }
    running.push_back(actors[i]->begin_run(program));
  }
  std::vector<RecordedCall<Model>> history;
  for (std::size_t i = 0; i < actors.size(); ++i) {
    RC_ASSERT(running[i].wait().ok());
    const auto& calls = actors[i]->history();
    RC_ASSERT(calls.size() == steps[i].size());
    for (std::size_t k = 0; k < calls.size(); ++k) {
      const Outcome& seen = calls[k].second;
      history.push_back(
          {[step = steps[i][k]](Model& model) { return step.operation->model(model, step.args); },
           to_model_result(seen), seen.began, seen.ended});
    }
  }
  return history;
}

}  // namespace mpspec
