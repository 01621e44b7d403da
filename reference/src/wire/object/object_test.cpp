#include "mp/object.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "wire/testing/objects.hpp"

namespace mp::testing {
namespace {

Object ints(std::initializer_list<int> values) {
  std::vector<Object> items;
  for (const int value : values) items.push_back(Object::integer(value));
  return Object::list(std::move(items));
}

TEST(Object, ScalarsKeepKindAndValue) {
  EXPECT_EQ(Object().kind(), Kind::None);
  EXPECT_EQ(Object::boolean(true).kind(), Kind::Bool);
  EXPECT_EQ(Object::boolean(true).as_int64(), 1);
  EXPECT_EQ(Object::integer(INT64_MIN).as_int64(), INT64_MIN);
  EXPECT_EQ(Object::unsigned_integer(UINT64_MAX).int_text(), "18446744073709551615");
  EXPECT_FALSE(Object::unsigned_integer(UINT64_MAX).fits_int64());
  EXPECT_EQ(Object::unsigned_integer(UINT64_MAX).kind(), Kind::Int);
  EXPECT_EQ(Object::real(-0.5).as_double(), -0.5);
  EXPECT_EQ(Object::complex(1, 2).as_complex(), std::pair(1.0, 2.0));
  EXPECT_EQ(Object::str(std::string_view("\0x", 2)).as_str(), std::string_view("\0x", 2));
}

TEST(Object, HandlesAreTheSameObject) {
  Object list = ints({1});
  Object same = list;
  same.append(Object::integer(2));
  EXPECT_EQ(*repr(list), "[1, 2]");
  EXPECT_TRUE(list.is(same));
  EXPECT_FALSE(list.is(list.copy()));
  EXPECT_FALSE(Object::real(std::nan("")).is(Object::real(std::nan(""))));
  EXPECT_TRUE(Object::integer(5).is(Object::integer(5)));
  EXPECT_FALSE(Object::integer(1).is(Object::boolean(true)));
}

TEST(Object, MovedFromIsNone) {
  Object list = ints({1});
  const Object taken = std::move(list);
  EXPECT_TRUE(list.is_none());
  EXPECT_EQ(*repr(taken), "[1]");
}

TEST(Object, ListsChange) {
  Object list = ints({1, 2, 3});
  list.insert(0, Object::str("first"));
  list.insert(4, Object::str("last"));
  list.set_at(2, Object::none());
  EXPECT_EQ(*repr(list), "['first', 1, None, 3, 'last']");
  EXPECT_EQ(*repr(list.take_at(0)), "'first'");
  list.splice(1, 2, {Object::integer(7), Object::integer(8), Object::integer(9)});
  EXPECT_EQ(*repr(list), "[1, 7, 8, 9, 'last']");
  list.splice(0, 4, {});
  EXPECT_EQ(*repr(list), "['last']");
  list.append(Object::integer(1));
  list.reverse();
  EXPECT_EQ(*repr(list), "[1, 'last']");
  list.clear();
  EXPECT_EQ(*repr(list), "[]");
}

TEST(Object, SetsAreOfUnequalItems) {
  Object set = *Object::set({Object::integer(1), Object::real(1), Object::boolean(true)});
  EXPECT_EQ(*repr(set), "{1}");
  EXPECT_FALSE(*set.add(Object::complex(1, 0)));
  EXPECT_TRUE(*set.add(Object::str("a")));
  EXPECT_TRUE(*set.contains(Object::real(1)));
  EXPECT_TRUE(*set.discard(Object::boolean(true)));
  EXPECT_FALSE(*set.discard(Object::boolean(true)));
  EXPECT_EQ(*repr(set), "{'a'}");
  EXPECT_EQ(set.add(Object::list()).error().message, "unhashable type: 'list'");
  EXPECT_EQ(Object::frozenset({Object::dict()}).error().message, "unhashable type: 'dict'");
}

TEST(Object, LargeSetsForgetWhatIsTakenOut) {
  Object set = *Object::set();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(*set.add(Object::integer(i)));
  for (int i = 0; i < 1000; i += 2) ASSERT_TRUE(*set.discard(Object::integer(i)));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(*set.contains(Object::integer(i)), i % 2 == 1);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(*set.add(Object::integer(i)), i % 2 == 0);
  EXPECT_EQ(*set.length(), 1000u);
}

TEST(Object, Arrays) {
  const Object array = *Object::array('h', std::string("\1\0\xff\xff", 4));
  EXPECT_EQ(*array.length(), 2u);
  EXPECT_EQ(array.array_item(1).as_int64(), -1);
  EXPECT_EQ(Object::array('h', "abc").error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(Object::array('z', "").error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(Object::array_item_bytes('d'), 8u);
}

TEST(Object, Lengths) {
  EXPECT_EQ(*Object::str("\u00e9\U0001f600\xed\xa0\x80").length(), 3u);
  EXPECT_EQ(*Object::bytes("\xc3\xa9").length(), 2u);
  EXPECT_EQ(*Object::range(Object::integer(0), Object::integer(10), Object::integer(3)).length(),
            4u);
  EXPECT_EQ(*Object::range(Object::integer(5), Object::integer(0), Object::integer(-2)).length(),
            3u);
  EXPECT_EQ(*Object::range(Object::integer(5), Object::integer(0), Object::integer(1)).length(),
            0u);
  EXPECT_EQ(Object::range(Object::integer(0), *Object::integer_from_text("9223372036854775808"),
                          Object::integer(1))
                .length()
                .error()
                .code,
            ErrorCode::TooLarge);
  EXPECT_EQ(Object::integer(1).length().error().message, "object of type 'int' has no len()");
}

TEST(Object, TextIsUtf8WithSurrogates) {
  EXPECT_TRUE(Object::is_text(""));
  EXPECT_TRUE(Object::is_text("abcdefgh\u00e9\u4e2d\U0010ffff\xed\xa0\x80"));
  for (const char* wrong :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xe4\xb8", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "abcdefgh\xe9x"})
    EXPECT_FALSE(Object::is_text(wrong)) << to_hex(wrong);
}

TEST(Object, IntegersFromText) {
  for (const char* text :
       {"0", "1", "-1", "127", "-128", "128", "-129", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "-9223372036854775809", "100000000000000000000000000000000000000000",
        "-340282366920938463463374607431768211456"})
    EXPECT_EQ(Object::integer_from_text(text)->int_text(), text);
  EXPECT_EQ(Object::integer_from_text("+007")->as_int64(), 7);
  for (const char* text : {"", "-", "1 ", "0x10", "--1", "1_000"})
    EXPECT_FALSE(Object::integer_from_text(text)) << text;
}

TEST(Object, IntegersAreMinimal) {
  EXPECT_EQ(Object::integer(0).int_bytes(), "");
  EXPECT_EQ(to_hex(Object::integer(128).int_bytes()), "8000");
  EXPECT_EQ(to_hex(Object::integer(-128).int_bytes()), "80");
  EXPECT_TRUE(Object::integer_from_bytes(from_hex("0500000000000000000000")).fits_int64());
  EXPECT_EQ(Object::integer_from_bytes(from_hex("ffffffffffffffffffffff")).as_int64(), -1);
}

TEST(Object, Exceptions) {
  const Object error = Object::exception("builtins", "KeyError", {Object::str("k")});
  EXPECT_TRUE(error.is_instance_of("builtins", "KeyError"));
  EXPECT_FALSE(error.is_instance_of("builtins", "IndexError"));
  EXPECT_EQ(type_name(error), "KeyError");
  EXPECT_EQ(error.args().items().size(), 1u);
  EXPECT_EQ(error.state(), nullptr);
}

using ObjectDeathTest = ::testing::Test;
TEST(ObjectDeathTest, TheWrongAccessorStopsTheProgram) {
  EXPECT_DEATH((void)Object::integer(1).as_str(), "Tag::Str");
  EXPECT_DEATH((void)Object::str("a").items(), "Tag::Set");
  EXPECT_DEATH(Object::list().set_at(0, Object()), "position <");
}

}  // namespace
}  // namespace mp::testing
