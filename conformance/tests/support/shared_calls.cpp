#include "tests/support/shared_calls.hpp"

#include "tests/support/in_range.hpp"
#include "tests/support/operation_table.hpp"

namespace mpspec {
namespace {

/// From a wide range, so that nearly every value tells which call it came from.
rc::Gen<Value> number() {
  return rc::gen::noShrink(
      rc::gen::map(gen::in_range(0, 1'000'000), [](int n) { return Value(n); }));
}
rc::Gen<Args> no_args() { return args_of(); }
rc::Gen<Args> only(const Value& value) { return rc::gen::just(Args{value}); }
rc::Gen<Value> some_key() { return rc::gen::element<Value>("x", "y"); }

}  // namespace

const std::vector<Callable>& list_calls() {
  static const std::vector<Callable> calls = {
      {"append", args_of(number())},
      {"insert", args_of(rc::gen::just(Value(0)), number())},
      {"extend", rc::gen::map(rc::gen::pair(number(), number()),
                              [](const auto& n) {
                                return Args{list({n.first, n.second})};
                              })},
      {"pop", no_args()},
      {"pop", only(0)},
      {"__getitem__", only(-1)},
      {"__setitem__", args_of(rc::gen::just(Value(0)), number())},
      {"__getitem__", only(slice({}, {}))},
      {"__len__", no_args()}};
  return calls;
}

const std::vector<Callable>& dict_calls() {
  static const std::vector<Callable> calls = {
      {"__setitem__", args_of(some_key(), number())},
      {"update", rc::gen::map(rc::gen::pair(number(), number()),
                              [](const auto& n) {
                                return Args{dict({{"y", n.first}, {"x", n.second}})};
                              })},
      {"setdefault", args_of(some_key(), number())},
      {"__getitem__", args_of(some_key())},
      {"pop", args_of(some_key())},
      {"popitem", no_args()},
      {"copy", no_args()},
      {"__len__", no_args()}};
  return calls;
}

const std::vector<Callable>& queue_calls() {
  static const std::vector<Callable> calls = {
      {"put_nowait", args_of(number())},
      {"put", args_of(number(), rc::gen::just(Value(false)))},
      {"get_nowait", no_args()},
      {"get", only(false)},
      {"qsize", no_args()},
      {"empty", no_args()},
      {"full", no_args()}};
  return calls;
}

const std::vector<Callable>& value_calls() {
  static const std::vector<Callable> calls = {{"set", args_of(number())},
                                              {"get", no_args()},
                                              {"value.set", args_of(number())},
                                              {"value", no_args()}};
  return calls;
}

}  // namespace mpspec
