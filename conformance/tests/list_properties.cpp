// LIST: sequences of operations agree with Python's list.
#include "model/list_model.hpp"
#include "tests/support/generators.hpp"
#include "tests/support/in_range.hpp"
#include "tests/support/managed.hpp"
#include "tests/support/operation_table.hpp"

namespace mpspec {
namespace {

using Table = std::vector<Operation<ListModel>>;

/// Mostly small numbers and letters, so that equal items, hits and comparable items occur.
rc::Gen<Value> item() {
  return rc::gen::weightedOneOf<Value>({{4, gen::common()}, {1, gen::any()}});
}

rc::Gen<Value> index() {
  const BigInt huge = BigInt(1) << 70;
  return rc::gen::weightedOneOf<Value>(
      {{8, rc::gen::map(gen::in_range(-4, 6), [](int n) { return Value(n); })},
       {1, rc::gen::elementOf(std::vector<Value>{true, huge, BigInt(-huge)})}});
}

rc::Gen<Value> no_index() { return rc::gen::element<Value>(1.0, "0", Value(), tuple({0})); }

rc::Gen<Value> bound() {
  return rc::gen::weightedOneOf<Value>({{2, rc::gen::just(Value())}, {4, index()}});
}

rc::Gen<Value> any_slice() {
  const auto step = rc::gen::weightedOneOf<Value>(
      {{2, rc::gen::just(Value())}, {4, rc::gen::element<Value>(1, 2, -1, -2, 3, 0, "a")}});
  return rc::gen::apply(
      [](const Value& start, const Value& stop, const Value& by) { return slice(start, stop, by); },
      bound(), bound(), step);
}

rc::Gen<Value> key() {
  return rc::gen::weightedOneOf<Value>({{5, index()}, {5, any_slice()}, {1, no_index()}});
}

rc::Gen<Value> short_list(rc::Gen<Value> of) {
  return rc::gen::map(rc::gen::resize(3, rc::gen::container<std::vector<Value>>(std::move(of))),
                      [](std::vector<Value> items) { return list(std::move(items)); });
}

/// Something to extend by or to assign to a slice; rarely, nothing that can be iterated.
rc::Gen<Value> iterable() {
  return rc::gen::weightedOneOf<Value>(
      {{6, short_list(item())},
       {1, rc::gen::element<Value>(tuple({1, "a"}), "ab", bytes("a"), dict({{"k", 1}}),
                                   Range{{3, 0, -1}}, set({7}))},
       {1, rc::gen::element<Value>(5, Value(), 0.5)}});
}

rc::Gen<Value> times() { return rc::gen::element<Value>(0, 1, 2, -1, true, "a", 2.0); }

/// Multiplying again and again makes lists that are only slow.
bool stays_small(const ListModel& l, const Args&) { return l.items().size() < 30; }

/// In which order a failing sort leaves the items is open.
bool sorts(const ListModel& l, const Args&) {
  return l.sort_is_defined() && std::holds_alternative<Value>(ListModel(l).sort());
}

Value at(const Args& args, std::size_t i) { return i < args.size() ? args[i] : Value(); }

const Table& indexing() {
  static const Table table = {
      {"__getitem__", args_of(key()), [](ListModel& l, const Args& a) { return l.getitem(a[0]); }},
      {"__setitem__", args_of(any_slice(), iterable()),
       [](ListModel& l, const Args& a) { return l.setitem(a[0], a[1]); }},
      {"__setitem__", args_of(index(), item()),
       [](ListModel& l, const Args& a) { return l.setitem(a[0], a[1]); }},
      {"__delitem__", args_of(key()), [](ListModel& l, const Args& a) { return l.delitem(a[0]); }},
      {"extend", args_of(iterable()), [](ListModel& l, const Args& a) { return l.extend(a[0]); }},
  };
  return table;
}

const Table& ends_and_places() {
  static const Table table = {
      {"append", args_of(item()), [](ListModel& l, const Args& a) { return l.append(a[0]); }},
      {"insert", args_of(index(), item()),
       [](ListModel& l, const Args& a) { return l.insert(a[0], a[1]); }},
      {"insert", args_of(no_index(), item()),
       [](ListModel& l, const Args& a) { return l.insert(a[0], a[1]); }},
      {"pop", args_of(), [](ListModel& l, const Args&) { return l.pop(); }},
      {"pop", args_of(index()), [](ListModel& l, const Args& a) { return l.pop(a[0]); }},
      {"__len__", args_of(),
       [](ListModel& l, const Args&) { return ModelResult(Value(l.items().size())); }},
      {"_getvalue", args_of(), [](ListModel& l, const Args&) { return ModelResult(l.value()); }},
      {"to_list", args_of(), [](ListModel& l, const Args&) { return ModelResult(l.value()); }},
  };
  return table;
}

const Table& searching() {
  static const Table table = {
      {"remove", args_of(item()), [](ListModel& l, const Args& a) { return l.remove(a[0]); }},
      {"__contains__", args_of(item()),
       [](ListModel& l, const Args& a) { return l.contains(a[0]); }},
      {"count", args_of(item()), [](ListModel& l, const Args& a) { return l.count(a[0]); }},
      {"index", at_least(1, args_of(item(), index(), index())),
       [](ListModel& l, const Args& a) { return l.index(a[0], at(a, 1), at(a, 2)); }},
  };
  return table;
}

const Table& ordering() {
  static const Table table = {
      {"sort", args_of(), [](ListModel& l, const Args&) { return l.sort(); }, sorts},
      {"reverse", args_of(), [](ListModel& l, const Args&) { return l.reverse(); }},
      {"__reversed__", args_of(), [](ListModel& l, const Args&) { return l.reversed(); }},
  };
  return table;
}

const Table& sums() {
  static const Table table = {
      {"__add__", args_of(short_list(item())),
       [](ListModel& l, const Args& a) { return l.add(a[0]); }},
      {"__add__", args_of(item()), [](ListModel& l, const Args& a) { return l.add(a[0]); }},
      {"__mul__", args_of(times()), [](ListModel& l, const Args& a) { return l.mul(a[0]); }},
      {"__rmul__", args_of(times()), [](ListModel& l, const Args& a) { return l.mul(a[0]); }},
      {"__iadd__", args_of(iterable()), [](ListModel& l, const Args& a) { return l.extend(a[0]); }},
      {"__imul__", args_of(times()), [](ListModel& l, const Args& a) { return l.imul(a[0]); },
       stays_small},
  };
  return table;
}

/// Enough for every operation to meet every kind of argument.
constexpr int kSequences = 250;

class ListProperties : public ManagedConformance {
 protected:
  /// Sequences of these operations, each by one of the actors that share the list.
  void check(const Table& table, std::vector<Actor*> actors, const Object& l) {
    const auto sequence = [&] {
      const ListModel initial(*rc::gen::resize(5, rc::gen::container<std::vector<Value>>(item())));
      RC_ASSERT(main().call(l, "__setitem__", {slice({}, {}), initial.value()}).ok());
      Subject subject{actors, {l}};
      const ListModel last = check_sequence(initial, subject, from_table(table, actors.size()));
      RC_ASSERT(main().call(l, "_getvalue") == Outcome(last.value()));
    };
    check_property(sequence, kSequences);
  }
};

TEST_F(ListProperties, LIST_002_AnySequenceAgreesWithAPythonList) {
  check(joined<ListModel>({indexing(), ends_and_places(), searching(), ordering(), sums()}),
        {&main()}, make("list"));
}

TEST_F(ListProperties, LIST_005_IndexingAgreesWithAPythonList) {
  check(indexing(), {&main()}, make("list"));
}

TEST_F(ListProperties, LIST_008_SortingAgreesWithPython) {
  const auto numbers = rc::gen::element<Value>(-1, 0, false, 0.0, -0.0, 1, true, 1.0, 0.5,
                                               BigInt(BigInt(1) << 60), 1e18);
  const auto texts = rc::gen::oneOf(gen::text(), rc::gen::element<Value>("", "a", "ab", "b", "B"));
  const auto pairs = rc::gen::map(rc::gen::pair(numbers, texts), [](const auto& pair) {
    return tuple({pair.first, pair.second});
  });
  const Object l = make("list");
  check_property([&](bool reverse) {
    const Value unsorted =
        *rc::gen::oneOf(short_list(item()), rc::gen::scale(3, short_list(numbers)),
                        short_list(texts), short_list(pairs));
    ListModel model(unsorted.get_if<List>()->items);
    RC_PRE(model.sort_is_defined());
    RC_ASSERT(main().call(l, "__setitem__", {slice({}, {}), unsorted}).ok());
    const Outcome outcome = main().call(l, "sort", {}, {{"reverse", reverse}});
    const Outcome expected = to_outcome(model.sort(reverse));
    RC_ASSERT(outcome == expected);
    if (expected.ok()) RC_ASSERT(main().call(l, "_getvalue") == Outcome(model.value()));
  });
}

TEST_F(ListProperties, LIST_010_AnyValueIsAnItem) {
  const Object l = make("list");
  check_property([&](const Value& value) {
    RC_ASSERT(main().call(l, "append", {value}) == Outcome(Value()));
    RC_ASSERT(main().call(l, "__getitem__", {-1}) == Outcome(value));
    RC_ASSERT(main().call(l, "pop") == Outcome(value));
  });
}

TEST_F(ListProperties, LIST_018_AnyProcessGoesOnWhereAnotherOneStopped) {
  const Object l = make("list");
  const auto children = spawn(2, {l});
  check(joined<ListModel>({indexing(), ends_and_places(), searching(), ordering()}),
        {&main(), &children[0].actor, &children[1].actor}, l);
}

}  // namespace
}  // namespace mpspec
