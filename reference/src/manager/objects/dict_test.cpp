#include "manager/testing/memory_server.hpp"

namespace mp::manager::testing {
namespace {

class DictReferent : public ::testing::Test {
 protected:
  std::string on(const Object& items, std::string_view method, std::initializer_list<Arg> args = {},
                 const Object& kwargs = Object::dict()) {
    ident_ = server_.create("dict", {items});
    return again(method, args, kwargs);
  }
  std::string again(std::string_view method, std::initializer_list<Arg> args = {},
                    const Object& kwargs = Object::dict()) {
    return server_.call(session_, ident_, method, args, kwargs);
  }
  std::string now() { return again("#GETVALUE"); }

  MemoryServer server_;
  SessionId session_ = server_.connect();
  std::string ident_;
};

const Object kTwo = dict_of({{"a", 1}, {"b", 2}});

TEST_F(DictReferent, IsMadeOfMappingsPairsAndKeywords) {
  ident_ = server_.create("dict", {kTwo}, dict_of({{"b", 3}, {"c", 4}}));
  EXPECT_EQ(now(), "{'a': 1, 'b': 3, 'c': 4}");
  EXPECT_EQ(on(list_of({tuple_of({1, 2}), "xy"}), "#GETVALUE"), "{1: 2, 'x': 'y'}");
  Object ordered = Object::call(Object::global("collections", "OrderedDict"), Object::tuple());
  ordered.add_set_item(Object::str("z"), Object::integer(1));
  EXPECT_EQ(on(ordered, "#GETVALUE"), "{'z': 1}");
  EXPECT_EQ(server_.serve("create", {"dict", 5}),
            "#TRACEBACK TypeError: 'int' object is not iterable\n");
  EXPECT_EQ(server_.serve("create", {"dict", list_of({5})}),
            "#TRACEBACK TypeError: cannot convert dictionary update sequence element #0 to a "
            "sequence\n");
  EXPECT_EQ(server_.serve("create", {"dict", list_of({"abc"})}),
            "#TRACEBACK ValueError: dictionary update sequence element #0 has length 3; 2 is "
            "required\n");
}

TEST_F(DictReferent, AssignsReadsAndDeletes) {
  EXPECT_EQ(on(kTwo, "__setitem__", {"c", list_of({1})}), "None");
  EXPECT_EQ(again("__getitem__", {"c"}), "[1]");
  EXPECT_EQ(again("__len__"), "3");
  EXPECT_EQ(again("__contains__", {"c"}), "True");
  EXPECT_EQ(again("__delitem__", {"c"}), "None");
  EXPECT_EQ(again("__getitem__", {"c"}), "KeyError: 'c'");
  EXPECT_EQ(again("__delitem__", {tuple_of({1})}), "KeyError: (1,)");
  EXPECT_EQ(again("pop", {"c"}), "KeyError: 'c'");
  EXPECT_EQ(again("pop", {"c", 7}), "7");
  EXPECT_EQ(again("pop", {"a"}), "1");
  EXPECT_EQ(again("get", {"a"}), "None");
  EXPECT_EQ(again("get", {"a", 9}), "9");
  EXPECT_EQ(now(), "{'b': 2}");
}

TEST_F(DictReferent, KeepsTheOrderOfInsertion) {
  EXPECT_EQ(on(kTwo, "__setitem__", {"a", 9}), "None");
  EXPECT_EQ(again("keys"), "['a', 'b']");
  EXPECT_EQ(again("pop", {"a"}), "9");
  EXPECT_EQ(again("__setitem__", {"a", 1}), "None");
  EXPECT_EQ(again("items"), "[('b', 2), ('a', 1)]");
  EXPECT_EQ(again("popitem"), "('a', 1)");
  EXPECT_EQ(again("values"), "[2]");
  EXPECT_EQ(again("clear"), "None");
  EXPECT_EQ(again("popitem"), "KeyError: 'popitem(): dictionary is empty'");
}

TEST_F(DictReferent, EqualKeysAreOneAndTheFirstStays) {
  EXPECT_EQ(on(dict_of({{1, "a"}}), "__setitem__", {1.0, "b"}), "None");
  EXPECT_EQ(again("__setitem__", {true, "c"}), "None");
  EXPECT_EQ(now(), "{1: 'c'}");
  EXPECT_EQ(again("__setitem__", {"1", "d"}), "None");
  EXPECT_EQ(again("__len__"), "2");
}

TEST_F(DictReferent, RefusesUnhashableKeysAndChangesNothing) {
  for (const std::string_view method : {"__getitem__", "__delitem__", "__contains__", "pop"}) {
    EXPECT_EQ(on(kTwo, method, {list_of({})}), "TypeError: unhashable type: 'list'");
  }
  EXPECT_EQ(on(kTwo, "__setitem__", {dict_of({}), 1}), "TypeError: unhashable type: 'dict'");
  EXPECT_EQ(on(kTwo, "setdefault", {list_of({}), 1}), "TypeError: unhashable type: 'list'");
  EXPECT_EQ(on(kTwo, "update", {list_of({tuple_of({"c", 3}), tuple_of({list_of({}), 1})})}),
            "TypeError: unhashable type: 'list'");
  EXPECT_EQ(now(), "{'a': 1, 'b': 2}");
}

TEST_F(DictReferent, SetsDefaultsAndUpdates) {
  EXPECT_EQ(on(kTwo, "setdefault", {"a", 9}), "1");
  EXPECT_EQ(again("setdefault", {"c"}), "None");
  EXPECT_EQ(again("update", {dict_of({{"b", 5}})}, dict_of({{"d", 6}})), "None");
  EXPECT_EQ(now(), "{'a': 1, 'b': 5, 'c': None, 'd': 6}");
  const std::string other = server_.create("dict", {dict_of({{"e", 7}})});
  EXPECT_EQ(again("update", {MemoryServer::proxy("dict", other)}), "None");
  EXPECT_EQ(again("__getitem__", {"e"}), "7");
  EXPECT_EQ(again("update", {5}), "TypeError: 'int' object is not iterable");
}

TEST_F(DictReferent, IncrementsInOneCall) {
  EXPECT_EQ(on(kTwo, "increment", {"a"}), "2");
  EXPECT_EQ(again("increment", {"a", -5}), "-3");
  EXPECT_EQ(again("increment", {"new"}, dict_of({{"delta", 0.5}})), "0.5");
  EXPECT_EQ(now(), "{'a': -3, 'b': 2, 'new': 0.5}");
  EXPECT_EQ(again("increment", {"b", "x"}),
            "TypeError: unsupported operand type(s) for +: 'int' and 'str'");
  EXPECT_EQ(again("increment", {list_of({})}), "TypeError: unhashable type: 'list'");
  EXPECT_EQ(again("increment"),
            "TypeError: dict.increment() missing 1 required positional argument: 'key'");
  EXPECT_EQ(now(), "{'a': -3, 'b': 2, 'new': 0.5}");
}

TEST_F(DictReferent, ComparesAndSetsInOneCall) {
  EXPECT_EQ(on(kTwo, "compare_and_set", {"a", 1, list_of({1})}), "True");
  EXPECT_EQ(again("compare_and_set", {"a", 1, 5}), "False");
  EXPECT_EQ(again("compare_and_set", {"a", list_of({1}), 6}), "True");
  EXPECT_EQ(again("compare_and_set", {"z", nullptr, 6}), "False");
  EXPECT_EQ(now(), "{'a': 6, 'b': 2}");
}

TEST_F(DictReferent, HoldsWhatCompareAndSetPutsIn) {
  const std::string inner = server_.create("list", {list_of({1})});
  EXPECT_EQ(on(kTwo, "compare_and_set", {"a", 1, MemoryServer::proxy("list", inner)}), "True");
  EXPECT_EQ(server_.serve("decref", {inner}), "None");
  EXPECT_EQ(server_.call(session_, inner, "__len__"), "1");
  EXPECT_EQ(again("compare_and_set", {"a", MemoryServer::proxy("list", inner), 2}), "True");
  EXPECT_EQ(server_.call(session_, inner, "__len__"), "#TRACEBACK KeyError: '" + inner + "'\n");
}

TEST_F(DictReferent, IteratesOverTheKeysOfThisMoment) {
  EXPECT_EQ(on(kTwo, "__iter__"), "iter(['a', 'b'])");
  EXPECT_EQ(again("clear"), "None");
  EXPECT_EQ(again("__iter__"), "iter([])");
}

TEST_F(DictReferent, CopiesAreNotLive) {
  EXPECT_EQ(on(kTwo, "copy"), "{'a': 1, 'b': 2}");
  EXPECT_EQ(again("__str__"), "\"{'a': 1, 'b': 2}\"");
}

}  // namespace
}  // namespace mp::manager::testing
