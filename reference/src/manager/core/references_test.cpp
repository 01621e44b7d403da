#include "manager/testing/memory_server.hpp"

// Which objects live, and for how long.
namespace mp::manager::testing {
namespace {

class ObjectReferences : public ::testing::Test {
 protected:
  std::string count() { return server_.serve("number_of_objects"); }
  bool is_alive(const std::string& ident) {
    const SessionId session = server_.connect();
    const std::string text = server_.call(session, ident, "__repr__");
    server_.disconnect(session);
    return text != "#TRACEBACK KeyError: '" + ident + "'\n";
  }
  void drop(const std::string& ident, ClientId client = 1) {
    EXPECT_EQ(server_.serve("decref", {ident}, Object::dict(), client), "None");
  }
  void take(const std::string& ident, ClientId client = 1) {
    EXPECT_EQ(server_.serve("incref", {ident}, Object::dict(), client), "None");
  }
  Object list_proxy(const std::string& ident) { return MemoryServer::proxy("list", ident); }

  MemoryServer server_;
  SessionId session_ = server_.connect();
};

TEST_F(ObjectReferences, AnObjectGoesWithItsLastReference) {
  const std::string ident = server_.create("list");
  take(ident);
  drop(ident);
  EXPECT_EQ(count(), "1");
  drop(ident);
  EXPECT_EQ(count(), "0");
  EXPECT_FALSE(is_alive(ident));
  EXPECT_EQ(server_.serve("decref", {ident}), "#TRACEBACK KeyError: '" + ident + "'\n");
}

TEST_F(ObjectReferences, IdentsAreNeverUsedAgain) {
  const std::string first = server_.create("list");
  drop(first);
  EXPECT_NE(server_.create("list"), first);
  EXPECT_FALSE(is_alive(first));
}

TEST_F(ObjectReferences, AContainerKeepsWhatIsInIt) {
  const std::string inner = server_.create("list", {list_of({1})});
  const std::string outer = server_.create("dict");
  server_.call(session_, outer, "__setitem__", {"k", list_of({list_proxy(inner)})});
  drop(inner);
  EXPECT_EQ(count(), "1");
  EXPECT_TRUE(is_alive(inner));
  take(inner);  // what was only inside may be taken again
  EXPECT_EQ(count(), "2");
  drop(inner);
  EXPECT_EQ(server_.serve("decref", {inner}), "None");  // inside only: ignored
  EXPECT_TRUE(is_alive(inner));
  server_.call(session_, outer, "__delitem__", {"k"});
  EXPECT_FALSE(is_alive(inner));
}

TEST_F(ObjectReferences, AContainersContentsGoWithIt) {
  const std::string inner = server_.create("list");
  const std::string middle = server_.create("list", {list_of({list_proxy(inner)})});
  const std::string outer = server_.create("list", {list_of({list_proxy(middle)})});
  drop(inner);
  drop(middle);
  EXPECT_TRUE(is_alive(inner));
  drop(outer);
  EXPECT_FALSE(is_alive(middle));
  EXPECT_FALSE(is_alive(inner));
}

TEST_F(ObjectReferences, EveryWayOutOfAListGivesTheReferenceBack) {
  const Object all = slice_of(nullptr, nullptr);
  const auto gone_after = [&](std::string_view method, std::initializer_list<Arg> args) {
    const std::string inner = server_.create("list");
    const std::string outer = server_.create("list", {list_of({list_proxy(inner), 1})});
    drop(inner);
    const std::string text = server_.call(session_, outer, method, args);
    const bool was_alive = is_alive(inner);
    server_.call(session_, outer, "__len__");  // the answer that carried it is behind us
    const bool is_gone = !is_alive(inner);
    drop(outer);
    return (was_alive || text == "None" || text == "[]") && is_gone;
  };
  EXPECT_TRUE(gone_after("pop", {0}));
  EXPECT_TRUE(gone_after("__delitem__", {0}));
  EXPECT_TRUE(gone_after("__delitem__", {all}));
  EXPECT_TRUE(gone_after("__setitem__", {0, 5}));
  EXPECT_TRUE(gone_after("__setitem__", {all, list_of({})}));
  EXPECT_TRUE(gone_after("__setitem__", {slice_of(0, 2, 2), list_of({1})}));
  EXPECT_TRUE(gone_after("__imul__", {0}));
}

TEST_F(ObjectReferences, CopiesInsideAListCountEach) {
  const std::string inner = server_.create("list");
  const std::string outer = server_.create("list", {list_of({list_proxy(inner)})});
  drop(inner);
  server_.call(session_, outer, "__imul__", {3});
  server_.call(session_, outer, "__len__");
  server_.call(session_, outer, "__delitem__", {0});
  server_.call(session_, outer, "__delitem__", {0});
  EXPECT_TRUE(is_alive(inner));
  server_.call(session_, outer, "__delitem__", {0});
  EXPECT_FALSE(is_alive(inner));
}

TEST_F(ObjectReferences, EveryOtherContainerCountsToo) {
  const auto lives_until = [&](const std::string& type_id, std::string_view put,
                               std::initializer_list<Arg> before, std::string_view take,
                               std::initializer_list<Arg> take_args) {
    const std::string inner = server_.create("list");
    const std::string outer =
        type_id == "Value" ? server_.create("Value", {"i", 0}) : server_.create(type_id);
    std::vector<Object> args = objects(before);
    args.push_back(list_proxy(inner));
    server_.request(session_, Object::str(outer), put, Object::tuple(args));
    drop(inner);
    const bool lived = is_alive(inner);
    server_.call(session_, outer, take, take_args);
    server_.call(session_, outer, "__repr__");
    const bool is_gone = !is_alive(inner);
    drop(outer);
    return lived && is_gone;
  };
  EXPECT_TRUE(lives_until("dict", "__setitem__", {"k"}, "clear", {}));
  EXPECT_TRUE(lives_until("dict", "__setitem__", {"k"}, "popitem", {}));
  EXPECT_TRUE(lives_until("dict", "setdefault", {"k"}, "pop", {"k"}));
  EXPECT_TRUE(lives_until("dict", "__setitem__", {"k"}, "update", {dict_of({{"k", 1}})}));
  EXPECT_TRUE(lives_until("Namespace", "__setattr__", {"x"}, "__delattr__", {"x"}));
  EXPECT_TRUE(lives_until("Namespace", "__setattr__", {"x"}, "__setattr__", {"x", 1}));
  EXPECT_TRUE(lives_until("Value", "set", {}, "set", {1}));
  EXPECT_TRUE(lives_until("Queue", "put", {}, "get", {}));
  EXPECT_TRUE(lives_until("Queue", "put", {}, "shutdown", {true}));
}

TEST_F(ObjectReferences, AReplyThatCarriesAProxyLeavesTimeToTakeIt) {
  const std::string inner = server_.create("list");
  const std::string queue = server_.create("Queue");
  server_.call(session_, queue, "put", {list_proxy(inner)});
  drop(inner);
  server_.call(session_, queue, "get");
  EXPECT_TRUE(is_alive(inner));
  take(inner);
  server_.call(session_, queue, "empty");
  EXPECT_TRUE(is_alive(inner));
  drop(inner);
  EXPECT_FALSE(is_alive(inner));
}

TEST_F(ObjectReferences, SoDoesOneThatWasWaitedFor) {
  const std::string inner = server_.create("list");
  const std::string queue = server_.create("Queue");
  const SessionId other = server_.connect();
  EXPECT_EQ(server_.call(other, queue, "get"), "waits");
  server_.call(session_, queue, "put", {list_proxy(inner)});
  drop(inner);
  EXPECT_TRUE(is_alive(inner));
  server_.disconnect(other);
  EXPECT_FALSE(is_alive(inner));
}

TEST_F(ObjectReferences, AWaitingPutHoldsNothingOnceItIsGone) {
  const std::string inner = server_.create("list");
  const std::string queue = server_.create("Queue", {1});
  server_.call(session_, queue, "put", {1});
  const SessionId other = server_.connect();
  EXPECT_EQ(server_.call(other, queue, "put", {list_proxy(inner)}), "waits");
  server_.call(session_, queue, "get");
  drop(inner);
  EXPECT_TRUE(is_alive(inner));
  server_.call(session_, queue, "get");
  server_.call(session_, queue, "empty");
  EXPECT_FALSE(is_alive(inner));
}

TEST_F(ObjectReferences, ProxiesOfOtherServersAreValuesLikeAnyOther) {
  const std::string outer = server_.create("list");
  const Object foreign = MemoryServer::proxy("dict", "7f8678d74c80");
  EXPECT_EQ(server_.call(session_, outer, "append", {foreign}), "None");
  server_.call(session_, outer, "pop");
  EXPECT_TRUE(*equal(server_.last_payload(session_), foreign));
}

TEST_F(ObjectReferences, TextShowsProxiesAsPythonDoes) {
  const std::string inner = server_.create("list");
  const std::string outer =
      server_.create("dict", {}, dict_of({{"k", list_of({list_proxy(inner)})}}));
  EXPECT_EQ(server_.call(session_, outer, "__str__"),
            *repr(Object::str("{'k': [<ListProxy object, typeid 'list' at 0x" + inner + ">]}")));
}

TEST_F(ObjectReferences, ADeadClientsReferencesAreGivenBackAfterAGrace) {
  const std::string shared = server_.create("list", {}, Object::dict(), /*client=*/1);
  const std::string own = server_.create("list", {}, Object::dict(), /*client=*/2);
  take(shared, /*client=*/2);
  take(shared, /*client=*/2);
  server_.die(2);
  EXPECT_EQ(count(), "2");
  server_.pass(MemoryServer::kOrphanGrace);
  EXPECT_EQ(count(), "1");
  EXPECT_FALSE(is_alive(own));
  drop(shared, /*client=*/1);
  EXPECT_FALSE(is_alive(shared));
}

TEST_F(ObjectReferences, AForkedChildMayTakeOverWithinTheGrace) {
  const std::string ident = server_.create("list", {}, Object::dict(), /*client=*/1);
  server_.die(1);
  take(ident, /*client=*/2);
  server_.pass(MemoryServer::kOrphanGrace);
  EXPECT_TRUE(is_alive(ident));
}

TEST_F(ObjectReferences, WhatATcpClientHoldsStays) {
  const std::string ident = server_.create("list", {}, Object::dict(), kAnonymous);
  server_.die(kAnonymous);
  server_.pass(std::chrono::hours(1));
  EXPECT_TRUE(is_alive(ident));
}

TEST_F(ObjectReferences, AReferenceMayBeGivenBackByAnother) {
  const std::string ident = server_.create("list", {}, Object::dict(), /*client=*/1);
  drop(ident, /*client=*/2);
  EXPECT_FALSE(is_alive(ident));
  server_.die(1);
  server_.pass(MemoryServer::kOrphanGrace);
}

}  // namespace
}  // namespace mp::manager::testing
