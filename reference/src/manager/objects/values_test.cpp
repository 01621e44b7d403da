#include "manager/testing/memory_server.hpp"

namespace mp::manager::testing {
namespace {

class Values : public ::testing::Test {
 protected:
  std::string call(std::string_view method, std::initializer_list<Arg> args = {}) {
    return server_.call(session_, ident_, method, args);
  }

  MemoryServer server_;
  SessionId session_ = server_.connect();
  std::string ident_;
};

TEST_F(Values, ANamespaceIsABagOfAttributes) {
  ident_ = server_.create("Namespace", {}, dict_of({{"y", "hello"}, {"x", 10}, {"_z", 1}}));
  EXPECT_EQ(call("__str__"), "\"Namespace(x=10, y='hello')\"");
  EXPECT_EQ(call("__getattribute__", {"_z"}), "1");
  EXPECT_EQ(call("__setattr__", {"x", nullptr}), "None");
  EXPECT_EQ(call("__getattribute__", {"x"}), "None");
  EXPECT_EQ(call("__delattr__", {"x"}), "None");
  const std::string missing = "AttributeError: 'Namespace' object has no attribute 'x'";
  EXPECT_EQ(call("__getattribute__", {"x"}), missing);
  EXPECT_EQ(call("__delattr__", {"x"}), missing);
  EXPECT_EQ(call("__setattr__", {1, 2}), "TypeError: attribute name must be string, not 'int'");
  EXPECT_EQ(server_.serve("create", {"Namespace", 1}),
            "#TRACEBACK TypeError: Namespace() takes no positional arguments\n");
}

TEST_F(Values, ANamespaceIsCopiedAsPythonsClass) {
  ident_ = server_.create("Namespace", {}, dict_of({{"x", 1}}));
  EXPECT_NE(call("#GETVALUE"), "");
  const Object& copy = server_.last_payload(session_);
  ASSERT_TRUE(copy.is_instance_of("multiprocessing.managers", "Namespace"));
  ASSERT_NE(copy.state(), nullptr);
  EXPECT_EQ(*repr(*copy.state()), "{'x': 1}");
}

TEST_F(Values, AValueKeepsWhateverItIsGiven) {
  ident_ = server_.create("Value", {"i", 5});
  EXPECT_EQ(call("get"), "5");
  EXPECT_EQ(call("set", {"x"}), "None");
  EXPECT_EQ(call("get"), "'x'");
  EXPECT_EQ(call("__repr__"), "\"Value('i', 'x')\"");
  EXPECT_EQ(call("set"), "TypeError: Value.set() missing 1 required positional argument: 'value'");
  EXPECT_EQ(server_.serve("create", {"Value", "i"}),
            "#TRACEBACK TypeError: Value.__init__() missing 1 required positional argument: "
            "'value'\n");
}

TEST_F(Values, AValueAddsInOneCall) {
  ident_ = server_.create("Value", {"i", 40});
  EXPECT_EQ(call("add", {2}), "42");
  EXPECT_EQ(call("add", {true}), "43");
  EXPECT_EQ(call("add", {-0.5}), "42.5");
  EXPECT_EQ(call("add", {"x"}), "TypeError: unsupported operand type(s) for +: 'float' and 'str'");
  EXPECT_EQ(call("get"), "42.5");
}

TEST_F(Values, SumsAreAsLongAsTheyNeedToBe) {
  const Object huge = *Object::integer_from_text("9223372036854775807");
  ident_ = server_.create("Value", {"i", huge});
  EXPECT_EQ(call("add", {1}), "9223372036854775808");
  EXPECT_EQ(call("add", {huge}), "18446744073709551615");
  EXPECT_EQ(call("add", {*Object::integer_from_text("-18446744073709551616")}), "-1");
  EXPECT_EQ(call("add", {-255}), "-256");
  EXPECT_EQ(call("add", {*Object::integer_from_text("-9223372036854775808")}),
            "-9223372036854776064");
  EXPECT_EQ(call("add", {*Object::integer_from_text("1" + std::string(400, '0'))}).size(),
            401u - 1);
  EXPECT_EQ(call("add", {0.5}), "OverflowError: int too large to convert to float");
}

TEST_F(Values, AValueComparesAndSetsInOneCall) {
  ident_ = server_.create("Value", {"i", 1});
  EXPECT_EQ(call("compare_and_set", {2, 3}), "False");
  EXPECT_EQ(call("compare_and_set", {1, std::nan("")}), "True");
  // Not equal to itself, but nobody has changed it.
  EXPECT_EQ(call("compare_and_set", {std::nan(""), list_of({std::nan("")})}), "True");
  EXPECT_EQ(call("compare_and_set", {list_of({2.0}), 4}), "False");
  EXPECT_EQ(call("compare_and_set", {list_of({std::nan("")}), 4}), "True");
  EXPECT_EQ(call("get"), "4");
}

TEST_F(Values, AnIteratorGivesEachItemOnce) {
  ident_ = server_.create("Iterator", {list_of({1, "b"})});
  EXPECT_EQ(call("__next__"), "1");
  EXPECT_EQ(call("#GETVALUE"), "iter(['b'])");
  EXPECT_EQ(call("__next__"), "'b'");
  EXPECT_EQ(call("__next__"), "StopIteration");
  EXPECT_EQ(call("__next__"), "StopIteration");
  EXPECT_EQ(call("send", {1}), "#TRACEBACK KeyError: 'send'\n");
  EXPECT_EQ(server_.serve("create", {"Iterator"}),
            "#TRACEBACK ValueError: Without callable, must have one non-keyword argument\n");
}

TEST_F(Values, AnIteratorGoesOnWhereItsStateSays) {
  const Object three = tuple_of({list_of({1, 2, 3})});
  Object forwards = Object::call(Object::global("builtins", "iter"), three);
  forwards.add_build(Object::integer(1));
  ident_ = server_.create("Iterator", {forwards});
  EXPECT_EQ(call("#GETVALUE"), "iter([2, 3])");
  Object backwards = Object::call(Object::global("builtins", "reversed"), three);
  backwards.add_build(Object::integer(1));
  ident_ = server_.create("Iterator", {backwards});
  EXPECT_EQ(call("#GETVALUE"), "iter([2, 1])");
}

}  // namespace
}  // namespace mp::manager::testing
