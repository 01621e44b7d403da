#include "manager/testing/memory_server.hpp"

namespace mp::manager::testing {
namespace {

class ArrayReferent : public ::testing::Test {
 protected:
  std::string make(const char* typecode, const Object& sequence) {
    ident_ = server_.create("Array", {typecode, sequence});
    return call("__repr__");
  }
  std::string call(std::string_view method, std::initializer_list<Arg> args = {}) {
    return server_.call(session_, ident_, method, args);
  }
  std::string refuse(std::initializer_list<Arg> args) { return server_.serve("create", args); }

  MemoryServer server_;
  SessionId session_ = server_.connect();
  std::string ident_;
};

Object big(const char* digits) { return *Object::integer_from_text(digits); }

TEST_F(ArrayReferent, IsMadeOfASequence) {
  EXPECT_EQ(make("i", list_of({1, -2})), "\"array('i', [1, -2])\"");
  EXPECT_EQ(make("d", tuple_of({1, 0.5})), "\"array('d', [1.0, 0.5])\"");
  EXPECT_EQ(make("u", Object::str("a\u00e9\u20ac")), "\"array('u', 'a\u00e9\u20ac')\"");
  EXPECT_EQ(make("h", Object::bytes(std::string_view("\1\0\2\0", 4))), "\"array('h', [1, 2])\"");
  EXPECT_EQ(make("b", list_of({})), "\"array('b')\"");
}

TEST_F(ArrayReferent, CannotBeMadeOfOtherThings) {
  EXPECT_EQ(refuse({"Array", "i", 5}), "#TRACEBACK TypeError: 'int' object is not iterable\n");
  EXPECT_EQ(refuse({"Array", "y", list_of({})}),
            "#TRACEBACK ValueError: bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or "
            "d)\n");
  EXPECT_EQ(refuse({"Array", "ii", list_of({})}),
            "#TRACEBACK TypeError: array() argument 1 must be a unicode character, not str\n");
  EXPECT_EQ(refuse({"Array", "i", Object::bytes("abc")}),
            "#TRACEBACK ValueError: bytes length not a multiple of item size\n");
  EXPECT_EQ(refuse({"Array", "i", "ab"}),
            "#TRACEBACK TypeError: cannot use a str to initialize an array with typecode 'i'\n");
}

TEST_F(ArrayReferent, ReadsAndAssignsItems) {
  make("i", list_of({1, 2, 3}));
  EXPECT_EQ(call("__len__"), "3");
  EXPECT_EQ(call("__getitem__", {-1}), "3");
  EXPECT_EQ(call("__setitem__", {0, 9}), "None");
  EXPECT_EQ(call("#GETVALUE"), "array('i', [9, 2, 3])");
  EXPECT_EQ(call("__getitem__", {9}), "IndexError: array index out of range");
  EXPECT_EQ(call("__setitem__", {9, 1}), "IndexError: array assignment index out of range");
  EXPECT_EQ(call("__getitem__", {"x"}), "TypeError: array indices must be integers");
}

TEST_F(ArrayReferent, ReadsAndAssignsSlices) {
  make("i", list_of({1, 2, 3, 4}));
  EXPECT_EQ(call("__getitem__", {slice_of(nullptr, nullptr, 2)}), "array('i', [1, 3])");
  const Object two = *Object::array('i', std::string_view("\7\0\0\0\10\0\0\0", 8));
  EXPECT_EQ(call("__setitem__", {slice_of(0, 1), two}), "None");
  EXPECT_EQ(call("#GETVALUE"), "array('i', [7, 8, 2, 3, 4])");
  EXPECT_EQ(call("__setitem__", {slice_of(nullptr, nullptr, -3), two}), "None");
  EXPECT_EQ(call("#GETVALUE"), "array('i', [7, 8, 2, 3, 7])");
  EXPECT_EQ(call("__setitem__", {slice_of(nullptr, nullptr, 2), two}),
            "ValueError: attempt to assign array of size 2 to extended slice of size 3");
  EXPECT_EQ(call("__setitem__", {slice_of(0, 1), list_of({1})}),
            "TypeError: can only assign array (not \"list\") to array slice");
  EXPECT_EQ(call("__setitem__", {slice_of(0, 1), *Object::array('b', "a")}),
            "TypeError: bad argument type for built-in operation");
}

TEST_F(ArrayReferent, HoldsWhatFitsTheTypeAndNothingElse) {
  struct Range {
    const char* typecode;
    const char* least;
    const char* most;
    const char* below;
    const char* above;
  };
  for (const Range& range :
       std::vector<Range>{{"b", "-128", "127", "-129", "128"},
                          {"B", "0", "255", "-1", "256"},
                          {"h", "-32768", "32767", "-32769", "32768"},
                          {"H", "0", "65535", "-1", "65536"},
                          {"i", "-2147483648", "2147483647", "-2147483649", "2147483648"},
                          {"I", "0", "4294967295", "-1", "4294967296"},
                          {"l", "-9223372036854775808", "9223372036854775807",
                           "-9223372036854775809", "9223372036854775808"},
                          {"L", "0", "18446744073709551615", "-1", "18446744073709551616"},
                          {"q", "-9223372036854775808", "9223372036854775807",
                           "-9223372036854775809", "9223372036854775808"},
                          {"Q", "0", "18446744073709551615", "-1", "99999999999999999999999999"}}) {
    make(range.typecode, list_of({0}));
    for (const char* fits : {range.least, range.most}) {
      EXPECT_EQ(call("__setitem__", {0, big(fits)}), "None") << range.typecode << fits;
      EXPECT_EQ(call("__getitem__", {0}), fits) << range.typecode;
    }
    EXPECT_TRUE(call("__setitem__", {0, big(range.below)}).starts_with("OverflowError"));
    EXPECT_TRUE(call("__setitem__", {0, big(range.above)}).starts_with("OverflowError"));
    EXPECT_EQ(call("__getitem__", {0}), range.most);
  }
}

TEST_F(ArrayReferent, RefusesWrongTypes) {
  make("i", list_of({1}));
  EXPECT_EQ(call("__setitem__", {0, 1.5}),
            "TypeError: 'float' object cannot be interpreted as an integer");
  EXPECT_EQ(call("__setitem__", {0, big("2147483648")}),
            "OverflowError: signed integer is greater than maximum");
  EXPECT_EQ(call("__getitem__", {0}), "1");
  make("d", list_of({1}));
  EXPECT_EQ(call("__setitem__", {0, "x"}), "TypeError: must be real number, not str");
  make("u", Object::str("a"));
  EXPECT_EQ(call("__setitem__", {0, "ab"}), "TypeError: array item must be a unicode character");
}

}  // namespace
}  // namespace mp::manager::testing
