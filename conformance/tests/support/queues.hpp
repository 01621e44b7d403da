// Programs and commands for everything that is a queue: Queue, JoinableQueue, SimpleQueue and
// managed queues.
#pragma once

#include <vector>

#include "driver/program.hpp"
#include "model/fifo.hpp"
#include "tests/support/conformance.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/modelled.hpp"

namespace mpspec {

/// [start, ..., start + count - 1]
inline Value numbers(int start, int count) {
  List out;
  for (int i = 0; i < count; ++i) out.items.emplace_back(start + i);
  return out;
}

/// Puts the numbers from `start` on.
inline Program put_numbers(const Object& queue, int start, int count) {
  Program body;
  body.add("item", var("i"), start).call(queue, "put", {var("item")});
  Program program;
  return program.repeat(count, body, "i");
}

/// Gets that many items into the list `got`.
inline Program get_items(const Object& queue, int count) {
  Program body;
  body.let("item", queue, "get").append("got", var("item"));
  Program program;
  return program.set("got", list()).repeat(count, body);
}

/// Gets items into the list `got` until it gets None.
inline Program get_until_none(const Object& queue) {
  Program body;
  body.let("item", queue, "get").break_if(var("item"), Value()).append("got", var("item"));
  Program program;
  return program.set("got", list()).forever(body);
}

inline std::vector<Value> items_of(const Value& value) {
  const auto* items = value.get_if<List>();
  if (items == nullptr) throw CaseStop(Verdict::fail, "not a list: " + to_python(value));
  return items->items;
}

/// Those of the numbers that lie in [start, start + count), in their order.
inline Value numbers_within(const Value& values, int start, int count) {
  List out;
  for (const Value& value : items_of(values)) {
    if (as_int(value) >= start && as_int(value) < start + count) out.items.push_back(value);
  }
  return out;
}

namespace fifo {

/// `put` of any value when there is room, by any of `actors`: one, where there is no order between
/// producers.
template <std::size_t actors = 1>
struct Put : ModelledCall<FifoModel> {
  Put() : ModelledCall("put", {*gen::any()}) { actor_ = *gen::in_range<std::size_t>(0, actors); }
  void checkPreconditions(const FifoModel& state) const override { RC_PRE(!state.full()); }
  ModelResult model(FifoModel& state) const override { return state.put(args_[0]); }
};

/// `get` when there is an item; it waits for the item to come through. Any of `actors` may get.
template <std::size_t actors = 1>
struct Get : ModelledCall<FifoModel> {
  Get() : ModelledCall("get") { actor_ = *gen::in_range<std::size_t>(0, actors); }
  void checkPreconditions(const FifoModel& state) const override { RC_PRE(!state.empty()); }
  ModelResult model(FifoModel& state) const override { return state.get(); }
};

struct PutNowait : ModelledCall<FifoModel> {
  PutNowait() : ModelledCall("put_nowait", {*gen::common()}) {}
  ModelResult model(FifoModel& state) const override { return state.put(args_[0]); }
};

/// Only when empty: what was just put may not be there yet.
template <std::size_t actors = 1>
struct FailingGet : ModelledCall<FifoModel> {
  FailingGet() : ModelledCall("get_nowait") { actor_ = *gen::in_range<std::size_t>(0, actors); }
  void checkPreconditions(const FifoModel& state) const override { RC_PRE(state.empty()); }
  ModelResult model(FifoModel& state) const override { return state.get(); }
};

struct Qsize : ModelledCall<FifoModel> {
  Qsize() : ModelledCall("qsize") {}
  ModelResult model(FifoModel& state) const override { return Value(state.size()); }
};

struct Full : ModelledCall<FifoModel> {
  Full() : ModelledCall("full") {}
  ModelResult model(FifoModel& state) const override { return Value(state.full()); }
};

/// Exact only where `put` delivers before it returns.
template <std::size_t actors = 1>
struct IsEmpty : ModelledCall<FifoModel> {
  IsEmpty() : ModelledCall("empty") { actor_ = *gen::in_range<std::size_t>(0, actors); }
  ModelResult model(FifoModel& state) const override { return Value(state.empty()); }
};

/// One round of a property: a sequence of these commands on the first object, which is emptied
/// again in the end.
template <class... Commands>
void check_round(Subject& subject, long long maxsize) {
  FifoModel left =
      check_sequence(FifoModel(maxsize), subject, rc::state::gen::execOneOfWithArgs<Commands...>());
  while (!left.empty()) {
    const Outcome expected = to_outcome(left.get());
    RC_ASSERT(subject.actors[0]->call(subject.objects[0], "get") == expected);
  }
}

}  // namespace fifo
}  // namespace mpspec
