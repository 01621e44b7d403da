// WIRE: what pickles say, and what they must not do.
#include <filesystem>

#include "tests/support/wire.hpp"

namespace mpspec {
namespace {

constexpr const char* kManagers = "multiprocessing.managers";

class PicklesConformance : public WireConformance {
 protected:
  /// A request to append what a call of that function gives.
  static Pickled append_called(const std::string& ident, const std::string& module,
                               const std::string& name, const std::vector<Value>& args) {
    Pickled out;
    const Value called = out.add({PickledObject::Kind::called, module, name, args, {}});
    out.value = request(ident, "append", {called});
    return out;
  }
  /// d['p'] = the proxy of that list.
  Pickled store_proxy(const std::string& dict_ident, const std::string& list_ident) {
    Pickled out;
    const Value token = out.add({PickledObject::Kind::made,
                                 kManagers,
                                 "Token",
                                 {},
                                 tuple({"list", server().address, list_ident})});
    const Value type = out.add_global(kManagers, "ListProxy");
    const Value proxy = out.add({PickledObject::Kind::called,
                                 kManagers,
                                 "RebuildProxy",
                                 {type, token, "pickle", dict()},
                                 {}});
    out.value = request(dict_ident, "__setitem__", {"p", proxy});
    return out;
  }
  /// A request in protocol 3 to append that many lists in one another.
  static std::string append_nested(const std::string& ident, std::size_t depth) {
    const std::string mark = "in place of the lists";
    std::string out = write_pickle(request(ident, "append", {mark}), 3);
    const std::size_t written = mark.size() + 5;  // with its opcode and length
    out.replace(out.find(mark) - 5, written, std::string(depth, ']') + std::string(depth - 1, 'a'));
    return out;
  }
  /// The proxy that an object holds, read back: its type's name, typeid and ident.
  static Value shown(const Reply& reply) {
    const PickledObject* proxy = reply.object(reply.payload);
    if (reply.kind != "#RETURN" || proxy == nullptr || proxy->name != "RebuildProxy" ||
        proxy->module != kManagers || proxy->args.size() != 4)
      throw CaseStop(Verdict::fail, "no proxy: " + ::testing::PrintToString(reply));
    const PickledObject* type = reply.object(proxy->args[0]);
    const PickledObject* token = reply.object(proxy->args[1]);
    if (type == nullptr || token == nullptr || !token->state)
      throw CaseStop(Verdict::fail, "no type or token: " + ::testing::PrintToString(reply));
    return tuple({type->name, part_of(*token->state, 0), part_of(*token->state, 2)});
  }
};

TEST_F(PicklesConformance, WIRE_031_EveryProtocolIsUnderstood) {
  const std::string ident = create("list");
  RawConnection connection = session();
  const Value item =
      list({Value(), true, false, 0, 255, 65535, -1, BigInt(1) << 40, -(BigInt(1) << 2100), 0.1,
            -1e300, "", "text\n\\\xc3\xa9\xe2\x82\xac", std::string(300, 'x'), tuple(),
            tuple({1, 2, 3, 4}), list({list()}), dict({{"a", list({1})}, {tuple({2}), Value()}})});
  for (int protocol = 0; protocol <= 5; ++protocol) {
    EXPECT_THAT(exchange(connection, {request(ident, "append", {item})}, protocol),
                Answers(Value()))
        << "protocol " << protocol;
    EXPECT_THAT(call(connection, ident, "pop"), Answers(item)) << "protocol " << protocol;
  }
}

TEST_F(PicklesConformance, WIRE_031_BytesAndSetsWhereTheProtocolHasThem) {
  const std::string ident = create("list");
  RawConnection connection = session();
  const Value data = bytes(std::string("\0\xff", 2) + std::string(300, 'b'));
  for (const int protocol : {3, 4, 5}) {
    exchange(connection, {request(ident, "append", {data})}, protocol);
    EXPECT_THAT(call(connection, ident, "pop"), Answers(data)) << "protocol " << protocol;
  }
  for (const int protocol : {4, 5}) {
    exchange(connection, {request(ident, "append", {tuple({set({1}), FrozenSet{{"x"}}})})},
             protocol);
    EXPECT_THAT(call(connection, ident, "pop"), Answers(tuple({set({1}), FrozenSet{{"x"}}})));
  }
}

TEST_F(PicklesConformance, WIRE_031_RequestsToTheServerToo) {
  for (int protocol = 0; protocol <= 5; ++protocol) {
    RawConnection connection = authenticated();
    EXPECT_THAT(exchange(connection, {request({}, "dummy")}, protocol), Answers(Value()));
  }
}

TEST_F(PicklesConformance, WIRE_032_RepliesUseNoProtocolAboveFour) {
  const std::string ident = create("list");
  RawConnection connection = session();
  for (const int protocol : {2, 4, 5}) {
    const Reply made = exchange(
        connection, append_called(ident, "builtins", "bytearray", {list({1, 2})}), protocol);
    EXPECT_LE(made.pickled.protocol, 4);
    for (const char* method : {"pop", "__len__", "pop", "__repr__", "frobnicate"})
      EXPECT_LE(call(connection, ident, method).pickled.protocol, 4) << method;
  }
  EXPECT_LE(ask("number_of_objects").pickled.protocol, 4);
}

TEST_F(PicklesConformance, WIRE_032_LargeRepliesToo) {
  const std::string ident = create("list");
  RawConnection connection = session();
  // Beyond the size at which pickles are divided, in one text and in many.
  for (const Value& item :
       {Value(std::string(100'000, 'x')), list(std::vector<Value>(20'000, Value("an item"))),
        Value(bytes(std::string(100'000, 'b')))}) {
    exchange(connection, {request(ident, "append", {item})});
    const Reply reply = call(connection, ident, "pop");
    EXPECT_TRUE(reply.payload == item) << "not what was appended";
    EXPECT_LE(reply.pickled.protocol, 4);
  }
}

TEST_F(PicklesConformance, WIRE_033_AStoredProxyIsReadBack) {
  const std::string items = create("list", {list({1})}), holder = create("dict");
  RawConnection connection = session();
  EXPECT_THAT(exchange(connection, store_proxy(holder, items)), Answers(Value()));
  EXPECT_EQ(shown(call(connection, holder, "__getitem__", {"p"})),
            tuple({"ListProxy", "list", items}));
}

TEST_F(PicklesConformance, WIRE_033_AnObjectThatAnotherHoldsCanBeReferredTo) {
  const std::string items = create("list", {list({1})}), holder = create("dict");
  RawConnection connection = session();
  EXPECT_THAT(exchange(connection, store_proxy(holder, items)), Answers(Value()));
  drop(items);
  EXPECT_EQ(shown(call(connection, holder, "__getitem__", {"p"})),
            tuple({"ListProxy", "list", items}));
  EXPECT_THAT(ask("incref", {items}), Answers(Value()));
  EXPECT_THAT(call(connection, items, "__len__"), Answers(1));
  drop(items);
}

TEST_F(PicklesConformance, WIRE_034_AFunctionThatAPickleNamesIsNotCalled) {
  const std::string ident = create("list");
  RawConnection connection = session();
  const auto folder = CaseContext::current().settings.folder / "made";
  const std::pair<std::string, std::string> functions[] = {
      {"os", "mkdir"}, {"posix", "mkdir"}, {"pathlib", "Path.mkdir"}, {"os", "makedirs"}};
  for (const auto& [module, name] : functions) {
    for (const int protocol : {0, 2, 4}) {
      send(connection,
           frame(write_pickle(append_called(ident, module, name, {folder.string()}), protocol)));
      receive(connection);  // whatever it is
      EXPECT_FALSE(std::filesystem::exists(folder)) << module << "." << name << " was called";
      std::filesystem::remove(folder);
    }
  }
  expect_serving();
}

TEST_F(PicklesConformance, WIRE_034_NothingComesOfACall) {
  const std::string ident = create("list");
  RawConnection connection = session();
  exchange(connection, append_called(ident, "os", "getpid", {}));
  const Reply reply = call(connection, ident, "__repr__");
  // The object itself may have been kept, as long as the number is not there.
  EXPECT_EQ(reply.payload.is<Str>() ? text_of(reply.payload).find_first_of("123456789") : 0,
            std::string::npos)
      << ::testing::PrintToString(reply);
}

TEST_F(PicklesConformance, WIRE_035_DeepPicklesAreAnswered) {
  for (const std::size_t depth : {500U, 5'000U, 100'000U}) {
    const std::string ident = create("list");
    RawConnection connection = session();
    send(connection, frame(append_nested(ident, depth)));
    EXPECT_THAT(receive_reply(connection).kind, ::testing::AnyOf("#RETURN", "#TRACEBACK"))
        << depth << " levels";
    expect_serving();
    drop(ident);
    expect_serving();
  }
}

}  // namespace
}  // namespace mpspec
