#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "mp/object.hpp"
#include "mp/pickle.hpp"
#include "wire/testing/objects.hpp"

namespace mp::testing {
namespace {

Object integer(std::string_view text) { return *Object::integer_from_text(text); }

bool eq(const Object& a, const Object& b) { return *equal(a, b); }

TEST(Equality, IntsAndFloatsAreComparedExactly) {
  EXPECT_TRUE(eq(integer("9007199254740992"), Object::real(0x1p53)));
  EXPECT_FALSE(eq(integer("9007199254740993"), Object::real(0x1p53)));
  EXPECT_TRUE(*compare_less(Object::real(0x1p53), integer("9007199254740993")));
  EXPECT_TRUE(eq(integer("18446744073709551616"), Object::real(0x1p64)));
  EXPECT_FALSE(eq(integer("18446744073709551617"), Object::real(0x1p64)));
  EXPECT_TRUE(*compare_less(integer("-18446744073709551617"), Object::real(-0x1p64)));
  EXPECT_TRUE(*compare_less(integer("9223372036854775807"), Object::real(0x1p63)));
  EXPECT_TRUE(eq(integer("-9223372036854775808"), Object::real(-0x1p63)));
  EXPECT_TRUE(*compare_less(integer("100000000000000000000"), Object::real(INFINITY)));
  EXPECT_FALSE(*compare_less(integer("1"), Object::real(NAN)));
  EXPECT_TRUE(*compare_less(Object::integer(-1), Object::real(-0.5)));
  EXPECT_FALSE(*compare_less(Object::real(-0.5), Object::integer(-1)));
  EXPECT_TRUE(eq(Object::complex(1, 0), Object::boolean(true)));
  EXPECT_TRUE(eq(Object::real(-0.0), Object::boolean(false)));
}

TEST(Equality, TextAndBytesDiffer) {
  EXPECT_FALSE(eq(Object::str("a"), Object::bytes("a")));
  EXPECT_TRUE(eq(Object::bytes("a"), Object::bytearray("a")));
}

TEST(Equality, RangesAreSequences) {
  const auto range = [](int start, int stop, int step) {
    return Object::range(Object::integer(start), Object::integer(stop), Object::integer(step));
  };
  EXPECT_TRUE(eq(range(0, 3, 2), range(0, 4, 2)));
  EXPECT_TRUE(eq(range(2, 0, 1), range(7, 7, -3)));
  EXPECT_TRUE(eq(range(1, 2, 1), range(1, 3, 5)));
  EXPECT_FALSE(eq(range(0, 3, 1), range(0, 3, 2)));
  EXPECT_EQ(*hash(range(0, 3, 2)), *hash(range(0, 4, 2)));
  EXPECT_FALSE(eq(range(0, 3, 1), Object::tuple()));
}

TEST(Equality, OpaquesAreEqualByStructure) {
  const auto point = [](Object x) {
    Object object = Object::instance(Object::global("m", "Point"));
    object.add_build(Object::list({std::move(x)}));
    return object;
  };
  EXPECT_TRUE(eq(point(Object::integer(1)), point(Object::real(1))));
  EXPECT_EQ(*hash(point(Object::integer(1))), *hash(point(Object::real(1))));
  EXPECT_FALSE(eq(point(Object::integer(1)), point(Object::integer(2))));
  EXPECT_FALSE(eq(point(Object::bytes("a")), point(Object::bytearray("a"))));
  EXPECT_FALSE(
      eq(point(Object::integer(1)), Object::call(Object::global("m", "Point"), Object::tuple())));
  EXPECT_FALSE(eq(Object::exception("decimal", "Decimal", {Object::str("1")}), Object::integer(1)));
  EXPECT_EQ(compare_less(point(Object()), point(Object())).error().message,
            "'<' not supported between instances of 'Point' and 'Point'");
  EXPECT_TRUE(is_hashable(point(Object::list())));
}

TEST(Equality, OpaquesInACycleEqualThemselvesOnly) {
  using namespace std::string_literals;
  const std::string bytes =
      "\x80\x04\x8c\1m\x94\x8c\1C\x94\x93\x94)\x81\x94}\x94\x8c\1s\x94h\3sb."s;
  const Object a = *pickle::loads(bytes), b = *pickle::loads(bytes);
  EXPECT_FALSE(eq(a, b));
  EXPECT_TRUE(eq(a, a));
  EXPECT_EQ(*hash(a), *hash(a));
  DictView dict(Object::dict());
  ASSERT_TRUE(dict.set(a, Object::integer(1)));
  EXPECT_NE(*dict.find(a), nullptr);
  EXPECT_EQ(*dict.find(b), nullptr);
}

TEST(Ordering, ErrorsNameTheTypes) {
  EXPECT_EQ(compare_less(Object::str("a"), Object::integer(1)).error().message,
            "'<' not supported between instances of 'str' and 'int'");
  EXPECT_EQ(compare_less(Object(), Object::dict()).error().message,
            "'<' not supported between instances of 'NoneType' and 'dict'");
  EXPECT_EQ(compare_less(Object::complex(1, 0), Object::integer(2)).error().message,
            "'<' not supported between instances of 'complex' and 'int'");
  EXPECT_EQ(
      compare_less(Object::list({Object()}), Object::list({Object::integer(1)})).error().message,
      "'<' not supported between instances of 'NoneType' and 'int'");
}

TEST(Ordering, SortIsStable) {
  Object list = Object::list();
  for (int i = 0; i < 500; ++i)
    list.append(i % 2 == 0 ? Object::integer(i % 7) : Object::real(i % 7));
  const Object before = list.copy();
  ASSERT_TRUE(sort(list));
  std::size_t at = 0;
  for (int value = 0; value < 7; ++value)
    for (const Object& item : before.items())
      if (eq(item, Object::integer(value))) {
        ASSERT_EQ(list.items()[at++].kind(), item.kind());
      }
  EXPECT_EQ(at, 500u);
}

TEST(Ordering, AFailedSortKeepsTheItems) {
  Object list = Object::list();
  for (int i = 0; i < 300; ++i) list.append(Object::integer(300 - i));
  list.append(Object::str("a"));
  list.append(Object::integer(0));
  EXPECT_EQ(sort(list).error().code, ErrorCode::InvalidArgument);
  Object set = *Object::set({list.items().begin(), list.items().end()});
  EXPECT_EQ(*set.length(), 302u);
}

TEST(Types, Names) {
  EXPECT_EQ(type_name(Object()), "NoneType");
  EXPECT_EQ(type_name(Object::boolean(true)), "bool");
  EXPECT_EQ(type_name(Object::unsigned_integer(UINT64_MAX)), "int");
  EXPECT_EQ(type_name(*Object::array('b', "")), "array.array");
  EXPECT_EQ(type_name(Object::global("builtins", "Ellipsis")), "ellipsis");
  EXPECT_EQ(type_name(Object::instance(Object::global("m", "Outer.Inner"))), "Inner");
}

TEST(Types, Unhashable) {
  EXPECT_EQ(unhashable_type(Object::list()), "list");
  EXPECT_EQ(unhashable_type(Object::tuple_of(Object::integer(1), Object::dict())), "dict");
  EXPECT_EQ(unhashable_type(*Object::array('b', "")), "array.array");
  EXPECT_EQ(unhashable_type(Object::str("")), "");
  EXPECT_TRUE(is_hashable(*Object::frozenset({Object::integer(1)})));
  EXPECT_EQ(hash(*Object::set()).error().message, "unhashable type: 'set'");
}

RC_GTEST_PROP(HashProperties, EqualObjectsHaveEqualHashes, ()) {
  const Object a = *comparable_objects();
  const Object b = *rc::gen::oneOf(comparable_objects(), rc::gen::just(a.copy()));
  const auto hash_a = hash(a), hash_b = hash(b);
  RC_ASSERT(hash_a.has_value() == is_hashable(a));
  if (eq(a, b) && hash_a && hash_b) RC_ASSERT(*hash_a == *hash_b);
  // Inside an Opaque everything has a hash.
  const Object x = Object::exception("m", "C", {a}), y = Object::exception("m", "C", {b});
  RC_ASSERT(hash(x).has_value());
  if (eq(x, y)) RC_ASSERT(*hash(x) == *hash(y));
}

RC_GTEST_PROP(EqualityProperties, IsSymmetric, ()) {
  const Object a = *comparable_objects(), b = *comparable_objects();
  RC_ASSERT(eq(a, b) == eq(b, a));
}

}  // namespace
}  // namespace mp::testing
