#include <gtest/gtest.h>

#include <cmath>

#include "mp/object.hpp"

namespace mp::testing {
namespace {

std::string shown(const Object& object) { return *repr(object); }
std::string real(double value) { return shown(Object::real(value)); }
std::string text(std::string_view utf8) { return shown(Object::str(utf8)); }

TEST(Repr, Floats) {
  EXPECT_EQ(real(1), "1.0");
  EXPECT_EQ(real(-0.0), "-0.0");
  EXPECT_EQ(real(0.1), "0.1");
  EXPECT_EQ(real(1e15), "1000000000000000.0");
  EXPECT_EQ(real(1e16), "1e+16");
  EXPECT_EQ(real(123456789012345680.0), "1.2345678901234568e+17");
  EXPECT_EQ(real(1e-4), "0.0001");
  EXPECT_EQ(real(1e-5), "1e-05");
  EXPECT_EQ(real(1.5e300), "1.5e+300");
  EXPECT_EQ(real(5e-324), "5e-324");
  EXPECT_EQ(real(-INFINITY), "-inf");
  EXPECT_EQ(real(-std::nan("")), "nan");
}

TEST(Repr, Complex) {
  EXPECT_EQ(shown(Object::complex(1, 2)), "(1+2j)");
  EXPECT_EQ(shown(Object::complex(0, -1.5)), "-1.5j");
  EXPECT_EQ(shown(Object::complex(-0.0, 1)), "(-0+1j)");
  EXPECT_EQ(shown(Object::complex(NAN, -INFINITY)), "(nan-infj)");
  EXPECT_EQ(shown(Object::complex(1e16, NAN)), "(1e+16+nanj)");
}

TEST(Repr, Texts) {
  EXPECT_EQ(text("it's"), "\"it's\"");
  EXPECT_EQ(text("it's \"so\""), "'it\\'s \"so\"'");
  EXPECT_EQ(text(std::string("\0\x1f\x7f\t\n\r\\", 7)), "'\\x00\\x1f\\x7f\\t\\n\\r\\\\'");
  EXPECT_EQ(text("\u00e9\u00a0\u00ad\u0378"), "'\u00e9\\xa0\\xad\\u0378'");
  EXPECT_EQ(text("\u4e2d\U0001f600\ue000\U0010ffff\xed\xa0\x80"),
            "'\u4e2d\U0001f600\\ue000\\U0010ffff\\ud800'");
  EXPECT_EQ(shown(Object::bytes("a'\"\xff\n")), "b'a\\'\"\\xff\\n'");
  EXPECT_EQ(shown(Object::bytes("it's")), "b\"it's\"");
  EXPECT_EQ(shown(Object::bytearray("it's")), "bytearray(b\"it\\'s\")");
}

TEST(Repr, Containers) {
  EXPECT_EQ(shown(Object::tuple()), "()");
  EXPECT_EQ(shown(Object::tuple_of(Object::integer(1))), "(1,)");
  EXPECT_EQ(shown(*Object::set()), "set()");
  EXPECT_EQ(shown(*Object::frozenset()), "frozenset()");
  EXPECT_EQ(shown(*Object::frozenset({Object::tuple_of(Object(), Object::boolean(false))})),
            "frozenset({(None, False)})");
  EXPECT_EQ(shown(Object::range(Object::integer(0), Object::integer(3), Object::integer(-2))),
            "range(0, 3, -2)");
  EXPECT_EQ(shown(Object::slice(Object(), Object::str("x"), Object())), "slice(None, 'x', None)");
  EXPECT_EQ(shown(*Object::array('f', {"\0\0\xc0\x3f", 4})), "array('f', [1.5])");
  EXPECT_EQ(shown(*Object::array('u', {"A\0\0\0\x27\0\0\0", 8})), "array('u', \"A'\")");
  EXPECT_EQ(shown(*Object::array('i', "")), "array('i')");
}

TEST(Repr, Recursion) {
  Object list = Object::list();
  DictView dict(Object::dict());
  ASSERT_TRUE(dict.set(Object::str("l"), list));
  list.append(dict.object());
  EXPECT_EQ(shown(list), "[{'l': [...]}]");
  EXPECT_EQ(shown(dict.object()), "{'l': [{...}]}");
  // Twice is not recursive.
  EXPECT_EQ(shown(Object::tuple_of(Object::list(), list)), "([], [{'l': [...]}])");
  list.clear();
}

TEST(Repr, Opaque) {
  EXPECT_EQ(shown(Object::exception("builtins", "KeyError", {Object::str("k")})), "KeyError('k')");
  EXPECT_EQ(shown(Object::exception("queue", "Empty")), "Empty()");
  EXPECT_EQ(shown(Object::global("builtins", "Ellipsis")), "Ellipsis");
  EXPECT_EQ(shown(Object::global("m", "C")), "<class 'm.C'>");
  EXPECT_EQ(shown(Object::instance(Object::global("m", "C"))), "<C object>");
}

}  // namespace
}  // namespace mp::testing
