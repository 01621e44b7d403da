// MANAGER: the server process, its clients, and its end.
#include <signal.h>

#include <set>

#include "tests/support/asleep.hpp"
#include "tests/support/managed.hpp"
#include "tests/support/nobody.hpp"
#include "tests/support/process_watch.hpp"

namespace mpspec {
namespace {

/// What a call comes to when the server is not there any more.
const std::set<std::string>& errors_of_absence() {
  static const std::set<std::string> errors = {"BrokenPipeError", "ConnectionResetError",
                                               "EOFError", "ConnectionRefusedError",
                                               "FileNotFoundError"};
  return errors;
}

MATCHER(FailsForWantOfAServer, "fails because there is no server") {
  return errors_of_absence().contains(arg.error());
}
MATCHER(FindsNobody, "fails because nobody listens") {
  return arg.error() == "ConnectionRefusedError" || arg.error() == "FileNotFoundError";
}

class ManagerConformance : public ManagedConformance {
 protected:
  pid_t server_pid(Actor& starter, const Object& manager) {
    return static_cast<pid_t>(as_int(starter.call(manager, "pid").value()));
  }
  static bool exists(pid_t pid) { return ::kill(pid, 0) == 0; }
  Outcome count(Actor& client, const Object& manager) {
    return client.call(manager, "number_of_objects");
  }
  /// Another process of actor 0 that reaches the manager by its address and key alone.
  std::pair<Actor&, Object> client_of(const Object& manager) {
    Actor& actor = main().spawn().actor;
    return {actor, connect(actor, manager)};
  }
};

TEST_F(ManagerConformance, MANAGER_001_TheServerIsAProcessOfItsOwn) {
  const Object m = manager();
  const Child child = main().spawn({make("list")});
  const pid_t server = server_pid(main(), m);
  EXPECT_TRUE(exists(server));
  EXPECT_NE(server, main().pid());
  EXPECT_NE(server, child.actor.pid());
  EXPECT_NE(server, server_pid(main(), manager()));
}

TEST_F(ManagerConformance, MANAGER_002_ObjectsStayWhenTheirMakerHasEnded) {
  const Object shared = make("list");
  const Child maker = main().spawn({shared});
  const Object client = connect(maker.actor, server());
  const Object made = maker.actor.make_in(client, "dict", {dict({{"a", 1}})});
  maker.actor.call(shared, "append", {made});
  const Object d = main().keep(shared, "__getitem__", "manager.dict", {0});
  end(maker);
  EXPECT_THAT(main().call(d, "__setitem__", {"b", 2}), Returns(kNone));
  EXPECT_THAT(main().spawn({d}).actor.call(d, "copy"), Returns(dict({{"a", 1}, {"b", 2}})));
}

TEST_F(ManagerConformance, MANAGER_003_MakesEveryType) {
  const Object l = make("list", {list({1})});
  const Object d = make("dict", {dict({{"k", 1}})});
  const Object n = make("Namespace", {}, {{"x", 1}});
  const Object v = make("Value", {"i", 1});
  const Object a = make("Array", {"i", list({1})});
  const Object q = make("Queue");
  const Object lock = make("Lock");
  EXPECT_THAT(main().call(l, "__getitem__", {0}), Returns(1));
  EXPECT_THAT(main().call(d, "__getitem__", {"k"}), Returns(1));
  EXPECT_THAT(main().call(n, "__getattr__", {"x"}), Returns(1));
  EXPECT_THAT(main().call(v, "value"), Returns(1));
  EXPECT_THAT(main().call(a, "__getitem__", {0}), Returns(1));
  EXPECT_THAT(main().call(q, "empty"), Returns(true));
  EXPECT_THAT(main().call(lock, "acquire"), Returns(true));
}

TEST_F(ManagerConformance, MANAGER_003_AChangeOfOneChangesNoOther) {
  constexpr int kEach = 20;
  std::vector<Object> lists;
  std::vector<Object> values;
  for (int i = 0; i < kEach; ++i) {
    lists.push_back(make("list"));
    values.push_back(make("Value", {"i", 0}));
  }
  for (int i = 0; i < kEach; ++i) {
    main().call(lists[static_cast<std::size_t>(i)], "append", {i});
    main().call(values[static_cast<std::size_t>(i)], "set", {i});
  }
  for (int i = 0; i < kEach; ++i) {
    EXPECT_THAT(main().call(lists[static_cast<std::size_t>(i)], "to_list"), Returns(list({i})));
    EXPECT_THAT(main().call(values[static_cast<std::size_t>(i)], "get"), Returns(i));
  }
}

TEST_F(ManagerConformance, MANAGER_004_TheAddressLeadsToTheSameServer) {
  const Object m = manager();
  const auto [client, connected] = client_of(m);
  EXPECT_THAT(count(main(), m), Returns(0));
  client.make_in(connected, "list");
  EXPECT_THAT(count(main(), m), Returns(1));
}

TEST_F(ManagerConformance, MANAGER_004_AnAddressOfTheInternetNamesItsPort) {
  const Object m = main().make("Manager", {}, {{"address", tuple({"127.0.0.1", 0})}});
  const Value address = main().call(m, "address").value();
  ASSERT_TRUE(address.is<Tuple>());
  EXPECT_EQ(address.get_if<Tuple>()->items.at(0), Value("127.0.0.1"));
  EXPECT_GT(as_int(address.get_if<Tuple>()->items.at(1)), 0);
  const auto [client, connected] = client_of(m);
  client.make_in(connected, "list");
  EXPECT_THAT(count(main(), m), Returns(1));
}

TEST_F(ManagerConformance, MANAGER_005_AClientMakesAndUsesObjects) {
  const auto [client, connected] = client_of(server());
  const Object shared = make("list");
  const Object queue = client.make_in(connected, "Queue");
  const Object inbox = make("dict");
  EXPECT_THAT(client.call(queue, "put", {"item"}), Returns(kNone));
  EXPECT_THAT(client.call(queue, "get"), Returns("item"));
  EXPECT_THAT(count(client, connected), Returns(3));
  EXPECT_THAT(count(main(), server()), Returns(3));
}

TEST_F(ManagerConformance, MANAGER_006_AWrongKeyIsRefusedAndTheOthersGoOn) {
  const Object l = make("list");
  const Value address = main().call(server(), "address").value();
  Actor& stranger = main().spawn().actor;
  const auto [client, connected] = client_of(server());
  EXPECT_THAT(stranger.call("Manager.connect", {address, bytes("not the key")}),
              FailsWith("AuthenticationError"));
  EXPECT_THAT(stranger.call("Manager.connect", {address, bytes("")}),
              FailsWith("AuthenticationError"));
  EXPECT_THAT(main().call(l, "append", {1}), Returns(kNone));
  EXPECT_THAT(count(client, connected), Returns(1));
}

TEST_F(ManagerConformance, MANAGER_007_NobodyListensAtThePath) {
  const Value key = bytes("key");
  const Value path = (adapter().settings().folder / "no such file").string();
  EXPECT_THAT(main().call("Manager.connect", {path, key}), FailsWith("FileNotFoundError"));
}

TEST_F(ManagerConformance, MANAGER_007_NobodyListensAtTheSocket) {
  const UnansweredPort port;
  EXPECT_THAT(main().call("Manager.connect", {tuple({"127.0.0.1", port.number()}), bytes("key")}),
              FailsWith("ConnectionRefusedError"));
}

TEST_F(ManagerConformance, MANAGER_008_TheKeyIsTheOneThatWasGiven) {
  const Value key = bytes(std::string("\x00secret\xff", 8));
  const Object m = main().make("Manager", {}, {{"authkey", key}});
  EXPECT_THAT(main().call(m, "authkey"), Returns(key));
  const auto [client, connected] = client_of(m);
  EXPECT_THAT(count(client, connected), Returns(0));
}

TEST_F(ManagerConformance, MANAGER_008_WithoutOneItIsTheKeyOfTheProcess) {
  const Value key = main().call(manager(), "authkey").value();
  ASSERT_TRUE(key.is<Bytes>());
  EXPECT_FALSE(key.get_if<Bytes>()->data.empty());
  EXPECT_THAT(main().call(manager(), "authkey"), Returns(key));
}

TEST_F(ManagerConformance, MANAGER_009_AfterShutdownTheServerIsGone) {
  const Object m = manager();
  const pid_t server = server_pid(main(), m);
  const Value address = main().call(m, "address").value();
  const Value key = main().call(m, "authkey").value();
  EXPECT_THAT(main().call(m, "shutdown"), Succeeds());
  EXPECT_FALSE(exists(server));
  EXPECT_THAT(main().call("Manager.connect", {address, key}), FindsNobody());
}

TEST_F(ManagerConformance, MANAGER_010_ShutdownTwice) {
  const Object m = manager();
  EXPECT_THAT(main().call(m, "shutdown"), Returns(kNone));
  EXPECT_THAT(main().call(m, "shutdown"), Returns(kNone));
}

TEST_F(ManagerConformance, MANAGER_011_CallsAfterShutdownFail) {
  const Object l = make("list", {list({1})});
  const Object d = make("dict");
  const Object q = make("Queue");
  const Object lock = make("Lock");
  const auto children = spawn(2, {l, d, q, lock});
  Actor& used_it_before = children[0].actor;
  EXPECT_THAT(used_it_before.call(l, "__len__"), Returns(1));
  main().call(server(), "shutdown");
  for (Actor* actor : {&main(), &used_it_before, &children[1].actor}) {
    EXPECT_THAT(actor->call(l, "append", {2}), FailsForWantOfAServer());
    EXPECT_THAT(actor->call(d, "get", {"k"}), FailsForWantOfAServer());
    EXPECT_THAT(actor->call(q, "get"), FailsForWantOfAServer());
    EXPECT_THAT(actor->call(lock, "acquire"), FailsForWantOfAServer());
  }
}

TEST_F(ManagerConformance, MANAGER_012_ShutdownEndsWaitingCalls) {
  const Object queue = make("Queue");
  const Object lock = make("Lock");
  const Object barrier = make("Barrier", {2});
  main().call(lock, "acquire");
  const auto children = spawn(3, {queue, lock, barrier});
  const Pending waits_for_item = children[0].actor.begin(queue, "get");
  const Pending waits_for_lock = children[1].actor.begin(lock, "acquire");
  const Pending waits_for_party = children[2].actor.begin(barrier, "wait");
  // A call that the server has not read yet need not fail: all three have to wait in it.
  const pid_t server_process = server_pid(main(), server());
  wait_until_blocked(children[0].actor, waits_for_item, {server_process});
  wait_until_blocked(children[1].actor, waits_for_lock, {server_process});
  wait_until_blocked(children[2].actor, waits_for_party, {server_process});
  main().call(server(), "shutdown");
  for (const Pending* pending : {&waits_for_item, &waits_for_lock, &waits_for_party})
    EXPECT_THAT(pending->wait(), FailsForWantOfAServer());
}

TEST_F(ManagerConformance, MANAGER_013_TheServerEndsWithTheProcessThatStartedIt) {
  const Child starter = main().spawn();
  const Object m = starter.actor.make("Manager");
  const Object l = starter.actor.make_in(m, "list");
  EXPECT_THAT(starter.actor.call(l, "append", {1}), Returns(kNone));
  const ProcessWatch watch(server_pid(starter.actor, m));
  end(starter);
  EXPECT_TRUE(watch.ended_by(adapter().deadline()));
}

TEST_F(ManagerConformance, MANAGER_014_EveryObjectCounts) {
  const Object m = server();
  int objects = 0;
  EXPECT_THAT(count(main(), m), Returns(objects));
  const std::vector<std::pair<std::string, Args>> types = {
      {"list", {}},  {"dict", {}}, {"dict", {}},  {"Namespace", {}},       {"Value", {"i", 0}},
      {"Queue", {}}, {"Lock", {}}, {"Event", {}}, {"Array", {"i", list()}}};
  for (const auto& [type, args] : types) {
    make(type, args);
    EXPECT_THAT(count(main(), m), Returns(++objects)) << type;
  }
}

TEST_F(ManagerConformance, MANAGER_015_AFailingConstructorLeavesNothingBehind) {
  const Object before = make("list");
  EXPECT_THAT(main().try_make_in(server(), "dict", {5}), FailsWith("RemoteError"));
  EXPECT_THAT(main().try_make_in(server(), "list", {5}), FailsWith("RemoteError"));
  EXPECT_THAT(main().try_make_in(server(), "Semaphore", {-1}), FailsWith("RemoteError"));
  EXPECT_THAT(count(main(), server()), Returns(1));
  EXPECT_THAT(main().call(before, "append", {1}), Returns(kNone));
  EXPECT_THAT(main().call(make("dict", {dict({{"k", 1}})}), "get", {"k"}), Returns(1));
}

TEST_F(ManagerConformance, MANAGER_016_OthersAreAnsweredWhileCallsWait) {
  main().need_feature("threads");
  const Object barrier = make("Barrier", {3});
  const Object queue = make("Queue");
  const Child child = main().spawn({barrier, queue});
  const Pending in_thread = main().begin_on("waiter", barrier, "wait");
  const Pending in_child = child.actor.begin(barrier, "wait");
  await(main(), barrier, "n_waiting", 2);
  const Pending for_item = main().begin_on("getter", queue, "get");
  EXPECT_THAT(main().spawn({queue}).actor.call(queue, "qsize"), Returns(0));
  EXPECT_THAT(main().call(make("list"), "append", {1}), Returns(kNone));
  EXPECT_THAT(main().call(queue, "put", {"item"}), Returns(kNone));
  EXPECT_THAT(for_item.wait(), Returns("item"));
  EXPECT_THAT(main().call(barrier, "wait"), Succeeds());
  EXPECT_THAT(in_thread.wait(), Succeeds());
  EXPECT_THAT(in_child.wait(), Succeeds());
}

}  // namespace
}  // namespace mpspec
