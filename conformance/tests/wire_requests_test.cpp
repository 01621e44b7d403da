// WIRE: requests to the server itself.
#include <algorithm>

#include "tests/support/wire.hpp"

namespace mpspec {
namespace {

struct Type {
  const char* name;
  std::vector<Value> args;
  std::vector<const char*> methods;
};

const std::vector<Type>& types() {
  static const std::vector<const char*> queue = {
      "empty", "full", "get", "get_nowait", "join", "put", "put_nowait", "qsize", "task_done"};
  static const std::vector<const char*> lock = {"acquire", "release"};
  static const std::vector<Type> all = {
      {"list",
       {},
       {"__add__", "__contains__", "__delitem__", "__getitem__", "__len__", "__mul__",
        "__reversed__", "__rmul__", "__setitem__", "__imul__", "append", "count", "extend", "index",
        "insert", "pop", "remove", "reverse", "sort"}},
      {"dict",
       {},
       {"__contains__", "__delitem__", "__getitem__", "__iter__", "__len__", "__setitem__", "clear",
        "copy", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"}},
      {"Namespace", {}, {"__getattribute__", "__setattr__", "__delattr__"}},
      {"Value", {"i", 1}, {"get", "set"}},
      {"Array", {"i", list({1, 2})}, {"__len__", "__getitem__", "__setitem__"}},
      {"Queue", {}, queue},
      {"JoinableQueue", {}, queue},
      {"Lock", {}, lock},
      {"RLock", {}, lock},
      {"Semaphore", {}, lock},
      {"BoundedSemaphore", {}, lock},
      {"Condition", {}, {"acquire", "release", "wait", "notify", "notify_all"}},
      {"Event", {}, {"is_set", "set", "clear", "wait"}},
      {"Barrier", {2}, {"__getattribute__", "wait", "abort", "reset"}}};
  return all;
}

class RequestsConformance : public WireConformance {
 protected:
  /// The request is answered like one that is wrong, and nothing comes of it.
  void expect_traceback(const std::string& name, const std::vector<Value>& args) {
    EXPECT_THAT(ask(name, args), AnswersTraceback()) << name << to_python(tuple(args));
  }
  /// The server takes no connections any more.
  void expect_no_server() {
    for (const auto until = deadline(); Clock::now() < until;) {
      try {
        RawConnection late = RawConnection::connect(server().address);
        late.receive(until);
      } catch (const ConnectError&) {
        return;
      }
    }
    CaseContext::current().stop(Verdict::hang, "the server still takes connections");
  }
};

TEST_F(RequestsConformance, WIRE_019_DummyIsAnsweredAndTheConnectionEnds) {
  RawConnection connection = authenticated();
  EXPECT_THAT(exchange(connection, {request({}, "dummy")}), Answers(Value()));
  EXPECT_THAT(receive_all(connection), ::testing::IsEmpty());
}

TEST_F(RequestsConformance, WIRE_019_TheIdentOfARequestToTheServerIsIgnored) {
  for (const Value& ident :
       {Value("0"), Value(7), tuple({1, 2}), Value("no object of the server")}) {
    RawConnection connection = authenticated();
    EXPECT_THAT(exchange(connection, {request(ident, "dummy")}), Answers(Value()));
  }
}

TEST_F(RequestsConformance, WIRE_019_OneRequestIsServedOnAConnection) {
  const long long before = number_of_objects();
  RawConnection connection = authenticated();
  send(connection, frame(write_pickle(request({}, "dummy"))) +
                       frame(write_pickle(request({}, "create", {"list"}))));
  EXPECT_THAT(receive_reply(connection), Answers(Value()));
  EXPECT_THAT(receive_all(connection), ::testing::IsEmpty());
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(RequestsConformance, WIRE_020_CreateAnswersTheMethodsOfEveryType) {
  for (const Type& type : types()) {
    const std::vector<std::string> names = names_in(part_of(create_reply(type.name, type.args), 1));
    for (const char* method : type.methods)
      EXPECT_THAT(names, ::testing::Contains(method)) << "of " << type.name;
  }
}

TEST_F(RequestsConformance, WIRE_020_AMadeObjectHasOneReference) {
  const long long before = number_of_objects();
  const std::string ident = create("list");
  EXPECT_EQ(number_of_objects(), before + 1);
  drop(ident);
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(RequestsConformance, WIRE_020_EveryObjectHasAnIdentOfItsOwn) {
  std::vector<std::string> idents;
  for (int i = 0; i < 10; ++i) idents.push_back(create(i % 2 == 0 ? "list" : "dict"));
  std::sort(idents.begin(), idents.end());
  EXPECT_EQ(std::adjacent_find(idents.begin(), idents.end()), idents.end());
}

TEST_F(RequestsConformance, WIRE_020_AnObjectIsMadeFromTheArguments) {
  RawConnection connection = session();
  const std::string items = create("list", {list({3, "x"})});
  EXPECT_THAT(call(connection, items, "#GETVALUE"), Answers(list({3, "x"})));
  const std::string named = create("dict", {list({tuple({"a", 1})})}, {{"b", 2}});
  EXPECT_THAT(call(connection, named, "#GETVALUE"), Answers(dict({{"a", 1}, {"b", 2}})));
}

TEST_F(RequestsConformance, WIRE_021_AnObjectIsThereAsLongAsItHasAReference) {
  const long long before = number_of_objects();
  const std::string ident = create("list", {list({1})});
  RawConnection connection = session();
  EXPECT_THAT(ask("incref", {ident}), Answers(Value()));
  EXPECT_THAT(ask("incref", {ident}), Answers(Value()));
  EXPECT_EQ(number_of_objects(), before + 1);
  for (int left = 2; left > 0; --left) {
    EXPECT_THAT(ask("decref", {ident}), Answers(Value()));
    EXPECT_THAT(call(connection, ident, "__len__"), Answers(1)) << left << " left";
  }
  EXPECT_EQ(number_of_objects(), before + 1);
  drop(ident);
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(RequestsConformance, WIRE_021_AnObjectWithoutReferencesIsGone) {
  const std::string ident = create("list");
  RawConnection connection = session();
  EXPECT_THAT(call(connection, ident, "append", {1}), Answers(Value()));
  drop(ident);
  EXPECT_THAT(call(connection, ident, "append", {2}), AnswersTraceback());
  expect_traceback("incref", {ident});
  expect_traceback("decref", {ident});
}

TEST_F(RequestsConformance, WIRE_022_AnUnknownNameIsAnsweredTraceback) {
  for (const char* name : {"frobnicate", "", "append", "#GETVALUE", "__init__", "__class__",
                           "serve_forever", "handle_request", "fallback_str"})
    expect_traceback(name, {});
  expect_serving();
}

TEST_F(RequestsConformance, WIRE_022_AnUnknownTypeidIsAnsweredTraceback) {
  const long long before = number_of_objects();
  for (const Value& typeid_ : {Value("frobnicate"), Value(""), Value(), Value(5), Value("object")})
    expect_traceback("create", {typeid_});
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(RequestsConformance, WIRE_022_AnUnknownIdentIsAnsweredTraceback) {
  for (const char* name : {"incref", "decref"}) {
    for (const Value& ident : {Value("deadbeef0123"), Value(""), Value(), Value(5)})
      expect_traceback(name, {ident});
  }
  expect_serving();
}

TEST_F(RequestsConformance, WIRE_022_ArgumentsThatMakeNoObjectAreAnsweredTraceback) {
  drop(create("list"));
  const long long before = number_of_objects();
  expect_traceback("create", {"list", 5});
  expect_traceback("create", {"list", list(), list()});
  expect_traceback("create", {"dict", 5});
  expect_traceback("create", {"Semaphore", -1});
  expect_traceback("create", {"Array", "no typecode", list({1})});
  expect_traceback("create", {"Barrier"});
  EXPECT_EQ(number_of_objects(), before);
}

TEST_F(RequestsConformance, WIRE_022_WrongArgumentsOfARequestAreAnsweredTraceback) {
  expect_traceback("create", {});
  expect_traceback("incref", {});
  expect_traceback("decref", {"a", "b"});
  expect_traceback("number_of_objects", {1, 2});
  expect_serving();
}

TEST_F(RequestsConformance, WIRE_023_ShutdownIsAnsweredAndTheServerEnds) {
  may_end_server();
  tolerate_leftovers();
  RawConnection idle = session();
  RawConnection connection = authenticated();
  send(connection, frame(write_pickle(request({}, "shutdown"))));
  const std::vector<std::string> replies = receive_all(connection);
  EXPECT_THAT(replies.size(), ::testing::AnyOf(1U, 2U));
  for (const std::string& reply : replies) EXPECT_THAT(read_reply(reply), Answers(Value()));
  observe(replies.size() == 1, "answered once", "answered twice");
  receive_all(idle);
  expect_no_server();
}

}  // namespace
}  // namespace mpspec
