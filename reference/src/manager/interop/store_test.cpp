// Managers that share their objects in a Redis, each of these a process of its own that may be
// killed.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "manager/interop/shared_store.hpp"
#include "manager/testing/pythons.hpp"
#include "mp/batch.hpp"
#include "mp/manager_server.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

TEST_F(Store, ManagersHaveTheSameObjects) {
  start_engine();
  Client one(start_manager("one")), two(start_manager("two"));
  const std::string dict = one.create("dict"), queue = two.create("Queue");
  EXPECT_EQ(one.call(dict, "__setitem__", {number(1), Object::str("a")}), "None");
  EXPECT_EQ(two.call(dict, "__setitem__", {Object::boolean(true), Object::str("b")}), "None");
  EXPECT_EQ(two.call(dict, "__setitem__", {number(0), Object::str("c")}), "None");
  EXPECT_EQ(one.call(dict, "copy"), "{1: 'b', 0: 'c'}");
  std::future<std::string> item = one.later(queue, "get");
  EXPECT_EQ(two.call(queue, "put", {number(7)}), "None");
  EXPECT_EQ(item.get(), "7");
  EXPECT_EQ(two.call(queue, "get_nowait"), "queue.Empty");
}

TEST_F(Store, ABatchIsOneEntry) {
  start_engine();
  const Address address = start_manager("one");
  const mp::Manager manager = *mp::Manager::connect(address, "secret");
  const ManagedDict dict = *manager.dict();
  const std::int64_t before = engine({"XLEN", "mp:log"}).number;
  Batch batch;
  for (int key = 0; key < 100; ++key) {
    batch.call(dict, "__setitem__", {number(key), number(key * key)});
  }
  batch.call(dict, "__len__");
  const Result<std::vector<Answer>> answers = batch.run();
  ASSERT_TRUE(answers) << answers.error().message;
  ASSERT_EQ(answers->size(), 101u);
  EXPECT_EQ(repr(answers->back().value).value_or("?"), "100");
  // Its frames may have come in several pieces, the first of them before the others.
  EXPECT_LE(engine({"XLEN", "mp:log"}).number, before + 10);
}

TEST_F(Store, AProgramTakesPartWithoutAServerOfItsHost) {
  start_engine();
  const ManagerStoreOptions store{.url = "redis+unix://" + engine_socket()};
  const Result<mp::Manager> manager = mp::Manager::connect(store, "secret");
  ASSERT_TRUE(manager) << manager.error().message;
  const ManagedList list = *manager->list();
  ASSERT_TRUE(list.append(number(1)));
  Client other(start_manager("two"));
  EXPECT_EQ(other.call(std::string(list.ident()), "append", {number(2)}), "None");
  EXPECT_EQ(repr(*list.pop()).value_or("?"), "2");

  EXPECT_EQ(mp::Manager::connect(store, "another").error().code, ErrorCode::AuthenticationFailed);
  const Error wrong = mp::Manager::connect({.url = "redis:engine"}, "secret").error();
  EXPECT_EQ(wrong.code, ErrorCode::InvalidArgument);
  EXPECT_NE(wrong.message.find("redis:engine"), std::string::npos) << wrong.message;
}

TEST_F(Store, IsTakenAwayWhenNobodyUsesIt) {
  start_engine();
  const auto clean = [&] {
    ChildProgram program(
        {MP_MANAGER_PROGRAM, "--clean-store", "--store", "redis+unix://" + engine_socket()}, {},
        /*keep_errors=*/true);
    std::string text = program.read_all();
    return std::pair{program.wait(), text};
  };
  Client one(start_manager("one"));
  const std::string list = one.create("list");
  EXPECT_EQ(one.call(list, "append", {number(1)}), "None");
  const auto [refused, why] = clean();
  EXPECT_EQ(refused, 1);
  EXPECT_NE(why.find("managers that take part in the store: 1"), std::string::npos) << why;
  EXPECT_EQ(one.call(list, "__len__"), "1");
  manager("one").signal(SIGTERM);
  EXPECT_EQ(manager("one").wait(), 0);
  engine({"SET", "another's", "x"});
  EXPECT_EQ(clean().first, 0);
  EXPECT_EQ(engine({"DBSIZE"}).number, 1);
}

TEST_F(Store, ThePythonClientsSeeNoDifference) {
  start_engine();
  const Address address = start_manager("one");
  with_each_python([&](const std::string& python) {
    ChildProgram client(
        {python, "-B", MP_INTEROP_FOLDER "/client.py", to_string(address), "736563726574"});
    EXPECT_EQ(client.read_all(), "ok\n");
    EXPECT_EQ(client.wait(), 0);
  });
}

TEST_F(Store, TheLivingGetWhatAKilledManagersClientsHad) {
  start_engine();
  Client one(start_manager("one")), two(start_manager("two"));
  const std::string lock = two.create("Lock"), list = one.create("list");
  EXPECT_EQ(one.call(lock, "acquire"), "True");
  const std::int64_t before = std::stoll(one.call(lock, "fence"));
  std::future<std::string> acquired = two.later(lock, "acquire");
  kill_manager("one");
  EXPECT_EQ(acquired.get(), "True");
  EXPECT_GT(std::stoll(two.call(lock, "fence")), before);
  // Nobody else had the list.
  EXPECT_NE(two.call(list, "__len__").find("KeyError"), std::string::npos);
}

