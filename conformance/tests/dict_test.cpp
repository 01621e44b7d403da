// DICT: a dict in a manager's server, used by one process.
#include "tests/support/managed.hpp"

namespace mpspec {
namespace {

class DictConformance : public ManagedConformance {
 protected:
  Object make_dict(const Value& items = dict()) { return make("dict", {items}); }
  Outcome call(const Object& object, const std::string& method, const Args& args = {},
               const Kwargs& kwargs = {}) {
    return main().call(object, method, args, kwargs);
  }
  Outcome content(const Object& object) { return call(object, "copy"); }
  /// The present value of something that actor 0 read and kept.
  Outcome plain(const Object& kept) { return main().call("actor.echo", {kept}); }
};

TEST_F(DictConformance, DICT_001_EmptyWithoutArgument) {
  EXPECT_THAT(content(make("dict")), Returns(dict()));
}

TEST_F(DictConformance, DICT_001_FromMappingPairsAndKeywords) {
  const Value expected = dict({{"b", 1}, {"a", list({2})}});
  EXPECT_THAT(content(make_dict(expected)), Returns(expected));
  EXPECT_THAT(content(make_dict(list({tuple({"b", 1}), list({"a", list({2})})}))),
              Returns(expected));
  // In the order of the alphabet, which is the order that a JSON object is sent in.
  EXPECT_THAT(content(make("dict", {}, {{"a", 1}, {"b", 2}})), Returns(dict({{"a", 1}, {"b", 2}})));
  EXPECT_THAT(content(make("dict", {dict({{"b", 0}})}, {{"a", 1}, {"b", 2}})),
              Returns(dict({{"b", 2}, {"a", 1}})));
}

TEST_F(DictConformance, DICT_003_ReadingGivesWhatWasAssigned) {
  const Object d = make_dict();
  EXPECT_THAT(call(d, "__setitem__", {"k", list({1})}), Returns(kNone));
  EXPECT_THAT(call(d, "__getitem__", {"k"}), Returns(list({1})));
  EXPECT_THAT(call(d, "__setitem__", {"k", "new"}), Returns(kNone));
  EXPECT_THAT(call(d, "__getitem__", {"k"}), Returns("new"));
}

TEST_F(DictConformance, DICT_004_UpdateReplacesAddsAndKeepsTheOthers) {
  const Object d = make_dict(dict({{"a", 1}, {"b", 2}}));
  EXPECT_THAT(call(d, "update", {dict({{"c", 3}, {"a", 10}})}), Returns(kNone));
  EXPECT_THAT(content(d), Returns(dict({{"a", 10}, {"b", 2}, {"c", 3}})));
  EXPECT_THAT(call(d, "update", {list({tuple({"d", 4}), tuple({"b", 20})})}), Returns(kNone));
  EXPECT_THAT(call(d, "update", {}, {{"e", 5}, {"c", 30}}), Returns(kNone));
  EXPECT_THAT(call(d, "update"), Returns(kNone));
  EXPECT_THAT(content(d), Returns(dict({{"a", 10}, {"b", 20}, {"c", 30}, {"d", 4}, {"e", 5}})));
}

TEST_F(DictConformance, DICT_005_ClearAndUpdateReplaceEverything) {
  const Object d = make_dict(dict({{"a", 1}, {"x", 2}}));
  EXPECT_THAT(call(d, "clear"), Returns(kNone));
  EXPECT_THAT(content(d), Returns(dict()));
  const Value fresh = dict({{"x", 100}, {"y", 200}});
  call(d, "update", {fresh});
  EXPECT_THAT(content(d), Returns(fresh));
}

TEST_F(DictConformance, DICT_006_GetGivesTheValueOrTheDefault) {
  const Value items = dict({{"a", kNone}});
  const Object d = make_dict(items);
  EXPECT_THAT(call(d, "get", {"a", 1}), Returns(kNone));
  EXPECT_THAT(call(d, "get", {"b"}), Returns(kNone));
  EXPECT_THAT(call(d, "get", {"b", list({1})}), Returns(list({1})));
  EXPECT_THAT(content(d), Returns(items));
}

TEST_F(DictConformance, DICT_007_ViewsAreListsInOrder) {
  const Object d = make_dict(dict({{"b", 2}, {"a", 1}}));
  EXPECT_THAT(call(d, "keys"), Returns(list({"b", "a"})));
  EXPECT_THAT(call(d, "values"), Returns(list({2, 1})));
  EXPECT_THAT(call(d, "items"), Returns(list({tuple({"b", 2}), tuple({"a", 1})})));
}

TEST_F(DictConformance, DICT_007_LaterChangesDoNotReachThem) {
  const Object d = make_dict(dict({{"a", 1}}));
  const Object keys = main().keep(d, "keys", "manager.list");
  const Object values = main().keep(d, "values", "manager.list");
  const Object items = main().keep(d, "items", "manager.list");
  call(d, "update", {dict({{"a", 2}, {"b", 3}})});
  EXPECT_THAT(plain(keys), Returns(list({"a"})));
  EXPECT_THAT(plain(values), Returns(list({1})));
  EXPECT_THAT(plain(items), Returns(list({tuple({"a", 1})})));
}

TEST_F(DictConformance, DICT_008_OrderIsThatOfInsertion) {
  const Object d = make_dict(dict({{"c", 1}, {"a", 2}, {"b", 3}}));
  call(d, "__setitem__", {"c", 10});
  EXPECT_THAT(content(d), Returns(dict({{"c", 10}, {"a", 2}, {"b", 3}})));
  call(d, "__delitem__", {"a"});
  call(d, "__setitem__", {"a", 20});
  EXPECT_THAT(content(d), Returns(dict({{"c", 10}, {"b", 3}, {"a", 20}})));
  EXPECT_THAT(call(d, "popitem"), Returns(tuple({"a", 20})));
  EXPECT_THAT(call(d, "popitem"), Returns(tuple({"b", 3})));
}

TEST_F(DictConformance, DICT_009_PopRemovesOrGivesTheDefault) {
  const Object d = make_dict(dict({{"a", 1}, {"b", 2}}));
  EXPECT_THAT(call(d, "pop", {"a"}), Returns(1));
  EXPECT_THAT(call(d, "pop", {"a", "default"}), Returns("default"));
  EXPECT_THAT(call(d, "pop", {"b", "default"}), Returns(2));
  EXPECT_THAT(content(d), Returns(dict()));
}

TEST_F(DictConformance, DICT_009_SetdefaultStoresOnlyWhatIsMissing) {
  const Object d = make_dict(dict({{"a", kNone}}));
  EXPECT_THAT(call(d, "setdefault", {"a", 1}), Returns(kNone));
  EXPECT_THAT(call(d, "setdefault", {"b", 2}), Returns(2));
  EXPECT_THAT(call(d, "setdefault", {"c"}), Returns(kNone));
  EXPECT_THAT(content(d), Returns(dict({{"a", kNone}, {"b", 2}, {"c", kNone}})));
}

TEST_F(DictConformance, DICT_010_OneIsTrueAndTheFirstKeyStays) {
  const Object d = make_dict();
  call(d, "__setitem__", {1.0, "float"});
  call(d, "__setitem__", {true, "bool"});
  call(d, "__setitem__", {1, "int"});
  call(d, "__setitem__", {"1", "str"});
  EXPECT_THAT(content(d), Returns(dict({{1.0, "int"}, {"1", "str"}})));
  EXPECT_THAT(call(d, "pop", {true}), Returns("int"));
}

TEST_F(DictConformance, DICT_010_TuplesAreKeysByContent) {
  const Object d = make_dict();
  call(d, "__setitem__", {tuple({1, tuple({"a"})}), "first"});
  EXPECT_THAT(call(d, "__getitem__", {tuple({1.0, tuple({"a"})})}), Returns("first"));
  EXPECT_THAT(call(d, "__contains__", {tuple({1, tuple({"b"})})}), Returns(false));
}

TEST_F(DictConformance, DICT_011_ValuesOfEveryKindInOneDict) {
  const Value mixture = dict({{0, kNone},
                              {1, true},
                              {2, BigInt(1) << 100},
                              {3, 0.5},
                              {4, Complex{0, 1}},
                              {5, "text"},
                              {6, bytes("\xff")},
                              {7, ByteArray{"b"}},
                              {8, list({list()})},
                              {9, tuple({1, tuple()})},
                              {10, dict({{1, "a"}, {"b", kNone}})},
                              {11, set({1, "a"})},
                              {12, FrozenSet{{2}}},
                              {13, Range{{0, 9, 3}}},
                              {14, slice(1, {}, -1)}});
  const Object d = make_dict(mixture);
  EXPECT_THAT(content(d), Returns(mixture));
  for (const auto& [key, value] : mixture.get_if<Dict>()->items)
    EXPECT_THAT(call(d, "__getitem__", {key}), Returns(value));
}

TEST_F(DictConformance, DICT_013_DictOfTheDictIsNotLive) {
  const Object d = make_dict(dict({{"a", 1}, {"b", list({2})}}));
  const Object copy = main().keep(d, "to_dict", "manager.dict");
  call(d, "__setitem__", {"a", "changed"});
  call(d, "__setitem__", {"new", 0});
  EXPECT_THAT(plain(copy), Returns(dict({{"a", 1}, {"b", list({2})}})));
  call(copy, "__setitem__", {"b", "changed"});
  EXPECT_THAT(call(d, "__getitem__", {"b"}), Returns(list({2})));
}

TEST_F(DictConformance, DICT_014_PlainValuesOfTheCopyAreCopies) {
  const Value nested = dict({{"l", list({list({1})})}, {"d", dict({{"k", 2}})}});
  const Object d = make_dict(nested);
  const Object copy = main().keep(d, "to_dict", "manager.dict");
  const Object inner = main().keep(copy, "__getitem__", "manager.list", {"l"});
  call(inner, "append", {"more"});
  EXPECT_THAT(call(copy, "__getitem__", {"l"}), Returns(list({list({1}), "more"})));
  EXPECT_THAT(content(d), Returns(nested));
}

TEST_F(DictConformance, DICT_014_ManagedValuesOfTheCopyAreLive) {
  const Object l = make("list");
  const Object d = make_dict();
  call(d, "__setitem__", {"l", l});
  const Object copy = main().keep(d, "to_dict", "manager.dict");
  const Object inner = main().keep(copy, "__getitem__", "manager.list", {"l"});
  call(inner, "append", {1});
  EXPECT_THAT(call(l, "to_list"), Returns(list({1})));
}

TEST_F(DictConformance, DICT_016_CopiesArePlainAndNotLive) {
  const Value items = dict({{"a", list({1})}});
  const Object d = make_dict(items);
  for (const std::string method : {"copy", "_getvalue"}) {
    EXPECT_THAT(call(d, method), Returns(items));
    const Object copy = main().keep(d, method, "manager.dict");
    call(copy, "clear");
    EXPECT_THAT(content(d), Returns(items));
  }
}

TEST_F(DictConformance, DICT_017_AppendingToWhatWasReadChangesNothing) {
  const Object d = make_dict(dict({{"k", list({1})}}));
  const Object copy = main().keep(d, "__getitem__", "manager.list", {"k"});
  call(copy, "append", {2});
  EXPECT_THAT(plain(copy), Returns(list({1, 2})));
  EXPECT_THAT(call(d, "__getitem__", {"k"}), Returns(list({1})));
}

TEST_F(DictConformance, DICT_020_IterationYieldsEveryKeyOnceInOrder) {
  EXPECT_THAT(call(make_dict(dict({{"b", 1}, {1, 2}, {"a", 3}})), "__iter__"),
              Returns(list({"b", 1, "a"})));
  EXPECT_THAT(call(make_dict(), "__iter__"), Returns(list()));
}

TEST_F(DictConformance, DICT_023_AMissingKeyIsNamedByItsError) {
  const Value items = dict({{"present", 1}});
  const Object d = make_dict(items);
  for (const Value& key : {Value("missing"), Value(7), tuple({1, "a"}), Value(kNone)}) {
    for (const std::string method : {"__getitem__", "__delitem__", "pop"}) {
      const Outcome outcome = call(d, method, {key});
      ASSERT_THAT(outcome, FailsWith("KeyError")) << method;
      EXPECT_EQ(outcome.failure()->args, std::vector<Value>{key}) << method;
    }
  }
  EXPECT_THAT(content(d), Returns(items));
}

TEST_F(DictConformance, DICT_024_PopitemOfAnEmptyDict) {
  const Object d = make_dict();
  EXPECT_THAT(call(d, "popitem"), FailsWith("KeyError"));
  EXPECT_THAT(call(d, "__len__"), Returns(0));
}

TEST_F(DictConformance, DICT_025_UnhashableKeys) {
  const Value items = dict({{"a", 1}});
  const Object d = make_dict(items);
  for (const Value& key : {list({1}), dict(), set({1}), tuple({1, list()})}) {
    EXPECT_THAT(call(d, "__setitem__", {key, 1}), FailsWith("TypeError"));
    for (const std::string method :
         {"__getitem__", "__delitem__", "__contains__", "get", "setdefault", "pop"})
      EXPECT_THAT(call(d, method, {key}), FailsWith("TypeError")) << method;
  }
  EXPECT_THAT(content(d), Returns(items));
}

}  // namespace
}  // namespace mpspec
