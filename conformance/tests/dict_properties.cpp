// DICT: sequences of operations agree with Python's dict.
#include "model/dict_model.hpp"
#include "tests/support/concurrent.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/managed.hpp"
#include "tests/support/operation_table.hpp"

namespace mpspec {
namespace {

using Table = std::vector<Operation<DictModel>>;

/// Mostly few keys, equal ones of different types among them, so that they are met again.
rc::Gen<Value> hashable_key() {
  return rc::gen::weightedOneOf<Value>({{6, gen::common()}, {2, gen::key()}});
}

rc::Gen<Value> key() {
  return rc::gen::weightedOneOf<Value>(
      {{12, hashable_key()},
       {1, rc::gen::element<Value>(list({1}), dict(), set({1}), tuple({1, list()}))}});
}

rc::Gen<Value> value() {
  return rc::gen::weightedOneOf<Value>({{3, gen::common()}, {1, gen::any()}});
}

rc::Gen<std::vector<Value>> few(rc::Gen<Value> of) {
  return rc::gen::resize(4, rc::gen::container<std::vector<Value>>(std::move(of)));
}

rc::Gen<Value> pair_of(rc::Gen<Value> first) {
  return rc::gen::apply(
      [](const Value& k, const Value& v) {
        return tuple({k, v});
      },
      std::move(first), value());
}

/// What `update` takes; rarely, something that it does not.
rc::Gen<Value> other() {
  const auto mapping =
      rc::gen::map(few(pair_of(hashable_key())), [](const std::vector<Value>& items) {
        DictModel model;
        model.update(list(items));
        return model.value();
      });
  const auto wrong = rc::gen::element<Value>(5, tuple({1}), "abc", list(), Value());
  const auto item = rc::gen::weightedOneOf<Value>(
      {{10, pair_of(key())}, {1, rc::gen::just(Value("xy"))}, {1, wrong}});
  const auto pairs =
      rc::gen::map(few(item), [](std::vector<Value> items) { return list(std::move(items)); });
  return rc::gen::weightedOneOf<Value>({{4, mapping}, {4, pairs}, {1, wrong}});
}

/// CPython finds out that the key of a `pop` cannot be hashed only when there is something to pop.
bool looks_at_the_key(const DictModel& d, const Args&) { return d.size() > 0; }

const Table& changing() {
  static const Table table = {
      {"__setitem__", args_of(key(), value()),
       [](DictModel& d, const Args& a) { return d.setitem(a[0], a[1]); }},
      {"__delitem__", args_of(key()), [](DictModel& d, const Args& a) { return d.delitem(a[0]); }},
      {"pop", args_of(key()), [](DictModel& d, const Args& a) { return d.pop(a[0]); },
       looks_at_the_key},
      {"pop", args_of(key(), value()),
       [](DictModel& d, const Args& a) { return d.pop(a[0], a[1]); }, looks_at_the_key},
      {"popitem", args_of(), [](DictModel& d, const Args&) { return d.popitem(); }},
      {"setdefault", args_of(key()),
       [](DictModel& d, const Args& a) { return d.setdefault(a[0]); }},
      {"setdefault", args_of(key(), value()),
       [](DictModel& d, const Args& a) { return d.setdefault(a[0], a[1]); }},
      {"update",
       args_of(rc::gen::map(few(pair_of(hashable_key())),
                            [](std::vector<Value> pairs) { return list(std::move(pairs)); })),
       [](DictModel& d, const Args& a) { return d.update(a[0]); }},
      {"clear", args_of(), [](DictModel& d, const Args&) { return d.clear(); }},
  };
  return table;
}

const Table& reading() {
  static const Table table = {
      {"__getitem__", args_of(key()), [](DictModel& d, const Args& a) { return d.getitem(a[0]); }},
      {"__contains__", args_of(key()),
       [](DictModel& d, const Args& a) { return d.contains(a[0]); }},
      {"__len__", args_of(),
       [](DictModel& d, const Args&) { return ModelResult(Value(d.size())); }},
      {"get", args_of(key()), [](DictModel& d, const Args& a) { return d.get(a[0]); }},
      {"get", args_of(key(), value()),
       [](DictModel& d, const Args& a) { return d.get(a[0], a[1]); }},
      {"copy", args_of(), [](DictModel& d, const Args&) { return ModelResult(d.value()); }},
      {"to_dict", args_of(), [](DictModel& d, const Args&) { return ModelResult(d.value()); }},
  };
  return table;
}

const Table& views() {
  static const Table table = {
      {"keys", args_of(), [](DictModel& d, const Args&) { return ModelResult(d.keys()); }},
      {"values", args_of(), [](DictModel& d, const Args&) { return ModelResult(d.values()); }},
      {"items", args_of(), [](DictModel& d, const Args&) { return ModelResult(d.items()); }},
  };
  return table;
}

/// In the process that made the dict; DICT-021 has the others.
const Table& iterating() {
  static const Table table = {
      {"__iter__", args_of(), [](DictModel& d, const Args&) { return ModelResult(d.keys()); }},
  };
  return table;
}

/// Enough for every operation to meet every kind of argument.
constexpr int kSequences = 250;

class DictProperties : public ManagedConformance {
 protected:
  /// Sequences of these operations, each by one of the actors that share the dict.
  void check(const Table& table, std::vector<Actor*> actors, const Object& d) {
    const auto sequence = [&] {
      DictModel initial;
      initial.update(list(*few(pair_of(hashable_key()))));
      RC_ASSERT(main().call(d, "clear").ok());
      RC_ASSERT(main().call(d, "update", {initial.items()}).ok());
      Subject subject{actors, {d}};
      const DictModel last = check_sequence(initial, subject, from_table(table, actors.size()));
      RC_ASSERT(main().call(d, "_getvalue") == Outcome(last.value()));
    };
    check_property(sequence, kSequences);
  }
};

TEST_F(DictProperties, DICT_002_AnySequenceAgreesWithAPythonDict) {
  check(joined<DictModel>({changing(), reading(), iterating()}), {&main()}, make("dict"));
}

TEST_F(DictProperties, DICT_003_AnyKeyGivesWhatWasAssigned) {
  const Object d = make("dict");
  check_property([&] {
    const Value key = *gen::key();
    const Value value = *gen::any();
    RC_ASSERT(main().call(d, "__setitem__", {key, value}) == Outcome(Value()));
    RC_ASSERT(main().call(d, "__getitem__", {key}) == Outcome(value));
  });
}

TEST_F(DictProperties, DICT_004_UpdateAgreesWithAPythonDict) {
  const Object d = make("dict");
  check_property([&] {
    DictModel model;
    model.update(list(*few(pair_of(hashable_key()))));
    RC_ASSERT(main().call(d, "clear").ok());
    RC_ASSERT(main().call(d, "update", {model.items()}).ok());
    const Value more = *other();
    const Outcome before = main().call(d, "copy");
    const Outcome expected = to_outcome(model.update(more));
    RC_ASSERT(main().call(d, "update", {more}) == expected);
    // Whether an update that fails half-way keeps its first half is left free.
    const Outcome after = main().call(d, "copy");
    RC_ASSERT(after == Outcome(model.value()) || (!expected.ok() && after == before));
  });
}

TEST_F(DictProperties, DICT_007_ViewsAgreeWithAPythonDict) {
  check(joined<DictModel>({changing(), views()}), {&main()}, make("dict"));
}

TEST_F(DictProperties, DICT_011_AnyValueIsAValue) {
  const Object d = make("dict");
  check_property([&](const Value& value) {
    RC_ASSERT(main().call(d, "__setitem__", {"key", value}) == Outcome(Value()));
    RC_ASSERT(main().call(d, "copy") == Outcome(dict({{"key", value}})));
  });
}

/// Operations on two keys, so that those of several processes meet.
const std::vector<Callable>& meeting() {
  static const auto key = rc::gen::element<Value>("a", "b");
  static const auto number = rc::gen::map(gen::in_range(0, 1000), [](int n) { return Value(n); });
  static const auto both = rc::gen::map(number, [](const Value& n) {
    return dict({{"a", n}, {"b", n}});
  });
  static const std::vector<Callable> calls = {
      {"__setitem__", args_of(key, number)},
      {"update", args_of(both)},
      {"__delitem__", args_of(key)},
      {"pop", args_of(key)},
      {"popitem", args_of()},
      {"setdefault", args_of(key, number)},
      {"get", args_of(key)},
      {"copy", args_of()},
  };
  return calls;
}

TEST_F(DictProperties, DICT_026_AnyProcessGoesOnWhereAnotherOneStopped) {
  const Object d = make("dict");
  const auto children = spawn(2, {d});
  check(joined<DictModel>({changing(), reading()}),
        {&main(), &children[0].actor, &children[1].actor}, d);
}

TEST_F(DictProperties, DICT_027_OneOrderOfAllOperationsExplainsWhatEachProcessSaw) {
  constexpr int kProcesses = 3;
  const Object d = make("dict");
  SharedUse use{{}, d, {}, [&] { RC_ASSERT(main().call(d, "clear").ok()); }};
  for (const Child& child : spawn(kProcesses, {d})) use.actors.push_back(&child.actor);
  check_parallel(adapter(), use, meeting(), {.prefix = 0, .calls_each = 8, .rounds = 40});
}

}  // namespace
}  // namespace mpspec
