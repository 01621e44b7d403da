// WIRE: calls of objects' methods.
#include <algorithm>

#include "tests/support/wire.hpp"

namespace mpspec {
namespace {

class SessionsConformance : public WireConformance {
 protected:
  /// Bytes that are no request are answered so, and the next request as if they had not come.
  void expect_traceback_and_more(RawConnection& connection, const std::string& payload) {
    send(connection, frame(payload));
    EXPECT_THAT(receive_reply(connection), AnswersTraceback()) << to_python(bytes(payload));
    EXPECT_THAT(call(connection, ident_, "__len__"), Answers(2)) << to_python(bytes(payload));
  }
  /// The error of a method, by its class and where that is from; the session goes on.
  void expect_error(const std::string& type, const std::vector<Value>& made_of,
                    const std::string& method, const std::vector<Value>& args,
                    const std::string& error, const std::vector<std::string>& modules) {
    const std::string ident = create(type, made_of);
    RawConnection connection = session();
    const Reply reply = call(connection, ident, method, args);
    ASSERT_THAT(reply, AnswersError(error)) << "of " << type;
    EXPECT_THAT(modules, ::testing::Contains(reply.object(reply.payload)->module));
    EXPECT_EQ(call(connection, ident, "__repr__").kind, "#RETURN");
  }
  /// The keys that an iterator's object gives, one request each.
  std::vector<Value> next_until_the_end(RawConnection& connection, const std::string& iterator) {
    std::vector<Value> keys;
    for (;;) {
      const Reply reply = call(connection, iterator, "__next__");
      if (reply.kind != "#RETURN" || keys.size() > 10) {
        EXPECT_THAT(reply, AnswersError("StopIteration"));
        return keys;
      }
      keys.push_back(reply.payload);
    }
  }

