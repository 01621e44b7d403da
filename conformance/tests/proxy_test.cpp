// PROXY: what a proxy is, shows and carries.
#include <cmath>

#include "tests/support/generators.hpp"
#include "tests/support/managed.hpp"

namespace mpspec {
namespace {

class ProxyConformance : public ManagedConformance {
 protected:
  Object make_list(const Value& items) { return make("list", {items}); }
  Outcome call(const Object& object, const std::string& method, const Args& args = {}) {
    return main().call(object, method, args);
  }
  std::string text(const Object& object, const std::string& method) {
    const Value value = call(object, method).value();
    return value.is<Str>() ? value.get_if<Str>()->utf8 : "not a str: " + to_python(value);
  }
  /// One of each type that has values, and the name of its proxy's type.
  std::vector<std::pair<Object, std::string>> one_of_each() {
    return {{make("dict"), "DictProxy"},
            {make("list"), "ListProxy"},
            {make("Namespace"), "NamespaceProxy"},
            {make("Value", {"i", 0}), "ValueProxy"},
            {make("Array", {"i", list({0})}), "ArrayProxy"}};
  }
  void expect_survives(const Object& v, const Value& value) {
    EXPECT_THAT(call(v, "set", {value}), Returns(kNone));
    EXPECT_THAT(call(v, "get"), Returns(value));
  }
};

TEST_F(ProxyConformance, PROXY_001_TypesHavePythonsNames) {
  for (const auto& [object, name] : one_of_each())
    EXPECT_THAT(call(object, "type_name"), Returns(name));
}

TEST_F(ProxyConformance, PROXY_002_AllProxiesShowOneState) {
  const Object l = make_list(list());
  const Object copy = main().keep(l, "copy_proxy", "manager.list");
  const Child child = main().spawn({l, copy});
  const Object third = child.actor.keep(copy, "copy_proxy", "manager.list");
  EXPECT_THAT(call(copy, "append", {1}), Returns(kNone));
  EXPECT_THAT(child.actor.call(third, "append", {2}), Returns(kNone));
  EXPECT_THAT(call(l, "append", {3}), Returns(kNone));
  const Value expected = list({1, 2, 3});
  EXPECT_THAT(call(l, "to_list"), Returns(expected));
  EXPECT_THAT(call(copy, "to_list"), Returns(expected));
  for (const Object& proxy : {l, copy, third})
    EXPECT_THAT(child.actor.call(proxy, "to_list"), Returns(expected));
}

TEST_F(ProxyConformance, PROXY_003_StrIsThatOfTheReferent) {
  EXPECT_EQ(text(make("dict", {dict({{"a", 1}, {"b", 2}})}), "__str__"), "{'a': 1, 'b': 2}");
  EXPECT_EQ(text(make_list(list({1, "x"})), "__str__"), "[1, 'x']");
  EXPECT_EQ(text(make("dict"), "__str__"), "{}");
  EXPECT_EQ(text(make("Array", {"i", list({1, -2})}), "__str__"), "array('i', [1, -2])");
}

TEST_F(ProxyConformance, PROXY_003_StrOfEveryKindOfValue) {
  const std::vector<std::pair<Value, std::string>> texts = {
      {list({kNone, true, -7, BigInt(1) << 70}), "[None, True, -7, 1180591620717411303424]"},
      {list({0.1, 1.0, -0.0, 1e16, 1e22, 5e-324, 123456.75}),
       "[0.1, 1.0, -0.0, 1e+16, 1e+22, 5e-324, 123456.75]"},
      {list({HUGE_VAL, -HUGE_VAL, std::nan("")}), "[inf, -inf, nan]"},
      {list({Complex{1.5, -2}, Complex{0, 1}}), "[(1.5-2j), 1j]"},
      {list({"it's", "say \"no\"", "it's \"both\"", "a\n\t\\\x01"}),
       R"(["it's", 'say "no"', 'it\'s "both"', 'a\n\t\\\x01'])"},
      {list({"\xc3\xa9\xf0\x9f\x90\x8d", "\xc2\xa0\xe2\x80\xa8", "\xed\xa0\x80"}),
       "['\xc3\xa9\xf0\x9f\x90\x8d', '\\xa0\\u2028', '\\ud800']"},
      {list({bytes("a'\xff"), ByteArray{"b"}}), R"([b"a'\xff", bytearray(b'b')])"},
      {list({tuple(), tuple({1}), tuple({1, 2})}), "[(), (1,), (1, 2)]"},
      {list({set(), set({1}), FrozenSet{}, FrozenSet{{1}}}),
       "[set(), {1}, frozenset(), frozenset({1})]"},
      {list({dict(), dict({{1, list()}, {"k", tuple()}})}), "[{}, {1: [], 'k': ()}]"},
      {list({Range{{0, 3, 1}}, Range{{0, 9, 3}}, slice(kNone, 2)}),
       "[range(0, 3), range(0, 9, 3), slice(None, 2, None)]"},
  };
  for (const auto& [value, expected] : texts)
    EXPECT_EQ(text(make_list(value), "__str__"), expected);
}

TEST_F(ProxyConformance, PROXY_004_ReprDescribesTheProxy) {
  for (const auto& [object, name] : one_of_each())
    EXPECT_THAT(text(object, "__repr__"), ::testing::HasSubstr(name));
  const Object l = make_list(list());
  const std::string before = text(l, "__repr__");
  call(l, "append", {"changed"});
  EXPECT_EQ(text(l, "__repr__"), before);
}

TEST_F(ProxyConformance, PROXY_005_ProxiesCompareByIdentity) {
  const Object l = make_list(list({1}));
  const Object copy = main().keep(l, "copy_proxy", "manager.list");
  EXPECT_THAT(call(l, "equals", {l}), Returns(true));
  EXPECT_THAT(call(l, "equals", {copy}), Returns(false));
  EXPECT_THAT(call(l, "equals", {list({1})}), Returns(false));
  const Object d = make("dict", {dict({{"a", 1}})});
  EXPECT_THAT(call(d, "equals", {d}), Returns(true));
  EXPECT_THAT(call(d, "equals", {dict({{"a", 1}})}), Returns(false));
}

TEST_F(ProxyConformance, PROXY_006_GetvalueIsACopy) {
  const auto expect_copy = [&](const Object& object, const Value& content, const Args& key) {
    EXPECT_THAT(call(object, "_getvalue"), Returns(content));
    const Object copy = main().keep(object, "_getvalue", object.type);
    call(object, "__setitem__", {key[0], 99});
    EXPECT_THAT(main().call("actor.echo", {copy}), Returns(content));
    EXPECT_THAT(call(object, "__getitem__", key), Returns(99));
    EXPECT_NE(call(object, "_getvalue"), Outcome(content)) << "a copy of another moment";
  };
  expect_copy(make_list(list({1, "a"})), list({1, "a"}), {0});
  expect_copy(make("dict", {dict({{"k", list({1})}})}), dict({{"k", list({1})}}), {"k"});
  expect_copy(make("Array", {"h", list({1, 2})}), Array{"h", {1, 2}}, {1});
}

TEST_F(ProxyConformance, PROXY_007_ValuesOfEveryKindSurvive) {
  const Object v = make("Value", {"i", 0});
  const BigInt huge = BigInt(1) << 3000;
  const Value leaves = list({kNone,
                             true,
                             false,
                             0,
                             -1,
                             255,
                             256,
                             65535,
                             BigInt(1) << 31,
                             -(BigInt(1) << 31),
                             BigInt(1) << 63,
                             huge,
                             BigInt(-huge),
                             0.1,
                             -0.0,
                             HUGE_VAL,
                             std::nan(""),
                             5e-324,
                             Complex{1, -0.0},
                             "",
                             "text",
                             std::string("nul\0inside", 10),
                             "\xf0\x9f\x90\x8d \xc3\xa9",
                             "\xed\xa0\x80",
                             bytes(""),
                             bytes("\xff"),
                             ByteArray{"b"},
                             Range{{5, 0, -1}},
                             slice(1, kNone, "step")});
  for (const Value& leaf : leaves.get_if<List>()->items) expect_survives(v, leaf);
  expect_survives(v, leaves);
  expect_survives(v, tuple({leaves, tuple()}));
  expect_survives(v, dict({{"key", leaves}, {tuple({1, "a"}), dict()}}));
  expect_survives(v, set({1, "a", tuple({2}), FrozenSet{{3}}}));
  expect_survives(v, FrozenSet{{kNone, bytes("b")}});
}

TEST_F(ProxyConformance, PROXY_007_LargeValuesSurvive) {
  const Object v = make("Value", {"i", 0});
  expect_survives(v, bytes(std::string(300'000, '\xab')));
  expect_survives(v, std::string(70'000, 'x') + "\xc3\xa9");
  expect_survives(v, list(std::vector<Value>(3000, "item")));
  Dict numbers;
  for (int i = 0; i < 2000; ++i) numbers.items.emplace_back(i, tuple({i}));
  expect_survives(v, numbers);
}

TEST_F(ProxyConformance, PROXY_007_AnyValueSurvives) {
  const Object v = make("Value", {"i", 0});
  check_property([&] {
    const Value value = *gen::any(3);
    RC_ASSERT(main().call(v, "set", {value}) == Outcome(Value()));
    RC_ASSERT(main().call(v, "get") == Outcome(value));
  });
}

TEST_F(ProxyConformance, PROXY_008_OneListTwiceInOneValue) {
  const Value part = list({1, "a"});
  const Object l = make_list(part);
  // The actor's own list, which is then the same object in both places.
  const Object twice = main().keep(l, "_getvalue", "manager.list");
  const Object v = make("Value", {"i", kNone});
  EXPECT_THAT(call(v, "set", {list({twice, twice})}), Returns(kNone));
  EXPECT_THAT(call(v, "get"), Returns(list({part, part})));
  EXPECT_THAT(call(v, "set", {dict({{"x", tuple({twice})}, {"y", list({0, twice})}})}),
              Returns(kNone));
  EXPECT_THAT(call(v, "get"), Returns(dict({{"x", tuple({part})}, {"y", list({0, part})}})));
  EXPECT_THAT(call(l, "extend", {list({twice, twice})}), Returns(kNone));
  EXPECT_THAT(call(l, "to_list"), Returns(list({1, "a", part, part})));
}

TEST_F(ProxyConformance, PROXY_009_ErrorsKeepTheirTypeAndArguments) {
  const Object l = make_list(list({1}));
  const Object d = make("dict");
  const Object q = make("Queue");
  const Value key = tuple({"k", 1});
  for (int i = 0; i < 2; ++i) {
    const Outcome missing = call(d, "__getitem__", {key});
    ASSERT_THAT(missing, FailsWith("KeyError"));
    EXPECT_EQ(missing.failure()->args, std::vector<Value>{key});
    const Outcome empty = call(q, "get_nowait");
    ASSERT_THAT(empty, FailsWith("Empty"));
    EXPECT_EQ(empty.failure()->args, std::vector<Value>());
    EXPECT_THAT(call(l, "pop", {7}), FailsWith("IndexError"));
    EXPECT_THAT(call(l, "sort", {"no positional argument"}), FailsWith("TypeError"));
  }
  EXPECT_THAT(call(l, "append", {2}), Returns(kNone));
  EXPECT_THAT(call(l, "to_list"), Returns(list({1, 2})));
  EXPECT_THAT(call(d, "setdefault", {"k", 1}), Returns(1));
  EXPECT_THAT(call(q, "put", {1}), Returns(kNone));
}

}  // namespace
}  // namespace mpspec
