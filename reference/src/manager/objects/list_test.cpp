#include "manager/testing/memory_server.hpp"

namespace mp::manager::testing {
namespace {

class ListReferent : public ::testing::Test {
 protected:
  /// A call on a list that was made of the first argument.
  std::string on(const Object& items, std::string_view method, std::initializer_list<Arg> args = {},
                 const Object& kwargs = Object::dict()) {
    ident_ = server_.create("list", {items});
    return again(method, args, kwargs);
  }
  std::string again(std::string_view method, std::initializer_list<Arg> args = {},
                    const Object& kwargs = Object::dict()) {
    return server_.call(session_, ident_, method, args, kwargs);
  }
  std::string now() { return again("__repr__"); }

  MemoryServer server_;
  SessionId session_ = server_.connect();
  std::string ident_;
};

Object number(int value) { return Object::integer(value); }
const Object kThree = list_of({1, 2, 3});

// What is no subscript overflows instead of being out of range, and a bound is clipped.
TEST_F(ListReferent, IntsOfMoreThan64BitsAreToldApart) {
  const Object huge = *Object::integer_from_text("1180591620717411303424");
  const Object least = *Object::integer_from_text("-1180591620717411303424");
  for (const Object& number : {huge, least}) {
    EXPECT_EQ(on(kThree, "pop", {number}),
              "OverflowError: Python int too large to convert to C ssize_t");
    EXPECT_EQ(on(kThree, "insert", {number, 1}),
              "OverflowError: Python int too large to convert to C ssize_t");
    EXPECT_EQ(on(kThree, "__mul__", {number}),
              "OverflowError: cannot fit 'int' into an index-sized integer");
  }
  EXPECT_EQ(on(kThree, "index", {3, least, huge}), "2");
  EXPECT_EQ(on(kThree, "index", {3, huge}), "ValueError: 3 is not in list");
}

TEST_F(ListReferent, IsMadeOfAnIterable) {
  for (const auto& [given, expected] : std::vector<std::pair<Object, std::string>>{
           {Object::tuple(objects({1, "a"})), "\"[1, 'a']\""},
           {Object::str("ab"), "\"['a', 'b']\""},
           {Object::bytes("ab"), "'[97, 98]'"},
           {Object::range(Object::integer(5), Object::integer(0), Object::integer(-2)),
            "'[5, 3, 1]'"},
           {dict_of({{"k", 1}}), "\"['k']\""},
           {Object::call(Object::global("collections", "deque"), tuple_of({list_of({1, 2})})),
            "'[1, 2]'"},
           {Object::call(Object::global("builtins", "zip"),
                         tuple_of({"abc", Object::range(number(0), number(2), number(1))})),
            "\"[('a', 0), ('b', 1)]\""},
           {Object::call(Object::global("builtins", "enumerate"), tuple_of({"a", 5})),
            "\"[(5, 'a')]\""}}) {
    EXPECT_EQ(on(given, "__repr__"), expected);
  }
  EXPECT_EQ(server_.serve("create", {"list", 5}),
            "#TRACEBACK TypeError: 'int' object is not iterable\n");
  EXPECT_EQ(server_.serve("create", {"list", 5, 6}),
            "#TRACEBACK TypeError: list expected at most 1 argument, got 2\n");
}

TEST_F(ListReferent, ReadsItemsAndSlices) {
  EXPECT_EQ(on(kThree, "__getitem__", {0}), "1");
  EXPECT_EQ(on(kThree, "__getitem__", {-1}), "3");
  EXPECT_EQ(on(kThree, "__getitem__", {true}), "2");
  EXPECT_EQ(on(kThree, "__getitem__", {slice_of(1, nullptr)}), "[2, 3]");
  EXPECT_EQ(on(kThree, "__getitem__", {slice_of(nullptr, nullptr, -1)}), "[3, 2, 1]");
  EXPECT_EQ(on(kThree, "__getitem__", {slice_of(-100, 100, 2)}), "[1, 3]");
  EXPECT_EQ(on(kThree, "__getitem__", {slice_of(2, 1)}), "[]");
  EXPECT_EQ(on(kThree, "__getitem__", {3}), "IndexError: list index out of range");
  EXPECT_EQ(on(kThree, "__getitem__", {-4}), "IndexError: list index out of range");
  EXPECT_EQ(on(kThree, "__getitem__", {"x"}),
            "TypeError: list indices must be integers or slices, not str");
  EXPECT_EQ(on(kThree, "__getitem__", {*Object::integer_from_text("99999999999999999999")}),
            "IndexError: cannot fit 'int' into an index-sized integer");
  EXPECT_EQ(on(kThree, "__getitem__", {slice_of(0, 3, 0)}),
            "ValueError: slice step cannot be zero");
}

TEST_F(ListReferent, AssignsItemsAndSlices) {
  EXPECT_EQ(on(kThree, "__setitem__", {-1, "c"}), "None");
  EXPECT_EQ(now(), "\"[1, 2, 'c']\"");
  EXPECT_EQ(on(kThree, "__setitem__", {slice_of(1, 1), tuple_of({8, 9})}), "None");
  EXPECT_EQ(now(), "'[1, 8, 9, 2, 3]'");
  EXPECT_EQ(on(kThree, "__setitem__", {slice_of(2, 0), list_of({7})}), "None");
  EXPECT_EQ(now(), "'[1, 2, 7, 3]'");
  EXPECT_EQ(on(kThree, "__setitem__", {slice_of(nullptr, nullptr, -2), list_of({7, 8})}), "None");
  EXPECT_EQ(now(), "'[8, 2, 7]'");
  EXPECT_EQ(on(kThree, "__setitem__", {slice_of(nullptr, nullptr, 2), list_of({7})}),
            "ValueError: attempt to assign sequence of size 1 to extended slice of size 2");
  EXPECT_EQ(on(kThree, "__setitem__", {slice_of(0, 1), 5}),
            "TypeError: can only assign an iterable");
  EXPECT_EQ(on(kThree, "__setitem__", {3, 0}), "IndexError: list assignment index out of range");
  EXPECT_EQ(now(), "'[1, 2, 3]'");
}

TEST_F(ListReferent, DeletesItemsAndSlices) {
  EXPECT_EQ(on(kThree, "__delitem__", {0}), "None");
  EXPECT_EQ(now(), "'[2, 3]'");
  EXPECT_EQ(on(list_of({0, 1, 2, 3, 4}), "__delitem__", {slice_of(nullptr, nullptr, 2)}), "None");
  EXPECT_EQ(now(), "'[1, 3]'");
  EXPECT_EQ(on(list_of({0, 1, 2, 3, 4}), "__delitem__", {slice_of(3, 0, -2)}), "None");
  EXPECT_EQ(now(), "'[0, 2, 4]'");
  EXPECT_EQ(on(kThree, "__delitem__", {99}), "IndexError: list assignment index out of range");
}

TEST_F(ListReferent, InsertsAndPops) {
  EXPECT_EQ(on(kThree, "insert", {-100, 0}), "None");
  EXPECT_EQ(again("insert", {100, 4}), "None");
  EXPECT_EQ(now(), "'[0, 1, 2, 3, 4]'");
  EXPECT_EQ(again("pop"), "4");
  EXPECT_EQ(again("pop", {0}), "0");
  EXPECT_EQ(again("pop", {9}), "IndexError: pop index out of range");
  EXPECT_EQ(on(list_of({}), "pop"), "IndexError: pop from empty list");
}

TEST_F(ListReferent, SearchesByValue) {
  const Object mixed = list_of({1, "1", 1.0, true, 2});
  EXPECT_EQ(on(mixed, "count", {1}), "3");
  EXPECT_EQ(on(mixed, "index", {2}), "4");
  EXPECT_EQ(on(mixed, "index", {1, 1}), "2");
  EXPECT_EQ(on(mixed, "index", {1, 3, 2}), "ValueError: 1 is not in list");
  EXPECT_EQ(on(mixed, "index", {"z", -2, 100}), "ValueError: 'z' is not in list");
  EXPECT_EQ(on(mixed, "__contains__", {1}), "True");
  EXPECT_EQ(on(mixed, "__contains__", {std::nan("")}), "False");
  EXPECT_EQ(on(mixed, "remove", {9}), "ValueError: list.remove(x): x not in list");
  EXPECT_EQ(on(mixed, "remove", {1.0}), "None");
  EXPECT_EQ(now(), "\"['1', 1.0, True, 2]\"");
}

TEST_F(ListReferent, SortsAndReverses) {
  EXPECT_EQ(on(list_of({3, 1, 2}), "sort"), "None");
  EXPECT_EQ(now(), "'[1, 2, 3]'");
  EXPECT_EQ(again("sort", {}, dict_of({{"reverse", true}})), "None");
  EXPECT_EQ(now(), "'[3, 2, 1]'");
  EXPECT_EQ(again("reverse"), "None");
  EXPECT_EQ(now(), "'[1, 2, 3]'");
  EXPECT_EQ(on(list_of({1, "a"}), "sort"),
            "TypeError: '<' not supported between instances of 'str' and 'int'");
  EXPECT_EQ(on(kThree, "sort", {}, dict_of({{"key", Object::global("builtins", "len")}})),
            "TypeError: a key function is code, and this server keeps data only");
  EXPECT_EQ(on(kThree, "__reversed__"), "reversed([1, 2, 3])");
}

TEST_F(ListReferent, AddsAndMultiplies) {
  EXPECT_EQ(on(kThree, "__add__", {list_of({4})}), "[1, 2, 3, 4]");
  EXPECT_EQ(on(kThree, "__add__", {5}),
            "TypeError: can only concatenate list (not \"int\") to list");
  EXPECT_EQ(on(kThree, "__mul__", {2}), "[1, 2, 3, 1, 2, 3]");
  EXPECT_EQ(on(kThree, "__rmul__", {-1}), "[]");
  EXPECT_EQ(now(), "'[1, 2, 3]'");
  EXPECT_EQ(on(kThree, "__mul__", {"a"}),
            "TypeError: 'str' object cannot be interpreted as an integer");
  EXPECT_EQ(on(kThree, "__mul__", {1 << 30}), "MemoryError");
  EXPECT_EQ(on(kThree, "__imul__", {0}), "[]");
  EXPECT_EQ(now(), "'[]'");
  EXPECT_EQ(on(kThree, "extend", {Object::str("ab")}), "None");
  EXPECT_EQ(now(), "\"[1, 2, 3, 'a', 'b']\"");
  EXPECT_EQ(on(kThree, "extend", {5}), "TypeError: 'int' object is not iterable");
}

TEST_F(ListReferent, CountsArguments) {
  EXPECT_EQ(on(kThree, "append"), "TypeError: list.append() takes exactly one argument (0 given)");
  EXPECT_EQ(on(kThree, "reverse", {1}), "TypeError: list.reverse() takes no arguments (1 given)");
  EXPECT_EQ(on(kThree, "insert", {1}), "TypeError: insert expected 2 arguments, got 1");
  EXPECT_EQ(on(kThree, "append", {}, dict_of({{"x", 1}})),
            "TypeError: list.append() takes no keyword arguments");
  EXPECT_EQ(on(kThree, "sort", {1}), "TypeError: sort() takes no positional arguments");
}

TEST_F(ListReferent, CopiesTheReferentOfAProxy) {
  const std::string first = server_.create("list", {kThree});
  EXPECT_EQ(on(MemoryServer::proxy("list", first), "__repr__"), "'[1, 2, 3]'");
  EXPECT_EQ(server_.call(session_, first, "append", {4}), "None");
  EXPECT_EQ(now(), "'[1, 2, 3]'");
  EXPECT_EQ(again("__add__", {MemoryServer::proxy("list", first)}),
            "TypeError: can only concatenate list (not \"ListProxy\") to list");
}

TEST_F(ListReferent, RefusesToGrowBeyondReason) {
  const Object endless = Object::range(
      Object::integer(0), *Object::integer_from_text("1000000000000"), Object::integer(1));
  EXPECT_EQ(on(kThree, "extend", {endless}), "MemoryError");
  EXPECT_EQ(now(), "'[1, 2, 3]'");
}

}  // namespace
}  // namespace mp::manager::testing
