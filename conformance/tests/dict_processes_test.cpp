// DICT: one dict in a manager's server, used by several processes.
#include <fmt/format.h>

#include "tests/support/managed.hpp"

namespace mpspec {
namespace {

/// The keys that the cases which change a dict all the time leave alone.
const std::vector<Value>& steady_keys() {
  static const std::vector<Value> keys = {"a", "b", "c", "d", "e", "f", "g", "h"};
  return keys;
}

class SharedDictConformance : public ManagedConformance {
 protected:
  Object make_dict(const Value& items = dict()) { return make("dict", {items}); }
  Object make_steady_dict() {
    Dict items;
    for (const Value& key : steady_keys()) items.items.emplace_back(key, 0);
    return make_dict(items);
  }
  /// Adds and deletes the key 'x' again and again.
  static Program& change_size(Program& program, const Object& d, int times) {
    Program body;
    body.call(d, "__setitem__", {"x", 1}).call(d, "__delitem__", {"x"});
    return program.repeat(times, body);
  }
  Outcome content(const Object& d) { return main().call(d, "copy"); }
};

TEST_F(SharedDictConformance, DICT_012_AnyProcessAddsAndRemovesKeys) {
  const Object d = make_dict();
  const auto children = spawn(2, {d});
  Actor& one = children[0].actor;
  Actor& other = children[1].actor;
  const auto expect = [&](int length, bool has_a) {
    for (Actor* actor : {&main(), &one, &other}) {
      EXPECT_THAT(actor->call(d, "__len__"), Returns(length));
      EXPECT_THAT(actor->call(d, "__contains__", {"a"}), Returns(has_a));
    }
  };
  expect(0, false);
  one.call(d, "__setitem__", {"a", 1});
  expect(1, true);
  other.call(d, "update", {dict({{"b", 2}, {"c", 3}})});
  expect(3, true);
  other.call(d, "__delitem__", {"a"});
  expect(2, false);
  main().call(d, "popitem");
  expect(1, false);
}

TEST_F(SharedDictConformance, DICT_015_DictOfTheDictDuringChanges) {
  const Object d = make_steady_dict();
  int copies = 0;
  int errors = 0;
  const auto children = spawn(1, {d});
  Program changes;
  const Pending changing = children[0].actor.begin_run(change_size(changes, d, 200));
  while (!changing.ready()) {
    const Outcome outcome = main().call(d, "to_dict");
    if (!outcome.ok()) {
      ASSERT_THAT(outcome, FailsWith("KeyError"));
      ++errors;
      continue;
    }
    ++copies;
    std::vector<Value> keys;
    for (const auto& [key, value] : outcome.value().get_if<Dict>()->items) keys.push_back(key);
    if (!keys.empty() && keys.back() == Value("x")) keys.pop_back();
    ASSERT_EQ(list(keys), list(steady_keys()));
  }
  EXPECT_THAT(changing.wait(), Succeeds());
  observe(fmt::format("{} copies, {} KeyError", copies, errors));
}

TEST_F(SharedDictConformance, DICT_016_ACopyIsOfOneMoment) {
  const auto all = [](const Value& value) {
    return dict({{"a", value}, {"b", value}, {"c", value}, {"d", value}});
  };
  constexpr int kUpdates = 300;
  for (const std::string method : {"copy", "_getvalue"}) {
    const Object d = make_dict(all(-1));
    const auto children = spawn(2, {d});
    const auto results = race(children, [&](Program& program, int i) {
      Program body;
      if (i == 0) {
        body.call(d, "update", {all(var("n"))});
        program.repeat(kUpdates, body, "n");
      } else {
        body.let("copy", d, method).append("copies", var("copy"));
        body.break_if(var("copy"), all(kUpdates - 1));
        program.forever(body);
      }
    });
    const Value copies = variable(results[1], "copies");
    for (const Value& copy : copies.get_if<List>()->items) {
      ASSERT_TRUE(copy.is<Dict>());
      ASSERT_EQ(copy, all(copy.get_if<Dict>()->items.at(0).second));
    }
  }
}

TEST_F(SharedDictConformance, DICT_018_ReassignmentChangesTheDictForAll) {
  const Object d = make_dict(dict({{"k", list({1})}}));
  const auto children = spawn(2, {d});
  const Object copy = children[0].actor.keep(d, "__getitem__", "manager.list", {"k"});
  children[0].actor.call(copy, "append", {2});
  EXPECT_THAT(children[1].actor.call(d, "__getitem__", {"k"}), Returns(list({1})));
  EXPECT_THAT(children[0].actor.call(d, "__setitem__", {"k", copy}), Returns(kNone));
  for (Actor* actor : {&main(), &children[1].actor})
    EXPECT_THAT(actor->call(d, "__getitem__", {"k"}), Returns(list({1, 2})));
}

TEST_F(SharedDictConformance, DICT_019_AManagedListInsideIsLive) {
  const Object d = make_dict();
  const Object l = make("list");
  main().call(d, "__setitem__", {"k", l});
  const auto children = spawn(2, {d});
  const Object in_one = children[0].actor.keep(d, "__getitem__", "manager.list", {"k"});
  const Object in_other = children[1].actor.keep(d, "__getitem__", "manager.list", {"k"});
  EXPECT_THAT(children[0].actor.call(in_one, "append", {"one"}), Returns(kNone));
  EXPECT_THAT(main().call(l, "append", {"maker"}), Returns(kNone));
  EXPECT_THAT(children[1].actor.call(in_other, "to_list"), Returns(list({"one", "maker"})));
  EXPECT_THAT(main().call(l, "to_list"), Returns(list({"one", "maker"})));
}

TEST_F(SharedDictConformance, DICT_021_IterationInAProcessThatWasGivenTheDict) {
  const Object d = make_dict(dict({{"b", 1}, {"a", 2}}));
  for (const Child& child : spawn(2, {d}))
    EXPECT_THAT(child.actor.call(d, "__iter__"), Returns(list({"b", "a"})));
}

TEST_F(SharedDictConformance, DICT_021_IterationOfADictReadFromAContainer) {
  const Object holder = make("list");
  main().call(holder, "append", {make_dict(dict({{"b", 1}, {"a", 2}}))});
  const Object d = main().keep(holder, "__getitem__", "manager.dict", {0});
  EXPECT_THAT(main().call(d, "__iter__"), Returns(list({"b", "a"})));
}

TEST_F(SharedDictConformance, DICT_022_IterationDuringChanges) {
  const Object d = make_steady_dict();
  std::vector<Value> with_x = steady_keys();
  with_x.emplace_back("x");
  int iterations = 0;
  int errors = 0;
  const auto children = spawn(1, {d});
  Program changes;
  const Pending changing = children[0].actor.begin_run(change_size(changes, d, 200));
  while (!changing.ready()) {
    const Outcome outcome = main().call(d, "__iter__");
    ++(outcome.ok() ? iterations : errors);
    ASSERT_THAT(outcome, ::testing::AnyOf(FailsWith("RuntimeError"), Returns(list(steady_keys())),
                                          Returns(list(with_x))));
  }
  EXPECT_THAT(changing.wait(), Succeeds());
  observe(fmt::format("{} iterations, {} RuntimeError", iterations, errors));
}

TEST_F(SharedDictConformance, DICT_026_TwoWorkersFillOneDict) {
  const Object d = make_dict();
  const Value keys = list({"a", "b"});
  race(spawn(2, {d}), [&](Program& program, int i) {
    program.call(d, "__setitem__", {keys.get_if<List>()->items.at(i), i + 1});
  });
  const Value seen = content(d).value();
  EXPECT_TRUE(python_equal(seen, dict({{"a", 1}, {"b", 2}}))) << seen;
}

TEST_F(SharedDictConformance, DICT_027_APoppedItemIsPoppedByOneProcessOnly) {
  constexpr int kItems = 150;
  Dict items;
  for (int i = 0; i < kItems; ++i) items.items.emplace_back(i, i);
  const Object d = make_dict(items);
  const auto results = race(spawn(3, {d}), [&](Program& program, int) {
    Program body;
    body.let("item", d, "popitem").break_on({"KeyError"}).append("popped", var("item"));
    program.set("popped", list()).forever(body);
  });
  std::vector<Value> popped;
  std::vector<Value> expected;
  for (const auto& [key, value] : items.items) expected.push_back(tuple({key, value}));
  for (const Value& result : results) {
    const Value part = variable(result, "popped");
    const auto& more = part.get_if<List>()->items;
    popped.insert(popped.end(), more.begin(), more.end());
  }
  EXPECT_THAT(popped, ::testing::UnorderedElementsAreArray(expected));
}

TEST_F(SharedDictConformance, DICT_027_AllGetWhatTheFirstSetdefaultStored) {
  constexpr int kKeys = 60;
  const Object d = make_dict();
  const auto results = race(spawn(3, {d}), [&](Program& program, int i) {
    Program body;
    body.let("got", d, "setdefault", {var("key"), i}).append("all", var("got"));
    program.repeat(kKeys, body, "key");
  });
  EXPECT_THAT(main().call(d, "__len__"), Returns(kKeys));
  // In the order of the keys, which is not the order of their insertion.
  std::vector<Value> by_key;
  for (int key = 0; key < kKeys; ++key)
    by_key.push_back(main().call(d, "__getitem__", {key}).value());
  for (const Value& result : results) EXPECT_EQ(variable(result, "all"), list(by_key));
}

TEST_F(SharedDictConformance, DICT_028_AddingWithoutALockMayLoseIncrements) {
  add_without_lock(make_dict(dict({{"count", 0}})), "__getitem__", "__setitem__", {"count"});
}

}  // namespace
}  // namespace mpspec
