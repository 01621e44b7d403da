#include "manager/core/dispatcher.hpp"

#include "manager/testing/memory_server.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

std::string unhex(std::string_view digits) {
  const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
  }
  return bytes;
}

/// `text` with every `from` replaced by `to`.
std::string replace(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

class DispatcherTest : public ::testing::Test {
 protected:
  MemoryServer server_;
};

// --- Requests as CPython's clients sent them ---------------------------------------------------

TEST_F(DispatcherTest, AnswersCapturedRequests) {
  for (const std::string_view request :
       {"8004951000000000000000284e8c0564756d6d7994297d9474942e",  // 3.8 to 3.13
        "8003284e580500000064756d6d797100297d71017471022e"}) {     // 3.6 and 3.7
    Dispatcher& dispatcher = server_.dispatcher();
    const SessionId session = dispatcher.open(1);
    dispatcher.receive(session, unhex(request), server_.now());
    const std::vector<Dispatcher::Reply> replies = dispatcher.take_replies();
    ASSERT_EQ(replies.size(), 1u);
    EXPECT_EQ(*replies[0].payload, unhex("8004950e000000000000008c072352455455524e944e86942e"));
    EXPECT_TRUE(replies[0].close);
    dispatcher.close(session);
  }
}

TEST_F(DispatcherTest, ServesACapturedSession) {
  Dispatcher& dispatcher = server_.dispatcher();
  const SessionId session = dispatcher.open(1);
  const auto exchange = [&](const std::string& request) {
    dispatcher.receive(session, request, server_.now());
    std::vector<Dispatcher::Reply> replies = dispatcher.take_replies();
    EXPECT_EQ(replies.size(), 1u);
    return replies.empty() ? std::string() : *replies[0].payload;
  };
  const std::string ident = server_.create("dict");
  // The captured ident has twelve characters and ours sixteen: the string's length byte grows by
  // four, and so does the frame around it.
  const auto ours = [&](std::string_view hex) {
    std::string request =
        replace(unhex(hex), std::string("\x0c") + "7fdb24904880", std::string("\x10") + ident);
    request[3] = static_cast<char>(request[3] + 4);
    return request;
  };
  const std::string done = unhex("8004950e000000000000008c072352455455524e944e86942e");
  EXPECT_EQ(exchange(unhex("8004952b00000000000000284e8c116163636570745f636f6e6e656374696f6e948c0b4"
                           "d61696e50726f636573739485947d9474942e")),
            done);
  EXPECT_EQ(exchange(ours("8004952b00000000000000288c0c376664623234393034383830948c0b5f5f7365746974"
                          "656d5f5f948c0161944b0186947d9474942e")),
            done);
  EXPECT_EQ(exchange(ours("8004952900000000000000288c0c376664623234393034383830948c0b5f5f6765746974"
                          "656d5f5f948c01619485947d9474942e")),
            unhex("8004950f000000000000008c072352455455524e944b0186942e"));
}

TEST_F(DispatcherTest, SendsExceptionsAsCPythonDoes) {
  const SessionId session = server_.connect();
  const std::string dict = server_.create("dict");
  const std::string queue = server_.create("Queue", {1});
  Dispatcher& dispatcher = server_.dispatcher();
  const auto reply_to = [&](const std::string& ident, std::string_view method,
                            std::initializer_list<Arg> args) {
    const Result<std::string> request =
        encode_request(Object::str(ident), method, Object::tuple(objects(args)), Object::dict());
    dispatcher.receive(session, *request, server_.now());
    return *dispatcher.take_replies().at(0).payload;
  };
  EXPECT_EQ(reply_to(dict, "__getitem__", {"k"}),
            unhex("8004952c000000000000008c06234552524f52948c086275696c74696e73948c084b65794572726f"
                  "729493948c016b948594529486942e"));
  reply_to(queue, "put", {1});
  EXPECT_EQ(
      reply_to(queue, "put_nowait", {1}),
      unhex("80049520000000000000008c06234552524f52948c057175657565948c0446756c6c94939429529486"
            "942e"));
}

// --- Requests to the server itself -------------------------------------------------------------

TEST_F(DispatcherTest, CreateNamesTheMethodsInCPythonsOrder) {
  const auto exposed = [&](std::string_view type_id, std::initializer_list<Arg> args = {}) {
    std::vector<Object> all = objects(args);
    all.insert(all.begin(), Object::str(type_id));
    const SessionId session = server_.dispatcher().open(1);
    server_.request(session, Object(), "create", Object::tuple(all));
    std::string names;
    for (const Object& name : server_.last_payload(session).items()[1].items()) {
      names.append(names.empty() ? "" : " ").append(name.as_str());
    }
    server_.disconnect(session);
    return names;
  };
  EXPECT_EQ(exposed("list"),
            "__add__ __contains__ __delitem__ __getitem__ __len__ __mul__ __reversed__ __rmul__ "
            "__setitem__ append count extend index insert pop remove reverse sort __imul__");
  EXPECT_EQ(
      exposed("dict"),
      "__contains__ __delitem__ __getitem__ __iter__ __len__ __setitem__ clear copy get items "
      "keys pop popitem setdefault update values __iter__ increment compare_and_set");
  EXPECT_EQ(exposed("Namespace"), "__getattribute__ __setattr__ __delattr__");
  EXPECT_EQ(exposed("Value", {"i", 0}), "get set add compare_and_set");
  EXPECT_EQ(exposed("Array", {"i", list_of({})}), "__len__ __getitem__ __setitem__");
  EXPECT_EQ(exposed("JoinableQueue"),
            "empty full get get_nowait join put put_nowait qsize shutdown task_done");
  for (const std::string_view lock : {"Lock", "RLock"}) {
    EXPECT_EQ(exposed(lock), "acquire release fence");
  }
  for (const std::string_view semaphore : {"Semaphore", "BoundedSemaphore"}) {
    EXPECT_EQ(exposed(semaphore), "acquire release");
  }
  EXPECT_EQ(exposed("Condition"), "acquire release wait notify notify_all fence");
  EXPECT_EQ(exposed("Event"), "is_set set clear wait");
  EXPECT_EQ(exposed("Barrier", {1}), "__getattribute__ wait abort reset");
  EXPECT_EQ(exposed("Iterator", {list_of({})}), "__next__ send throw close");
}

TEST_F(DispatcherTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(server_.serve("xyz"), "#TRACEBACK AssertionError: 'xyz' unrecognized\n");
  EXPECT_EQ(server_.serve("create", {"Pool"}), "#TRACEBACK KeyError: 'Pool'\n");
  EXPECT_EQ(server_.serve("create"),
            "#TRACEBACK TypeError: create() missing 1 required positional argument: 'typeid'\n");
  EXPECT_EQ(server_.serve("incref", {"nobody"}), "#TRACEBACK KeyError: 'nobody'\n");
  EXPECT_EQ(server_.serve("dummy", {}, Object::integer(1)),
            "#TRACEBACK TypeError: dummy() argument after ** must be a mapping, not int\n");
  EXPECT_EQ(server_.serve("number_of_objects"), "0");
}

TEST_F(DispatcherTest, ServesOneRequestOfAConnectionUnlessItBecomesASession) {
  const SessionId session = server_.dispatcher().open(1);
  EXPECT_EQ(server_.request(session, Object(), "dummy", Object::tuple()), "None");
  EXPECT_TRUE(server_.was_closed(session));
  EXPECT_FALSE(server_.was_closed(server_.connect()));
}

TEST_F(DispatcherTest, AnswersShutdownTwice) {
  const SessionId session = server_.dispatcher().open(1);
  EXPECT_EQ(server_.request(session, Object(), "shutdown", Object::tuple()), "None");
  EXPECT_EQ(server_.reply(session), "None");
  EXPECT_TRUE(server_.was_closed(session));
  EXPECT_TRUE(server_.dispatcher().is_shutting_down());
}

TEST_F(DispatcherTest, DescribesItsObjects) {
  const std::string list = server_.create("list", {list_of({1, std::string(100, 'x')})});
  const std::string event = server_.create("Event");
  server_.serve("incref", {event});
  EXPECT_EQ(server_.serve("number_of_objects"), "2");
  const std::string text = "  " + list + ":       refcount=1\n    [1, '" + std::string(70, 'x') +
                           "\n  " + event + ":       refcount=2\n    <threading.Event at 0x" +
                           event + ": unset>";
  EXPECT_EQ(server_.serve("debug_info"), *repr(Object::str(text)));
}

TEST_F(DispatcherTest, NamesTheMethodsOfAToken) {
  const std::string event = server_.create("Event");
  const Object token = token_object({"Event", Object::str("m.sock"), event});
  EXPECT_EQ(server_.serve("get_methods", {token}), "('is_set', 'set', 'clear', 'wait')");
}

// --- Requests in a session ---------------------------------------------------------------------

TEST_F(DispatcherTest, GoesOnAfterABadRequest) {
  const SessionId session = server_.connect();
  server_.receive(session, "no pickle");
  EXPECT_TRUE(server_.reply(session).starts_with("#TRACEBACK _pickle.UnpicklingError: "));
  server_.receive(session, *pickle::dumps(tuple_of({1, 2, 3})));
  EXPECT_EQ(server_.reply(session),
            "#TRACEBACK ValueError: not enough values to unpack (expected 4, got 3)\n");
  server_.receive(session, *pickle::dumps(Object::integer(1)));
  EXPECT_EQ(server_.reply(session),
            "#TRACEBACK TypeError: cannot unpack non-iterable int object\n");
  EXPECT_EQ(server_.request(session, list_of({}), "x", Object::tuple()),
            "#TRACEBACK KeyError: []\n");
  const std::string ident = server_.create("Event");
  EXPECT_EQ(server_.call(session, ident, "is_set"), "False");
  EXPECT_FALSE(server_.was_closed(session));
}

TEST_F(DispatcherTest, AnEmptyFrameEndsTheSession) {
  const SessionId session = server_.connect();
  server_.receive(session, "");
  EXPECT_TRUE(server_.was_closed(session));
  EXPECT_EQ(server_.reply(session), "waits");
}

TEST_F(DispatcherTest, CallsOnlyWhatIsExposed) {
  const SessionId session = server_.connect();
  const std::string ident = server_.create("list", {list_of({1})});
  EXPECT_EQ(server_.call(session, ident, "clear"), "#TRACEBACK KeyError: 'clear'\n");
  EXPECT_EQ(server_.call(session, ident, "__class__"), "#TRACEBACK KeyError: '__class__'\n");
  EXPECT_EQ(server_.call(session, ident, "#GETVALUE"), "[1]");
  EXPECT_EQ(server_.call(session, ident, "__str__"), "'[1]'");
}

TEST_F(DispatcherTest, UnpacksArgumentsAsPythonDoes) {
  const SessionId session = server_.connect();
  const std::string ident = server_.create("list");
  const Object name = Object::str(ident);
  EXPECT_EQ(server_.request(session, name, "append", list_of({1})), "None");
  EXPECT_EQ(server_.request(session, name, "append", Object()),
            "TypeError: append() argument after * must be an iterable, not NoneType");
  EXPECT_EQ(server_.request(session, name, "append", tuple_of({1}), Object::integer(5)),
            "TypeError: append() argument after ** must be a mapping, not int");
  EXPECT_EQ(server_.request(session, name, "append", tuple_of({1}), dict_of({{1, 2}})),
            "TypeError: keywords must be strings");
}

TEST_F(DispatcherTest, KeepsTheParkedObjectUntilItsWaitersAreGone) {
  const std::string ident = server_.create("Queue");
  const SessionId a = server_.connect();
  const SessionId b = server_.connect();
  EXPECT_EQ(server_.call(a, ident, "get", {true, 1}), "waits");
  EXPECT_EQ(server_.serve("decref", {ident}), "None");
  EXPECT_EQ(server_.serve("number_of_objects"), "0");
  EXPECT_EQ(server_.call(b, ident, "put", {5}), "None");
  EXPECT_EQ(server_.reply(a), "5");
  EXPECT_EQ(server_.call(b, ident, "put", {5}), "#TRACEBACK KeyError: '" + ident + "'\n");
}

TEST_F(DispatcherTest, WaitsAsLongAsTheNearestDeadline) {
  const std::string ident = server_.create("Event");
  EXPECT_EQ(server_.dispatcher().next_deadline(), Clock::time_point::max());
  server_.call(server_.connect(), ident, "wait", {3});
  server_.call(server_.connect(), ident, "wait", {2});
  server_.call(server_.connect(), ident, "wait", {nullptr});
  EXPECT_EQ(server_.dispatcher().next_deadline(), server_.now() + 2s);
  server_.pass(2s);
  EXPECT_EQ(server_.dispatcher().next_deadline(), server_.now() + 1s);
}

TEST_F(DispatcherTest, AbandonsTheWaitsOfADeadClientWhoseConnectionsOthersHave) {
  const std::string ident = server_.create("Queue");
  const SessionId dead = server_.connect(/*client=*/7);
  const SessionId alive = server_.connect(/*client=*/8);
  EXPECT_EQ(server_.call(dead, ident, "get"), "waits");
  EXPECT_EQ(server_.call(alive, ident, "get"), "waits");
  server_.dispatcher().abandon_waits(7);
  EXPECT_EQ(server_.call(server_.connect(), ident, "put", {1}), "None");
  EXPECT_EQ(server_.reply(alive), "1");
  EXPECT_TRUE(server_.was_closed(dead));
}

}  // namespace
}  // namespace mp::manager::testing
