// GUAR-027: the calls of several processes on one managed object happen one
// after another.
#include "model/dict_model.hpp"
#include "model/fifo.hpp"
#include "model/list_model.hpp"
#include "tests/support/concurrent.hpp"
#include "tests/support/managed.hpp"

namespace mpspec {
namespace {

constexpr int kProcesses = 3;
constexpr std::size_t kCallsEach = 12;
constexpr int kRounds = 12;

template <class Model>
using Table = std::vector<Operation<Model>>;

struct QueueState : FifoModel {
  using FifoModel::FifoModel;
  [[nodiscard]] Value value() const {
    FifoModel rest = *this;
    List items;
    while (!rest.empty()) items.items.push_back(std::get<Value>(rest.get()));
    return items;
  }
};

/// A managed `Value`.
struct Register {
  Value content = 0;
  [[nodiscard]] Value value() const { return content; }
};

/// From a wide range, so that nearly every value tells which call it came from.
rc::Gen<Value> number() {
  return rc::gen::noShrink(
      rc::gen::map(rc::gen::inRange(0, 1'000'000), [](int n) { return Value(n); }));
}
rc::Gen<Args> no_args() { return args_of(); }
rc::Gen<Args> only(const Value& value) { return rc::gen::just(Args{value}); }
rc::Gen<Value> some_key() { return rc::gen::element<Value>("x", "y"); }

const Table<ListModel>& list_table() {
  static const Table<ListModel> table = {
      {"append", args_of(number()), [](ListModel& l, const Args& a) { return l.append(a[0]); }},
      {"insert", args_of(rc::gen::just(Value(0)), number()),
       [](ListModel& l, const Args& a) { return l.insert(a[0], a[1]); }},
      {"extend",
       rc::gen::map(rc::gen::pair(number(), number()),
                    [](const auto& n) {
                      return Args{list({n.first, n.second})};
                    }),
       [](ListModel& l, const Args& a) { return l.extend(a[0]); }},
      {"pop", no_args(), [](ListModel& l, const Args&) { return l.pop(); }},
      {"pop", only(0), [](ListModel& l, const Args& a) { return l.pop(a[0]); }},
      {"__getitem__", only(-1), [](ListModel& l, const Args& a) { return l.getitem(a[0]); }},
      {"__setitem__", args_of(rc::gen::just(Value(0)), number()),
       [](ListModel& l, const Args& a) { return l.setitem(a[0], a[1]); }},
      {"__getitem__", only(slice({}, {})),
       [](ListModel& l, const Args& a) { return l.getitem(a[0]); }},
      {"__len__", no_args(), [](ListModel& l, const Args&) -> ModelResult {
         return Value(static_cast<long long>(l.items().size()));
       }}};
  return table;
}

const Table<DictModel>& dict_table() {
  static const Table<DictModel> table = {
      {"__setitem__", args_of(some_key(), number()),
       [](DictModel& d, const Args& a) { return d.setitem(a[0], a[1]); }},
      {"update",
       rc::gen::map(rc::gen::pair(number(), number()),
                    [](const auto& n) {
                      return Args{dict({{"y", n.first}, {"x", n.second}})};
                    }),
       [](DictModel& d, const Args& a) { return d.update(a[0]); }},
      {"setdefault", args_of(some_key(), number()),
       [](DictModel& d, const Args& a) { return d.setdefault(a[0], a[1]); }},
      {"__getitem__", args_of(some_key()),
       [](DictModel& d, const Args& a) { return d.getitem(a[0]); }},
      {"pop", args_of(some_key()), [](DictModel& d, const Args& a) { return d.pop(a[0]); }},
      {"popitem", no_args(), [](DictModel& d, const Args&) { return d.popitem(); }},
      {"copy", no_args(), [](DictModel& d, const Args&) -> ModelResult { return d.value(); }},
      {"keys", no_args(), [](DictModel& d, const Args&) -> ModelResult { return d.keys(); }}};
  return table;
}

const Table<QueueState>& queue_table() {
  static const Table<QueueState> table = {
      {"put_nowait", args_of(number()), [](QueueState& q, const Args& a) { return q.put(a[0]); }},
      {"put", args_of(number(), rc::gen::just(Value(false))),
       [](QueueState& q, const Args& a) { return q.put(a[0]); }},
      {"get_nowait", no_args(), [](QueueState& q, const Args&) { return q.get(); }},
      {"get", only(false), [](QueueState& q, const Args&) { return q.get(); }},
      {"qsize", no_args(),
       [](QueueState& q, const Args&) -> ModelResult { return Value(q.size()); }},
      {"empty", no_args(),
       [](QueueState& q, const Args&) -> ModelResult { return Value(q.empty()); }},
      {"full", no_args(),
       [](QueueState& q, const Args&) -> ModelResult { return Value(q.full()); }}};
  return table;
}

const Table<Register>& value_table() {
  const auto set = [](Register& r, const Args& a) -> ModelResult {
    r.content = a[0];
    return Value();
  };
  const auto get = [](Register& r, const Args&) -> ModelResult { return r.content; };
  static const Table<Register> table = {{"set", args_of(number()), set},
                                        {"get", no_args(), get},
                                        {"value.set", args_of(number()), set},
                                        {"value", no_args(), get}};
  return table;
}

/// By the time of the calls, in microseconds.
template <class Model>
std::string text_of(std::vector<RecordedCall<Model>> history) {
  std::sort(history.begin(), history.end(),
            [](const auto& a, const auto& b) { return a.began < b.began; });
  std::ostringstream text;
  for (const auto& call : history) {
    const auto us = [&](auto stamp) {
      return std::chrono::duration<double, std::micro>(stamp - history.front().began).count();
    };
    text << fmt::format("{:.1f} to {:.1f} us: {}\n", us(call.began), us(call.ended),
                        to_text(to_outcome(call.seen)));
  }
  return text.str();
}

class LinearizableConformance : public ManagedConformance {
 protected:
  /// `reset` makes the object again what `initial` is.
  template <class Model>
  void check(const Object& object, const Model& initial, const Table<Model>& table,
             const std::function<void()>& reset) {
    std::vector<Actor*> actors;
    for (const Child& child : spawn(kProcesses, {object})) actors.push_back(&child.actor);
    const auto round = [&] {
      reset();
      std::vector<std::vector<Step<Model>>> steps;
      for (int i = 0; i < kProcesses; ++i)
        steps.push_back(*rc::gen::noShrink(steps_of(table, kCallsEach)));
      const auto history = record_history(actors, object, steps, soon());
      if (!linearizable(initial, history))
        RC_FAIL("no order of these calls explains their results:\n" + text_of(history));
    };
    check_property(round, kRounds);
  }
};

TEST_F(LinearizableConformance, GUAR_027_CallsOnAListHappenOneAfterAnother) {
  const Object object = make("list");
  check(object, ListModel(), list_table(),
        [&] { RC_ASSERT(main().call(object, "__delitem__", {slice({}, {})}).ok()); });
}

TEST_F(LinearizableConformance, GUAR_027_CallsOnADictHappenOneAfterAnother) {
  const Object object = make("dict");
  check(object, DictModel(), dict_table(), [&] { RC_ASSERT(main().call(object, "clear").ok()); });
}

TEST_F(LinearizableConformance, GUAR_027_CallsOnAQueueHappenOneAfterAnother) {
  const Object object = make("Queue", {3});
  check(object, QueueState(3), queue_table(), [&] {
    while (main().call(object, "get_nowait").ok()) {
    }
  });
}

TEST_F(LinearizableConformance, GUAR_027_CallsOnAValueHappenOneAfterAnother) {
  const Object object = make("Value", {"i", 0});
  check(object, Register(), value_table(),
        [&] { RC_ASSERT(main().call(object, "set", {0}).ok()); });
}

}  // namespace
}  // namespace mpspec
