#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mp/pickle.hpp"
#include "wire/testing/objects.hpp"

// What CPython's manager and its clients were seen to send each other.

namespace mp::testing {
namespace {

using ::testing::StartsWith;

Object str(std::string_view text) { return Object::str(text); }

template <class... T>
Object tuple(T&&... items) {
  return Object::tuple_of(std::forward<T>(items)...);
}

Object request(Object ident, std::string_view method, Object args) {
  return tuple(std::move(ident), str(method), std::move(args), Object::dict());
}

struct Captured {
  const char* name;
  int protocol;
  const char* hex;
  Object object;
};

void PrintTo(const Captured& captured, std::ostream* out) { *out << captured.name; }

class CapturedExchange : public ::testing::TestWithParam<Captured> {};

TEST_P(CapturedExchange, IsWhatDumpsWrites) {
  const Captured& captured = GetParam();
  EXPECT_EQ(to_hex(*pickle::dumps(captured.object, {.protocol = captured.protocol})), captured.hex);
}

TEST_P(CapturedExchange, IsWhatLoadsReads) {
  const Captured& captured = GetParam();
  const Result<Object> object = pickle::loads(from_hex(captured.hex));
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(*repr(*object), *repr(captured.object));
  EXPECT_TRUE(*equal(*object, captured.object));
  EXPECT_EQ(to_hex(*pickle::dumps(*object, {.protocol = captured.protocol})), captured.hex);
}

/// The referent's id is one string throughout, as in a client.
const Object& ident() {
  static const Object kIdent = str("7fdb24904880");
  return kIdent;
}

Object error(Object exception) { return tuple(str("#ERROR"), std::move(exception)); }

std::vector<Captured> exchanges() {
  return {
      {"Dummy", 4, "8004951000000000000000284e8c0564756d6d7994297d9474942e",
       request(Object::none(), "dummy", tuple())},
      {"ReturnNone", 4, "8004950e000000000000008c072352455455524e944e86942e",
       tuple(str("#RETURN"), Object::none())},
      {"DummyProtocol3", 3, "8003284e580500000064756d6d797100297d71017471022e",
       request(Object::none(), "dummy", tuple())},
      {"ReturnNoneProtocol3", 3, "800358070000002352455455524e71004e8671012e",
       tuple(str("#RETURN"), Object::none())},
      {"CreateDict", 4, "8004951900000000000000284e8c06637265617465948c04646963749485947d9474942e",
       request(Object::none(), "create", tuple(str("dict")))},
      {"Incref", 4,
       "8004952100000000000000284e8c06696e63726566948c0c3766646232343930343838309485947d9474942e",
       request(Object::none(), "incref", tuple(ident()))},
      {"Decref", 4,
       "8004952100000000000000284e8c06646563726566948c0c3766646232343930343838309485947d9474942e",
       request(Object::none(), "decref", tuple(ident()))},
      {"AcceptConnection", 4,
       "8004952b00000000000000284e8c116163636570745f636f6e6e656374696f6e948c0b4d61696e50726f6365737"
       "39485947d9474942e",
       request(Object::none(), "accept_connection", tuple(str("MainProcess")))},
      {"SetItem", 4,
       "8004952b00000000000000288c0c376664623234393034383830948c0b5f5f7365746974656d5f5f948c0161944"
       "b0186947d9474942e",
       request(ident(), "__setitem__", tuple(str("a"), Object::integer(1)))},
      {"GetItem", 4,
       "8004952900000000000000288c0c376664623234393034383830948c0b5f5f6765746974656d5f5f948c0161948"
       "5947d9474942e",
       request(ident(), "__getitem__", tuple(str("a")))},
      {"ReturnOne", 4, "8004950f000000000000008c072352455455524e944b0186942e",
       tuple(str("#RETURN"), Object::integer(1))},
      {"KeyError", 4,
       "8004952c000000000000008c06234552524f52948c086275696c74696e73948c084b65794572726f729493948c0"
       "16b948594529486942e",
       error(Object::exception("builtins", "KeyError", {str("k")}))},
      {"IndexError", 4,
       "80049544000000000000008c06234552524f52948c086275696c74696e73948c0a496e6465784572726f7294939"
       "48c176c69737420696e646578206f7574206f662072616e6765948594529486942e",
       error(Object::exception("builtins", "IndexError", {str("list index out of range")}))},
      {"Full", 4,
       "80049520000000000000008c06234552524f52948c057175657565948c0446756c6c94939429529486942e",
       error(Object::exception("queue", "Full"))},
      {"Empty", 4,
       "80049522000000000000008c06234552524f52948c065f7175657565948c05456d70747994939429529486942e",
       error(Object::exception("_queue", "Empty"))},
      {"SendInt", 4, "80044b012e", Object::integer(1)},
  };
}

INSTANTIATE_TEST_SUITE_P(Manager, CapturedExchange, ::testing::ValuesIn(exchanges()),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(Captured, SendOfADict) {
  DictView dict(Object::dict());
  ASSERT_TRUE(dict.set(str("a"), Object::list({Object::integer(1)})));
  EXPECT_EQ(to_hex(*pickle::dumps(dict.object())),
            "8004950d000000000000007d948c0161945d944b0161732e");
}

// The list of a dict's keys comes as a call of list().
TEST(Captured, KeysOfAnEmptyDict) {
  const Result<Object> reply = pickle::loads(from_hex(
      "80049527000000000000008c072352455455524e948c086275696c74696e73948c046c6973749493945d9485945"
      "29486942e"));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(*repr(*reply), "('#RETURN', [])");
}

// The name that is exposed twice is one string.
TEST(Captured, ReplyToCreate) {
  const Object iter = str("__iter__");
  std::vector<Object> exposed;
  for (const char* name : {"__contains__", "__delitem__", "__getitem__"})
    exposed.push_back(str(name));
  exposed.push_back(iter);
  for (const char* name : {"__len__", "__setitem__", "clear", "copy", "get", "items", "keys", "pop",
                           "popitem", "setdefault", "update", "values"})
    exposed.push_back(str(name));
  exposed.push_back(iter);
  const std::string reply =
      *pickle::dumps(tuple(str("#RETURN"), tuple(ident(), Object::tuple(std::move(exposed)))));
  EXPECT_EQ(reply.size(), 207u);
  EXPECT_THAT(
      to_hex(reply),
      StartsWith("800495c4000000000000008c072352455455524e948c0c3766646232343930343838309428"
                 "8c0c5f5f636f6e7461696e735f5f94"));
}

/// A nested proxy of a list, as it travels.
Object list_proxy() {
  constexpr std::string_view kModule = "multiprocessing.managers";
  Object token = Object::instance(Object::global(kModule, "Token"));
  token.add_build(tuple(str("list"), str("m.sock"), str("7f8678d74c80")));
  return Object::call(
      Object::global(kModule, "RebuildProxy"),
      tuple(Object::global(kModule, "ListProxy"), token, str("pickle"), Object::dict()));
}

Object set_nested_proxy() {
  return request(str("7f8678d74fc0"), "__setitem__", tuple(str("p"), list_proxy()));
}

constexpr const char* kSetNestedProxy =
    "800495a600000000000000288c0c376638363738643734666330948c0b5f5f7365746974656d5f5f948c0170948c18"
    "6d756c746970726f63657373696e672e6d616e6167657273948c0c52656275696c6450726f78799493942868038c09"
    "4c69737450726f787994939468038c05546f6b656e9493942981948c046c697374948c066d2e736f636b948c0c3766"
    "38363738643734633830948794628c067069636b6c65947d947494529486947d9474942e";

TEST(Captured, NestedProxy) {
  EXPECT_EQ(to_hex(*pickle::dumps(set_nested_proxy())), kSetNestedProxy);
  EXPECT_EQ(pickle::dumps(set_nested_proxy(), {.protocol = 3})->size(), 245u);
  EXPECT_EQ(pickle::dumps(tuple(str("#RETURN"), list_proxy()))->size(), 149u);
}

TEST(Captured, NestedProxyIsReadAndWrittenAgain) {
  const Result<Object> object = pickle::loads(from_hex(kSetNestedProxy));
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_TRUE(*equal(*object, set_nested_proxy()));
  EXPECT_EQ(to_hex(*pickle::dumps(*object)), kSetNestedProxy);

  const Object& proxy = object->items()[2].items()[1];
  ASSERT_TRUE(proxy.is_instance_of("multiprocessing.managers", "RebuildProxy"));
  const Object& token = proxy.args().items()[1];
  ASSERT_TRUE(token.is_instance_of("multiprocessing.managers", "Token"));
  EXPECT_EQ(token.construction(), Construction::New);
  ASSERT_NE(token.state(), nullptr);
  EXPECT_EQ(*repr(*token.state()), "('list', 'm.sock', '7f8678d74c80')");
}

// Since CPython 3.12 an AttributeError brings a state.
TEST(Captured, ExceptionWithState) {
  Object exception = Object::exception("builtins", "AttributeError", {str("no zz")});
  DictView state(Object::dict());
  ASSERT_TRUE(state.set(str("name"), str("zz")));
  ASSERT_TRUE(state.set(str("args"), exception.args()));
  exception.add_build(state.object());
  const std::string bytes = *pickle::dumps(exception);
  const Result<Object> object = pickle::loads(bytes);
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_TRUE(object->is_instance_of("builtins", "AttributeError"));
  EXPECT_TRUE(object->state()->as_dict().find_str("args")->is(object->args()));
  EXPECT_EQ(*pickle::dumps(*object), bytes);
}

}  // namespace
}  // namespace mp::testing
