// CRASH: managed objects after the death of a client, and clients after the death of the server.
#include <signal.h>

#include "tests/support/crash.hpp"
#include "tests/support/process_watch.hpp"

namespace mpspec {
namespace {

class ClientCrashConformance : public CrashConformance {
 protected:
  static constexpr int kParts = 30;

  /// Updates and extends that are whole or not at all.
  static Program change(const Object& shared_dict, const Object& shared_list) {
    std::vector<std::pair<Value, Value>> pairs;
    List items;
    for (int part = 0; part < kParts; ++part) {
      pairs.emplace_back(part, var("i"));
      items.items.push_back(var("i"));
    }
    Program body, program;
    body.add("i", var("i"), 1)
        .call(shared_dict, "update", {dict(pairs)})
        .call(shared_list, "extend", {items})
        .call(shared_list, "__delitem__", {slice(0, kParts)});
    return program.set("i", 0).forever(body);
  }
  /// A later connection might look like the dead one to a server that tells them apart by threads.
  void connect_now(Actor& actor, const Object& lock) {
    acquire(actor, lock);
    release(actor, lock);
  }
  void kill_waiting_client(const Child& child, const Pending& operation) {
    kill_waiting(child, operation, {server_pid()});
  }
};

TEST_F(ClientCrashConformance, CRASH_017_WhatTheDeadDidIsWholeOrNotAtAll) {
  const Object shared_dict = make("dict");
  const Object shared_list = make("list");
  for (int round = 0; round < 4; ++round) {
    const Child child = main().spawn({shared_dict, shared_list});
    kill_within(20ms, child, child.actor.begin_run(change(shared_dict, shared_list)));
    settle();
    const Value entries = main().call(shared_dict, "copy").value();
    ASSERT_NE(entries.get_if<Dict>(), nullptr) << to_python(entries);
    const auto& items = entries.get_if<Dict>()->items;
    EXPECT_TRUE(items.empty() || items.size() == kParts) << to_python(entries);
    for (const auto& [key, value] : items) EXPECT_EQ(value, items.front().second);
    EXPECT_EQ(as_int(main().call(shared_list, "__len__").value()) % kParts, 0);
  }
}

TEST_F(ClientCrashConformance, CRASH_017_OthersAreAnsweredWhileTheDeadWaited) {
  const Object queue = make("Queue");
  const Object numbers = make("list", {list({1})});
  const auto children = spawn(2, {queue, numbers});
  kill_waiting_client(children[0], children[0].actor.begin(queue, "get"));
  EXPECT_THAT(main().call(numbers, "append", {2}), Returns(Value()));
  EXPECT_THAT(children[1].actor.call(numbers, "to_list"), Returns(list({1, 2})));
  EXPECT_THAT(main().call(make("dict", {dict({{"a", 1}})}), "copy"), Returns(dict({{"a", 1}})));
}

TEST_F(ClientCrashConformance, CRASH_018_TheDeadDoesNotSwallowAnItem) {
  const Object queue = make("Queue");
  const auto children = spawn(2, {queue});
  kill_waiting_client(children[0], children[0].actor.begin(queue, "get"));
  settle();
  EXPECT_THAT(main().call(queue, "put", {"item"}), Returns(Value()));
  settle();  // a session of the dead that wakes up late would let the next one be faster
  EXPECT_THAT(children[1].actor.call(queue, "get", {true, kPatience}), Returns("item"));
}

TEST_F(ClientCrashConformance, CRASH_018_AnotherWaitingClientGetsTheItem) {
  const Object queue = make("Queue");
  const auto children = spawn(2, {queue});
  const Pending victim = children[0].actor.begin(queue, "get");
  wait_until_blocked(children[0].actor, victim, {server_pid()});
  const Pending live = children[1].actor.begin(queue, "get", {true, 3 * kPatience});
  wait_until_blocked(children[1].actor, live, {server_pid()});
  kill(children[0]);
  settle();
  EXPECT_THAT(main().call(queue, "put", {"item"}), Returns(Value()));
  EXPECT_THAT(live.wait(), Returns("item"));
}

TEST_F(ClientCrashConformance, CRASH_019_AnotherClientReleasesTheLockOfTheDead) {
  const Object lock = make("Lock");
  const auto children = spawn(2, {lock});
  acquire(children[0].actor, lock);
  kill(children[0]);
  settle();
  const Outcome released = main().call(lock, "release");
  ASSERT_TRUE(released.ok() || released.error() == "RuntimeError") << to_text(released);
  acquire(main(), lock);
  expect_locked(children[1].actor, lock);
}

TEST_F(ClientCrashConformance, CRASH_020_AnotherClientAcquiresTheRLockOfTheDead) {
  const Object lock = make("RLock");
  const Child child = main().spawn({lock});
  connect_now(main(), lock);
  acquire(child.actor, lock);
  acquire(child.actor, lock);
  kill(child);
  settle();
  EXPECT_THAT(main().call(lock, "acquire", {true, kPatience}), Returns(true));
}

TEST_F(ClientCrashConformance, CRASH_021_SetOfAnEventTheDeadWaitedForReturns) {
  const Object event = make("Event");
  const auto children = spawn(2, {event});
  const Pending live = children[1].actor.begin(event, "wait");
  wait_until_blocked(children[1].actor, live, {server_pid()});
  kill_waiting_client(children[0], children[0].actor.begin(event, "wait"));
  EXPECT_THAT(main().call(event, "set"), Returns(Value()));
  EXPECT_THAT(live.wait(), Returns(true));
  EXPECT_THAT(main().call(event, "is_set"), Returns(true));
}

class ConditionCrashConformance : public ClientCrashConformance {
 protected:
  Pending wait_for_notification(const Child& child, const Object& condition,
                                const Args& timeout = {}) {
    acquire(child.actor, condition);
    const Pending waiting = child.actor.begin(condition, "wait", timeout);
    wait_until_blocked(child.actor, waiting, {server_pid()});
    return waiting;
  }
  void notify_all(const Object& condition) {
    ASSERT_THAT(main().call(condition, "acquire", {true, kPatience}), Returns(true));
    EXPECT_THAT(main().call(condition, "notify_all"), Returns(Value()));
    release(main(), condition);
  }
};

TEST_F(ConditionCrashConformance, CRASH_021_NotifyAllOfAConditionTheDeadWaitedForReturns) {
  const Object condition = make("Condition");
  const Child child = main().spawn({condition});
  kill_waiting_client(child, wait_for_notification(child, condition));
  notify_all(condition);
}

TEST_F(ConditionCrashConformance, CRASH_022_TheConditionStaysUsable) {
  const Object condition = make("Condition");
  const auto children = spawn(2, {condition});
  connect_now(children[1].actor, condition);
  kill_waiting_client(children[0], wait_for_notification(children[0], condition));
  settle();
  notify_all(condition);
  settle();  // the dead client's session has taken the lock by now, if it ever does
  ASSERT_THAT(children[1].actor.call(condition, "acquire", {true, kPatience}), Returns(true));
  const Pending live = children[1].actor.begin(condition, "wait");
  wait_until_blocked(children[1].actor, live, {server_pid()});
  notify_all(condition);
  EXPECT_THAT(live.wait(), Returns(true));
}

TEST_F(ClientCrashConformance, CRASH_023_TheDeadDoesNotCountAsWaiting) {
  const Object barrier = make("Barrier", {3});
  const auto children = spawn(2, {barrier});
  const Pending live = children[1].actor.begin(barrier, "wait");
  wait_until_blocked(children[1].actor, live, {server_pid()});
  kill_waiting_client(children[0], children[0].actor.begin(barrier, "wait"));
  settle();
  EXPECT_THAT(main().call(barrier, "n_waiting"), Returns(1));
}

TEST_F(ClientCrashConformance, CRASH_023_TheBarrierOpensForLiveClientsOnly) {
  const Object barrier = make("Barrier", {2});
  const auto children = spawn(2, {barrier});
  kill_waiting_client(children[0], children[0].actor.begin(barrier, "wait"));
  settle();
  const Pending first = children[1].actor.begin(barrier, "wait");
  wait_until_asleep({children[1].actor.pid(), server_pid()});
  ASSERT_FALSE(first.ready()) << "opened for one live client: " << to_text(first.wait());
  EXPECT_THAT(main().call(barrier, "wait"), Succeeds());
  EXPECT_THAT(first.wait(), Succeeds());
}

TEST_F(ClientCrashConformance, CRASH_024_ObjectsOfTheDeadAreFreed) {
  const Object kept = make("list");
  const long long before = as_int(main().call(server(), "number_of_objects").value());
  const Child child = main().spawn({kept});
  const Object client = connect(child.actor, server());
  const Object own = child.actor.make_in(client, "dict");
  EXPECT_THAT(child.actor.call(own, "__setitem__", {"a", 1}), Returns(Value()));
  EXPECT_THAT(main().call(server(), "number_of_objects"), Returns(before + 1));
  kill(child);
  // A server may leave the reference of the dead to whom they had just handed it on.
  await(main(), server(), "number_of_objects", before);
  EXPECT_THAT(main().call(kept, "append", {1}), Returns(Value()));
}

class ServerCrashConformance : public CrashConformance {
 protected:
  static bool is_lost(const Outcome& outcome) {
    const std::string error = outcome.error();
    return error == "EOFError" || error == "ConnectionResetError" || error == "BrokenPipeError";
  }
  static bool is_refused(const Outcome& outcome) {
    const std::string error = outcome.error();
    return error == "ConnectionRefusedError" || error == "FileNotFoundError";
  }
  void expect_waiting_call_fails(const Object& object, const std::string& method) {
    const Child child = main().spawn({object});
    const Pending waiting = child.actor.begin(object, method);
    wait_until_blocked(child.actor, waiting, {server_pid()});
    kill_process(server_pid());
    const Outcome outcome = waiting.wait();
    EXPECT_TRUE(is_lost(outcome)) << to_text(outcome);
  }
};

TEST_F(ServerCrashConformance, CRASH_025_AWaitingGetFails) {
  const Object queue = make("Queue");
  expect_waiting_call_fails(queue, "get");
}

TEST_F(ServerCrashConformance, CRASH_025_AWaitingAcquireFails) {
  const Object lock = make("Lock");
  acquire(main(), lock);
  expect_waiting_call_fails(lock, "acquire");
}

TEST_F(ServerCrashConformance, CRASH_026_CallsFailInEveryClient) {
  const Object shared = make("dict", {dict({{"a", 1}})});
  const auto children = spawn(2, {shared});
  EXPECT_THAT(main().call(shared, "__len__"), Returns(1));
  EXPECT_THAT(children[0].actor.call(shared, "__len__"), Returns(1));
  kill_process(server_pid());
  // The last one has never been connected.
  for (Actor* actor : {&main(), &children[0].actor, &children[1].actor}) {
    for (int again = 0; again < 2; ++again) {
      const Outcome outcome = actor->call(shared, "__len__");
      EXPECT_TRUE(is_lost(outcome) || is_refused(outcome)) << to_text(outcome);
    }
  }
}

TEST_F(ServerCrashConformance, CRASH_026_NobodyConnectsToADeadServer) {
  const Value address = main().call(server(), "address").value();
  const Value authkey = main().call(server(), "authkey").value();
  const Child child = main().spawn();
  kill_process(server_pid());
  const Outcome outcome = child.actor.call("Manager.connect", {address, authkey});
  EXPECT_TRUE(is_refused(outcome)) << to_text(outcome);
}

TEST_F(ServerCrashConformance, CRASH_027_ProxiesOfADeadServerAreDropped) {
  const Object used = make("list");
  const Object unused = make("dict");
  EXPECT_THAT(main().call(used, "append", {1}), Returns(Value()));
  kill_process(server_pid());
  EXPECT_THAT(main().call("actor.drop", {used.name}), Returns(Value()));
  EXPECT_THAT(main().call("actor.drop", {unused.name}), Returns(Value()));
  EXPECT_THAT(main().call(server(), "shutdown"), Returns(Value()));
}

TEST_F(ServerCrashConformance, CRASH_028_AnInterruptDoesNotEndTheServer) {
  const Object shared = make("list", {list({1})});
  const pid_t pid = server_pid();
  const ProcessWatch watch(pid);
  for (int i = 0; i < 3; ++i) {
    ::kill(pid, SIGINT);
    EXPECT_THAT(main().call(shared, "append", {i}), Returns(Value()));
  }
  const Child child = main().spawn({shared});
  EXPECT_THAT(child.actor.call(shared, "to_list"), Returns(list({1, 0, 1, 2})));
  EXPECT_FALSE(watch.ended_by(Clock::now()));
}

TEST_F(ServerCrashConformance, CRASH_029_TheServerEndsWithItsStarterAndItsLastClient) {
  const Child starter = main().spawn();
  const Object own = starter.actor.make("Manager");
  const Object shared = starter.actor.make_in(own, "list");
  EXPECT_THAT(starter.actor.call(shared, "append", {1}), Returns(Value()));
  const ProcessWatch watch(static_cast<pid_t>(as_int(starter.actor.call(own, "pid").value())));
  kill(starter);
  EXPECT_TRUE(watch.ended_by(adapter().deadline())) << "the server lives on";
}

}  // namespace
}  // namespace mpspec