TEST_F(Store, AnItemThatNobodyReadComesBack) {
  start_engine();
  Client one(start_manager("one")), two(start_manager("two"));
  const std::string queue = two.create("Queue");
  // More than goes into a socket.
  EXPECT_EQ(two.call(queue, "put", {Object::bytes(std::string(std::size_t{8} << 20, 'x'))}),
            "None");
  one.send(queue, "get");
  const Deadline deadline = in_time();
  while (two.call(queue, "qsize") != "0") ASSERT_FALSE(deadline.passed());
  std::future<std::string> item = two.later(queue, "get");
  kill_manager("one");
  EXPECT_EQ(item.get().size(), (std::size_t{8} << 20) + 3);
}

TEST_F(Store, NothingIsLostWhenTheEngineIsKilled) {
  start_engine();
  const Address addresses[] = {start_manager("one"), start_manager("two")};
  Client watcher(addresses[0]);
  const std::string list = watcher.create("list");
  std::atomic<bool> ends = false;
  std::atomic<int> done[2] = {0, 0};
  std::vector<std::future<std::set<std::int64_t>>> writers;
  for (int i = 0; i < 2; ++i) {
    writers.push_back(std::async(std::launch::async, [&, i] {
      std::set<std::int64_t> confirmed;
      Client client(addresses[i]);
      for (std::int64_t n = i; !ends; n += 2) {
        const std::string said = client.call(list, "append", {number(n)});
        EXPECT_EQ(said, "None");
        if (said != "None") break;
        confirmed.insert(n);
        ++done[i];
      }
      return confirmed;
    }));
  }
  const auto both_go_on = [&] {
    const int before[] = {done[0], done[1]};
    const Deadline deadline = in_time();
    while (done[0] < before[0] + 20 || done[1] < before[1] + 20) {
      ASSERT_FALSE(deadline.passed());
      std::this_thread::yield();
    }
  };
  for (int times = 0; times < 3; ++times) {
    both_go_on();
    kill_engine();
    start_engine();
  }
  both_go_on();
  ends = true;
  std::set<std::int64_t> confirmed;
  for (auto& writer : writers) confirmed.merge(writer.get());
  for (const auto& address : addresses) {
    Client reader(address);
    EXPECT_EQ(reader.call(list, "__len__"), std::to_string(confirmed.size()));
    std::set<std::int64_t> there;
    const Object copy = [&] {
      const auto channel = Channel::open({address, "secret"}, ChildProgram::kDeadline);
      (void)(*channel)->exchange(*encode_request(
          Object(), "accept_connection", Object::tuple_of(Object::str("t")), Object::dict()));
      return (*channel)
          ->exchange(*encode_request(list, "#GETVALUE", Object::tuple(), Object::dict()))
          ->payload;
    }();
    for (const Object& item : copy.items()) EXPECT_TRUE(there.insert(item.as_int64()).second);
    EXPECT_EQ(there == confirmed, true);
  }
}

TEST_F(Store, AManagerThatComesBackTooLateIsTold) {
  start_engine();
  const Address address = start_manager("one", {"--store-lease", "2000"});
  Client one(address), two(start_manager("two", {"--store-lease", "2000"}));
  const std::string lock = two.create("Lock"), dict = two.create("dict");
  EXPECT_EQ(one.call(dict, "__setitem__", {number(1), number(1)}), "None");
  EXPECT_EQ(one.call(lock, "acquire"), "True");
  std::future<std::string> acquired = two.later(lock, "acquire");
  manager("one").signal(SIGSTOP);
  EXPECT_EQ(acquired.get(), "True");
  manager("one").signal(SIGCONT);
  EXPECT_EQ(one.call(dict, "__setitem__", {number(1), number(2)}), "Disconnected");
  Client again(address);
  EXPECT_EQ(again.call(dict, "copy"), "{1: 1}");
}

TEST_F(Store, AStoppedEngineIsWaitedForWithPatience) {
  start_engine();
  Client one(start_manager("one", {"--store-patience", "300"}));
  const std::string list = one.create("list");
  engine_->signal(SIGSTOP);
  EXPECT_NE(one.call(list, "append", {number(1)}).find("may be carried out, or not"),
            std::string::npos);
  engine_->signal(SIGCONT);
  const Deadline deadline = in_time();
  while (Client(UnixAddress{folder_ + "/one"}).call(list, "append", {number(2)}) != "None") {
    ASSERT_FALSE(deadline.passed());
  }
}

