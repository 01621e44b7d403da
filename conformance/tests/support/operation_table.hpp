// A type's operations as a table: what model-based properties of managed objects draw from.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/in_range.hpp"
#include "tests/support/modelled.hpp"

namespace mpspec {

/// One operation of the backend, how its arguments are made, and what the model makes of it.
template <class Model>
struct Operation {
  std::string method;
  rc::Gen<Args> args;
  std::function<ModelResult(Model&, const Args&)> model;
  /// Whether Python says what comes out; where it does not, the operation is not tried.
  std::function<bool(const Model&, const Args&)> defined = {};
};

template <class... Gens>
rc::Gen<Args> args_of(Gens... gens) {
  if constexpr (sizeof...(gens) == 0) {
    return rc::gen::just(Args());
  } else {
    return rc::gen::apply([](auto... values) { return Args{std::move(values)...}; },
                          std::move(gens)...);
  }
}

/// The positional arguments of an operation whose last ones may be left out.
rc::Gen<Args> inline at_least(std::size_t count, rc::Gen<Args> all) {
  return rc::gen::mapcat(std::move(all), [count](const Args& args) {
    return rc::gen::map(gen::in_range(count, args.size() + 1), [args](std::size_t length) {
      return Args(args.begin(), args.begin() + static_cast<std::ptrdiff_t>(length));
    });
  });
}

/// One table of the rows of several.
template <class Model>
std::vector<Operation<Model>> joined(std::initializer_list<std::vector<Operation<Model>>> tables) {
  std::vector<Operation<Model>> all;
  for (const auto& table : tables) all.insert(all.end(), table.begin(), table.end());
  return all;
}

template <class Model>
class TableCall : public ModelledCall<Model> {
 public:
  TableCall(const Operation<Model>& operation, std::size_t actor, Args args)
      : ModelledCall<Model>(operation.method, std::move(args)), operation_(&operation) {
    this->actor_ = actor;
  }
  void checkPreconditions(const Model& state) const override {
    if (operation_->defined) RC_PRE(operation_->defined(state, this->args_));
  }
  ModelResult model(Model& state) const override { return operation_->model(state, this->args_); }

 private:
  const Operation<Model>* operation_;
};

/// Commands drawn from the table, each by one of `actors` actors; the table has to outlive them.
template <class Model>
auto from_table(const std::vector<Operation<Model>>& table, std::size_t actors) {
  using Command = rc::state::Command<Model, Subject>;
  return [&table, actors](const Model&) {
    return rc::gen::mapcat(
        gen::in_range<std::size_t>(0, table.size()), [&table, actors](std::size_t row) {
          return rc::gen::map(
              rc::gen::pair(gen::in_range<std::size_t>(0, actors), table[row].args),
              [&operation = table[row]](std::pair<std::size_t, Args> drawn) {
                return std::shared_ptr<const Command>(std::make_shared<TableCall<Model>>(
                    operation, drawn.first, std::move(drawn.second)));
              });
        });
  };
}

}  // namespace mpspec