  std::string ident_;  // of a list of two items, where a case needs one
};

TEST_F(SessionsConformance, WIRE_024_MethodsAreCalledWithTheirArguments) {
  const std::string items = create("list"), named = create("dict"),
                    value = create("Value", {"i", 7});
  RawConnection connection = session();
  EXPECT_THAT(call(connection, items, "extend", {list({3, 1, 2})}), Answers(Value()));
  EXPECT_THAT(call(connection, items, "sort", {}, {{"reverse", true}}), Answers(Value()));
  EXPECT_THAT(call(connection, items, "pop"), Answers(1));
  EXPECT_THAT(call(connection, items, "__getitem__", {0}), Answers(3));
  EXPECT_THAT(call(connection, named, "update", {}, {{"a", 1}, {"b", list({2})}}),
              Answers(Value()));
  EXPECT_THAT(call(connection, named, "pop", {"a"}), Answers(1));
  EXPECT_THAT(call(connection, named, "get", {"a", "none"}), Answers("none"));
  EXPECT_THAT(call(connection, named, "popitem"), Answers(tuple({"b", list({2})})));
  EXPECT_THAT(call(connection, value, "get"), Answers(7));
  EXPECT_THAT(call(connection, value, "set", {8}), Answers(Value()));
  EXPECT_THAT(call(connection, value, "get"), Answers(8));
}

TEST_F(SessionsConformance, WIRE_024_ASessionServesObjectsOfEveryType) {
  const std::string queue = create("Queue", {1}), lock = create("Lock"), event = create("Event"),
                    names = create("Namespace", {}, {{"x", 1}}),
                    array = create("Array", {"i", list({1, 2})});
  RawConnection connection = session();
  EXPECT_THAT(call(connection, queue, "put", {"item"}), Answers(Value()));
  EXPECT_THAT(call(connection, queue, "full"), Answers(true));
  EXPECT_THAT(call(connection, queue, "get", {}, {{"timeout", 1.5}}), Answers("item"));
  EXPECT_THAT(call(connection, lock, "acquire"), Answers(true));
  EXPECT_THAT(call(connection, lock, "acquire", {false}), Answers(false));
  EXPECT_THAT(call(connection, lock, "release"), Answers(Value()));
  EXPECT_THAT(call(connection, event, "wait", {0}), Answers(false));
  EXPECT_THAT(call(connection, event, "set"), Answers(Value()));
  EXPECT_THAT(call(connection, event, "wait", {Value()}), Answers(true));
  EXPECT_THAT(call(connection, names, "__setattr__", {"y", 2}), Answers(Value()));
  EXPECT_THAT(call(connection, names, "__getattribute__", {"y"}), Answers(2));
  EXPECT_THAT(call(connection, array, "__setitem__", {1, 5}), Answers(Value()));
  EXPECT_THAT(call(connection, array, "__getitem__", {1}), Answers(5));
}

TEST_F(SessionsConformance, WIRE_024_SessionsShareTheObjects) {
  const std::string ident = create("list");
  RawConnection one = session(), other = session();
  for (int i = 0; i < 50; ++i)
    EXPECT_THAT(call(i % 2 == 0 ? one : other, ident, "append", {i}), Answers(Value()));
  EXPECT_THAT(call(one, ident, "__len__"), Answers(50));
  EXPECT_THAT(call(other, ident, "pop"), Answers(49));
}

TEST_F(SessionsConformance, WIRE_024_ABlockedSessionHoldsUpNoOther) {
  const std::string barrier = create("Barrier", {2});
  RawConnection blocked = session(), other = session();
  send(blocked, frame(write_pickle(request(barrier, "wait"))));
  for (const auto until = deadline(); Clock::now() < until;) {
    if (call(other, barrier, "__getattribute__", {"n_waiting"}).payload == Value(1)) break;
  }
  const Value last = call(other, barrier, "wait").payload;
  EXPECT_THAT((std::vector<Value>{receive_reply(blocked).payload, last}),
              ::testing::UnorderedElementsAre(Value(0), Value(1)));
}

TEST_F(SessionsConformance, WIRE_025_ErrorsAreClassesOfModules) {
  const std::vector<std::string> builtins = {"builtins"}, queue = {"queue", "_queue"};
  expect_error("dict", {}, "__getitem__", {"k"}, "KeyError", builtins);
  expect_error("list", {}, "pop", {}, "IndexError", builtins);
  expect_error("list", {}, "remove", {1}, "ValueError", builtins);
  expect_error("list", {}, "append", {}, "TypeError", builtins);
  expect_error("list", {}, "extend", {5}, "TypeError", builtins);
  expect_error("Namespace", {}, "__getattribute__", {"x"}, "AttributeError", builtins);
  expect_error("Lock", {}, "release", {}, "RuntimeError", builtins);
  expect_error("BoundedSemaphore", {}, "release", {}, "ValueError", builtins);
  expect_error("Queue", {}, "get_nowait", {}, "Empty", queue);
  expect_error("Queue", {}, "get", {true, 0}, "Empty", queue);
  expect_error("JoinableQueue", {}, "task_done", {}, "ValueError", builtins);
}

TEST_F(SessionsConformance, WIRE_025_AFullQueue) {
  const std::string ident = create("Queue", {1});
  RawConnection connection = session();
  EXPECT_THAT(call(connection, ident, "put", {1}), Answers(Value()));
  const Reply reply = call(connection, ident, "put_nowait", {2});
  ASSERT_THAT(reply, AnswersError("Full"));
  EXPECT_THAT(reply.object(reply.payload)->module, ::testing::AnyOf("queue", "_queue"));
  EXPECT_THAT(call(connection, ident, "qsize"), Answers(1));
}

TEST_F(SessionsConformance, WIRE_025_AKeyErrorCarriesItsKey) {
  const std::string ident = create("dict");
  RawConnection connection = session();
  for (const Value& key : {Value("k"), Value(5), tuple({1, "two"})}) {
    const Reply reply = call(connection, ident, "__getitem__", {key});
    ASSERT_THAT(reply, AnswersError("KeyError"));
    EXPECT_EQ(reply.object(reply.payload)->args, std::vector<Value>{key});
  }
}

TEST_F(SessionsConformance, WIRE_026_NamesThatCreateDidNotListAreNotCalled) {
  const Value reply = create_reply("list", {list({1, 2})});
  const std::vector<std::string> exposed = names_in(part_of(reply, 1));
  const std::string ident = text_of(part_of(reply, 0));
  RawConnection connection = session();
  for (const char* name : {"clear", "copy", "__init__", "__class__", "__reduce__", "__iter__",
                           "__sizeof__", "__getattribute__", "#CLEAR", "frobnicate", ""}) {
    if (std::find(exposed.begin(), exposed.end(), name) != exposed.end()) continue;
    EXPECT_THAT(call(connection, ident, name), AnswersTraceback()) << name;
  }
  EXPECT_THAT(call(connection, ident, "#GETVALUE"), Answers(list({1, 2})));
}

TEST_F(SessionsConformance, WIRE_026_MethodsOfAnotherTypeAreNotCalled) {
  const std::string items = create("list"), lock = create("Lock");
  RawConnection connection = session();
  EXPECT_THAT(call(connection, items, "setdefault", {"k"}), AnswersTraceback());
  EXPECT_THAT(call(connection, lock, "append", {1}), AnswersTraceback());
  EXPECT_THAT(call(connection, lock, "_release_save"), AnswersTraceback());
  EXPECT_THAT(call(connection, lock, "acquire", {false}), Answers(true));
}

TEST_F(SessionsConformance, WIRE_027_ValuesOfContainersAreCopied) {
  const std::string items = create("list", {list({1, list({2})})}),
                    named = create("dict", {}, {{"a", 1}});
  RawConnection connection = session();
  EXPECT_THAT(call(connection, items, "#GETVALUE"), Answers(list({1, list({2})})));
  EXPECT_THAT(call(connection, named, "#GETVALUE"), Answers(dict({{"a", 1}})));
}

TEST_F(SessionsConformance, WIRE_027_EveryObjectHasAText) {
  const std::string items = create("list", {list({1, "x"})});
  RawConnection connection = session();
  for (const char* name : {"__str__", "__repr__"}) {
    EXPECT_THAT(call(connection, items, name), Answers("[1, 'x']"));
    for (const char* type : {"dict", "Namespace", "Queue", "Lock", "RLock", "Condition", "Event"}) {
      const Reply reply = call(connection, create(type), name);
      EXPECT_TRUE(reply.kind == "#RETURN" && reply.payload.is<Str>()) << name << " of " << type;
    }
  }
}

TEST_F(SessionsConformance, WIRE_028_BytesThatAreNoPickleAreAnsweredTraceback) {
  ident_ = create("list", {list({1, 2})});
  RawConnection connection = session();
  const std::string whole = write_pickle(request(ident_, "append", {3}));
  expect_traceback_and_more(connection, "garbage");
  expect_traceback_and_more(connection, std::string(1, '\0'));
  expect_traceback_and_more(connection, std::string(1000, '\xff'));
  expect_traceback_and_more(connection, "GET / HTTP/1.1\r\n\r\n");
  expect_traceback_and_more(connection, "\x80\x7f" + whole.substr(2));  // of protocol 127
  expect_traceback_and_more(connection,
                            "\x80\x04"
                            "aN.");                         // appends to nothing
  expect_traceback_and_more(connection, "\x80\x04h\x07.");  // recalls nothing
}

TEST_F(SessionsConformance, WIRE_028_APickleThatBreaksOffHasNoEffect) {
  ident_ = create("list", {list({1, 2})});
  const std::string whole = write_pickle(request(ident_, "append", {3}), 3);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    RawConnection connection = session();
    send(connection, frame(whole.substr(0, size)));
    connection.finish_sending();
    const std::vector<std::string> replies = receive_all(connection);
    ASSERT_LE(replies.size(), 1U) << size << " bytes";
    for (const std::string& reply : replies)
      EXPECT_THAT(read_reply(reply), AnswersTraceback()) << size;
  }
  RawConnection connection = session();
  EXPECT_THAT(call(connection, ident_, "__len__"), Answers(2));
}

TEST_F(SessionsConformance, WIRE_028_RequestsOfOtherShapesAreAnsweredTraceback) {
  ident_ = create("list", {list({1, 2})});
  RawConnection connection = session();
  for (const Value& wrong :
       {Value(), Value(5), Value(1.5), Value(true), tuple(), tuple({ident_}),
        tuple({ident_, "pop", tuple()}), tuple({ident_, "pop", tuple(), dict(), Value()}),
        list({ident_, "pop", tuple(), dict(), dict()}), dict({{ident_, "pop"}})})
    expect_traceback_and_more(connection, write_pickle(wrong));
}

TEST_F(SessionsConformance, WIRE_028_UnknownIdentsAreAnsweredTraceback) {
  ident_ = create("list", {list({1, 2})});
  RawConnection connection = session();
  for (const Value& ident : {Value("deadbeef0123"), Value(""), Value(), Value("0"), Value(5),
                             Value(ident_ + "0"), Value(bytes(ident_)), list({ident_})})
    expect_traceback_and_more(connection, write_pickle(request(ident, "pop")));
  expect_traceback_and_more(connection, write_pickle(request({}, "dummy")));
}

TEST_F(SessionsConformance, WIRE_029_AnEmptyFrameEndsTheSession) {
  const std::string ident = create("list");
  RawConnection other = session(), connection = session();
  EXPECT_THAT(call(connection, ident, "append", {1}), Answers(Value()));
  send(connection, frame(""));
  EXPECT_THAT(receive_all(connection), ::testing::IsEmpty());
  EXPECT_THAT(call(other, ident, "__len__"), Answers(1));
  expect_serving();
}

TEST_F(SessionsConformance, WIRE_030_IterationGivesTheKeys) {
  const std::vector<Value> keys = {"a", 2, tuple({3, 4})};
  const std::string ident = create("dict", {dict({{keys[0], 1}, {keys[1], 2}, {keys[2], 3}})});
  RawConnection connection = session();
  const Reply reply = call(connection, ident, "__iter__");
  if (reply.kind == "#RETURN") {
    observe("a list's iterator");
    const PickledObject* iterator = reply.object(reply.payload);
    ASSERT_NE(iterator, nullptr);
    ASSERT_FALSE(iterator->args.empty());
    EXPECT_EQ(iterator->args[0], list(keys));
    return;
  }
  observe("an object of the server");
  ASSERT_EQ(reply.kind, "#PROXY");
  EXPECT_THAT(names_in(part_of(reply.payload, 0)), ::testing::Contains("__next__"));
  const PickledObject* token = reply.object(part_of(reply.payload, 1));
  ASSERT_TRUE(token != nullptr && token->state);
  EXPECT_EQ(token->module + "." + token->name, "multiprocessing.managers.Token");
  const std::string iterator = text_of(part_of(*token->state, 2));
  EXPECT_THAT(next_until_the_end(connection, iterator), ::testing::ElementsAreArray(keys));
  EXPECT_THAT(ask("decref", {iterator}), Answers(Value()));
}

}  // namespace
}  // namespace mpspec