TEST_F(Store, AFullEngineTakesNothingAndGivesBack) {
  start_engine();
  Client one(start_manager("one"));
  const std::string queue = one.create("Queue");
  EXPECT_EQ(one.call(queue, "put", {number(1)}), "None");
  engine({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_NE(one.call(queue, "put", {number(2)}).find("MemoryError: the store is full"),
            std::string::npos);
  EXPECT_EQ(one.call(queue, "get"), "1");
  engine({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(one.call(queue, "qsize"), "0");
  EXPECT_EQ(one.call(queue, "put", {number(3)}), "None");
}

TEST_F(Store, ASnapshotTakesThePlaceOfEntries) {
  start_engine();
  ManagerServerOptions options;
  options.authkey = "secret";
  options.store =
      ManagerStoreOptions{.url = "redis+unix://" + engine_socket(), .snapshot_after_bytes = 10'000};
  const Address address = UnixAddress{folder_ + "/one"};
  Result<ManagerServer> server = ManagerServer::open(address, options);
  ASSERT_TRUE(server) << server.error().message;
  std::thread serving([&] { EXPECT_TRUE(server->serve()); });
  {
    Client one(address);
    const std::string list = one.create("list");
    for (int i = 0; i < 500; ++i) EXPECT_EQ(one.call(list, "append", {number(i)}), "None");
    const Deadline deadline = in_time();
    while (engine({"XLEN", "mp:log"}).number >= 500) ASSERT_FALSE(deadline.passed());
    Client two(start_manager("two"));
    EXPECT_EQ(two.call(list, "__len__"), "500");
    EXPECT_EQ(two.call(list, "__getitem__", {number(499)}), "499");
  }
  server->stop();
  serving.join();
}

TEST_F(Store, WhatOthersWroteIntoTheEngineIsIgnored) {
  start_engine();
  Client one(start_manager("one"));
  const std::string list = one.create("list");
  EXPECT_EQ(one.call(list, "append", {number(1)}), "None");
  engine({"EVAL",
          "local p = redis.call('HINCRBY', 'mp:meta', 'pos', 1) "
          "return redis.call('XADD', 'mp:log', p .. '-0', 'e', 'forged')",
          "0"});
  EXPECT_EQ(one.call(list, "append", {number(2)}), "None");
  Client two(start_manager("two"));
  EXPECT_EQ(two.call(list, "__len__"), "2");
}

TEST_F(Store, RefusesAnEngineThatWouldNotKeepItsWord) {
  EXPECT_NE(refusal().find("redis+unix://" + engine_socket()), std::string::npos);
  start_engine({});
  EXPECT_NE(refusal().find("set appendonly yes"), std::string::npos);
  EXPECT_NE(refusal({"--store-consistency", "fast"}).find("keeps nothing"), std::string::npos);
  engine({"CONFIG", "SET", "appendonly", "yes"});
  EXPECT_NE(refusal().find("appendfsync everysec"), std::string::npos);
  engine({"CONFIG", "SET", "appendfsync", "always"});
  engine({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
  EXPECT_NE(refusal().find("set noeviction"), std::string::npos);
  engine({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  Client one(start_manager("one"));
  EXPECT_NE(refusal({}, "another").find("has another authkey"), std::string::npos);
  engine({"CONFIG", "SET", "requirepass", "word"});
  EXPECT_NE(refusal().find("NOAUTH"), std::string::npos);
}

TEST_F(Store, FastHasNoLocks) {
  start_engine({"--appendonly", "yes"});
  Client one(start_manager("one", {"--store-consistency", "fast"}));
  EXPECT_NE(one.create("dict"), "");
  const Object said = one.serve("create", {Object::str("Lock")});
  ASSERT_EQ(said.kind(), Kind::Str);
  EXPECT_NE(said.as_str().find("unsupported: no Lock"), std::string_view::npos);
}

TEST_F(Store, ReplicasThatDoNotConfirmMakeAChangeUnsure) {
  start_engine({"--appendonly", "yes"});
  Client one(start_manager("one", {"--store-replicas", "1"}));
  const Object said = one.serve("create", {Object::str("dict")});
  ASSERT_EQ(said.kind(), Kind::Str);
  EXPECT_NE(said.as_str().find("may be lost"), std::string_view::npos);
}

TEST_F(Store, AUserWithNothingMoreThanItsKeysIsEnough) {
  start_engine();
  std::ofstream(folder_ + "/password") << "word\n";
  engine({"ACL",
          "SETUSER",
          "manager",
          "on",
          ">word",
          "~mp:*",
          "&mp:*",
          "+fcall",
          "+function|load",
          "+hmget",
          "+hget",
          "+hset",
          "+hsetnx",
          "+hincrby",
          "+hdel",
          "+hlen",
          "+hexists",
          "+hvals",
          "+hgetall",
          "+xadd",
          "+xrange",
          "+xtrim",
          "+time",
          "+publish",
          "+pubsub|numsub",
          "+unlink",
          "+lrange",
          "+rpush",
          "+wait",
          "+subscribe",
          "+info",
          "+config|get",
          "+select",
          "+exists"});
  Client one(start_manager(
      "one", {"--store-user", "manager", "--store-password-file", folder_ + "/password"}));
  const std::string lock = one.create("Lock");
  EXPECT_EQ(one.call(lock, "acquire"), "True");
}

}  // namespace
}  // namespace mp::manager::testing
