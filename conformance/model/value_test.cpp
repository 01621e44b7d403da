#include "model/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mpspec {
namespace {

const double kInf = std::numeric_limits<double>::infinity();

TEST(PythonEqual, NumbersOfDifferentTypes) {
  EXPECT_TRUE(python_equal(1, 1.0));
  EXPECT_TRUE(python_equal(1, true));
  EXPECT_TRUE(python_equal(false, -0.0));
  EXPECT_TRUE(python_equal(1, Complex{1, 0}));
  EXPECT_FALSE(python_equal(1, Complex{1, 1}));
  EXPECT_FALSE(python_equal(1, "1"));
  EXPECT_FALSE(python_equal(0, Value()));
}

TEST(PythonEqual, IntAndFloatAreComparedExactly) {
  const BigInt big = BigInt(1) << 53;
  EXPECT_TRUE(python_equal(Value(big), 9007199254740992.0));
  EXPECT_FALSE(python_equal(Value(BigInt(big + 1)), 9007199254740992.0));
  EXPECT_FALSE(python_equal(Value(BigInt(1) << 2000), kInf));
  EXPECT_FALSE(python_equal(3, 3.5));
}

TEST(PythonEqual, NanEqualsNothing) {
  EXPECT_FALSE(python_equal(std::nan(""), std::nan("")));
  EXPECT_FALSE(python_equal(list({std::nan("")}), list({std::nan("")})));
}

TEST(PythonEqual, Containers) {
  EXPECT_TRUE(python_equal(tuple({1, true}), tuple({1.0, 1})));
  EXPECT_FALSE(python_equal(tuple({1}), list({1})));
  EXPECT_TRUE(python_equal(set({1, 2}), FrozenSet{{2.0, 1}}));
  EXPECT_TRUE(python_equal(dict({{"a", 1}, {"b", 2}}), dict({{"b", 2.0}, {"a", true}})));
  EXPECT_FALSE(python_equal(dict({{"a", 1}}), dict({{"a", 2}})));
  EXPECT_TRUE(python_equal(bytes("a"), ByteArray{"a"}));
}

TEST(Identical, TypesAndSignsMatter) {
  EXPECT_FALSE(identical(1, true));
  EXPECT_FALSE(identical(1, 1.0));
  EXPECT_FALSE(identical(0.0, -0.0));
  EXPECT_TRUE(identical(std::nan(""), std::nan("")));
  EXPECT_FALSE(identical(dict({{"a", 1}, {"b", 2}}), dict({{"b", 2}, {"a", 1}})));
  EXPECT_TRUE(identical(set({1, 2}), set({2, 1})));
  EXPECT_FALSE(identical(set({1, 2}), set({2, true})));
}

TEST(PythonLess, OrdersWhatPythonOrders) {
  EXPECT_EQ(python_less(1, 2.5), true);
  EXPECT_EQ(python_less(2, true), false);
  EXPECT_EQ(python_less("a", "b"), true);
  EXPECT_EQ(python_less("\xed\xa0\x80", "\xf0\x90\x80\x80"), true);
  EXPECT_EQ(python_less(list({1, 2}), list({1, 3})), true);
  EXPECT_EQ(python_less(tuple({1}), tuple({1, 0})), true);
  EXPECT_EQ(python_less(std::nan(""), 1), false);
  EXPECT_EQ(python_less(kInf, Value(BigInt(1) << 2000)), false);
  EXPECT_EQ(python_less(Value(BigInt(1) << 2000), kInf), true);
}

TEST(PythonLess, MixedTypesHaveNoOrder) {
  EXPECT_EQ(python_less(1, "a"), std::nullopt);
  EXPECT_EQ(python_less(Value(), Value()), std::nullopt);
  EXPECT_EQ(python_less(list({1}), tuple({2})), std::nullopt);
  EXPECT_EQ(python_less(list({"a"}), list({1})), std::nullopt);
}

TEST(Hashable, ContainersOfUnhashablesAreNot) {
  EXPECT_TRUE(hashable(tuple({1, tuple({})})));
  EXPECT_FALSE(hashable(tuple({1, list()})));
  EXPECT_FALSE(hashable(dict()));
  EXPECT_TRUE(hashable(FrozenSet{{1}}));
}

TEST(ToPython, IsSourceTextThatReadsBack) {
  EXPECT_EQ(to_python(tuple({1})), "(1,)");
  EXPECT_EQ(to_python(dict({{"it's", list({true, Value(), 1.0})}})),
            "{'it\\'s': [True, None, 1.0]}");
  EXPECT_EQ(to_python("\xed\xa0\x80\n\xf0\x9f\x90\x8d"), "'\\ud800\\x0a\\U0001f40d'");
  EXPECT_EQ(to_python(-kInf), "float('-inf')");
  EXPECT_EQ(to_python(1e300), "1e+300");
  EXPECT_EQ(to_python(bytes(std::string("\0a'", 3))), "b'\\x00a\\''");
}

}  // namespace
}  // namespace mpspec
