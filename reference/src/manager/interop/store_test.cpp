// Managers that share their objects in a Redis, each of these a process of its own that may be
// killed.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <thread>

#include "manager/client/channel.hpp"
#include "manager/store/redis/link.hpp"
#include "manager/testing/child_program.hpp"
#include "manager/testing/pythons.hpp"
#include "mp/manager.hpp"
#include "mp/manager_server.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

Object number(std::int64_t value) { return Object::integer(value); }
Deadline in_time() { return Deadline::after(ChildProgram::kDeadline); }

/// Free a moment ago.
std::string free_port() {
  const base::UniqueFd probe(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  EXPECT_EQ(::bind(probe.get(), reinterpret_cast<sockaddr*>(&name), size), 0);
  EXPECT_EQ(::getsockname(probe.get(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  return std::to_string(ntohs(name.sin_port));
}

/// A session at one manager, in the words of the protocol: objects are known by their idents, so
/// that those of another manager can be asked for.
class Client {
 public:
  explicit Client(const Address& address) : address_(address), channel_(open()) {
    if (channel_) ask(Object(), "accept_connection", {Object::str("test")});
  }
  /// Its reply: repr(), the text of an exception, or what became of the connection.
  std::string call(const std::string& ident, std::string_view name, std::vector<Object> args = {}) {
    return ask(Object::str(ident), name, std::move(args));
  }
  std::future<std::string> later(const std::string& ident, std::string_view name,
                                 std::vector<Object> args = {}) {
    return std::async(std::launch::async,
                      [this, ident, name, args] { return call(ident, name, args); });
  }
  /// Asks, and does not look at the reply.
  void send(const std::string& ident, std::string_view name) {
    const auto request = encode_request(Object::str(ident), name, Object::tuple(), Object::dict());
    EXPECT_TRUE(channel_->send(*request));
  }
  std::string create(std::string_view type_id, std::vector<Object> args = {}) {
    args.insert(args.begin(), Object::str(type_id));
    const Object made = serve("create", std::move(args));
    return made.kind() == Kind::Tuple ? std::string(made.items()[0].as_str()) : "";
  }
  void incref(const std::string& ident) { serve("incref", {Object::str(ident)}); }
  Object serve(std::string_view name, std::vector<Object> args = {}) {
    const std::unique_ptr<Channel> once = open();
    if (!once) return Object();
    const auto request =
        encode_request(Object(), name, Object::tuple(std::move(args)), Object::dict());
    const Result<Reply> reply = once->exchange(*request);
    return reply ? reply->payload : Object();
  }

 private:
  std::unique_ptr<Channel> open() const {
    Result<std::unique_ptr<Channel>> made =
        Channel::open({address_, "secret"}, ChildProgram::kDeadline);
    if (!made) return nullptr;
    return *std::move(made);
  }
  std::string ask(const Object& ident, std::string_view name, std::vector<Object> args) {
    if (!channel_) return "no connection";
    const auto request =
        encode_request(ident, name, Object::tuple(std::move(args)), Object::dict());
    const Result<Reply> reply = channel_->exchange(*request);
    if (!reply) return std::string(to_string(reply.error().code));
    if (reply->kind == ReplyKind::Error) return exception_text(reply->payload);
    return repr(reply->payload).value_or("?");
  }

  Address address_;
  std::unique_ptr<Channel> channel_;
};

/// An engine and managers on one machine, in a folder of their own.
class Store : public ::testing::Test {
 protected:
  Store() {
    std::string pattern = ::testing::TempDir() + "mp-store-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Store() override {
    managers_.clear();
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string engine_socket() const { return folder_ + "/engine"; }
  RedisUrl engine_url() const { return *parse_redis_url("redis+unix://" + engine_socket()); }
  void start_engine(std::vector<std::string> more = {"--appendonly", "yes", "--appendfsync",
                                                     "always"}) {
    std::filesystem::remove(engine_socket());
    std::vector<std::string> command = {
        "redis-server", "--port", "0", "--unixsocket", engine_socket(), "--dir",
        folder_,        "--save", "",  "--logfile",    folder_ + "/log"};
    command.insert(command.end(), more.begin(), more.end());
    engine_ = std::make_unique<ChildProgram>(command);
    const Deadline deadline = in_time();
    while (true) {
      Result<RedisLink> link = RedisLink::connect(engine_url(), deadline);
      if (link) {
        const Result<RedisReply> pong = link->call({"PING"}, deadline);
        if (pong && pong->text == "PONG") return;
      }
      ASSERT_FALSE(deadline.passed()) << "no redis-server";
    }
  }
  void kill_engine() {
    engine_->signal(SIGKILL);
    engine_->wait();
  }
  RedisReply engine(RedisLink::Words words) {
    Result<RedisLink> link = RedisLink::connect(engine_url(), in_time());
    EXPECT_TRUE(link);
    const Result<RedisReply> reply = link->call(words, in_time());
    EXPECT_TRUE(reply && !reply->is_error()) << (reply ? reply->text : reply.error().message);
    return reply ? *reply : RedisReply{};
  }

  std::vector<std::string> command(const std::string& name, std::vector<std::string> more) const {
    std::vector<std::string> all = {MP_MANAGER_PROGRAM,
                                    "--address",
                                    folder_ + "/" + name,
                                    "--authkey-env",
                                    "MP_TEST_KEY",
                                    "--store",
                                    "redis+unix://" + engine_socket()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Address start_manager(const std::string& name, std::vector<std::string> more = {}) {
    auto& program = managers_[name];
    program = std::make_unique<ChildProgram>(command(name, std::move(more)),
                                             std::vector<std::string>{"MP_TEST_KEY=secret"});
    EXPECT_EQ(program->read_line(), folder_ + "/" + name);
    return UnixAddress{folder_ + "/" + name};
  }
  ChildProgram& manager(const std::string& name) { return *managers_.at(name); }
  void kill_manager(const std::string& name) {
    manager(name).signal(SIGKILL);
    manager(name).wait();
  }
  /// What a manager says that does not start.
  std::string refusal(std::vector<std::string> more = {}, const std::string& key = "secret") {
    ChildProgram program(command("refused", std::move(more)), {"MP_TEST_KEY=" + key},
                         /*keep_errors=*/true);
    std::string text = program.read_all();
    EXPECT_EQ(program.wait(), 1) << text;
    return text;
  }

  std::string folder_;
  std::unique_ptr<ChildProgram> engine_;
  std::map<std::string, std::unique_ptr<ChildProgram>> managers_;
};

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

TEST_F(Store, AReplicaThatConfirmedTakesOverWithEverything) {
  const std::string port = free_port();
  start_engine({"--port", port, "--appendonly", "yes"});
  const std::string socket = folder_ + "/replica", files = folder_ + "/replica-files";
  std::filesystem::create_directory(files);
  ChildProgram replica({"redis-server", "--port", "0", "--unixsocket", socket, "--dir", files,
                        "--save", "", "--appendonly", "yes", "--logfile", folder_ + "/replica-log",
                        "--replicaof", "127.0.0.1", port});
  const Deadline deadline = in_time();
  while (engine({"WAIT", "1", "100"}).number < 1) ASSERT_FALSE(deadline.passed());

  const Address address = start_manager("one", {"--store-replicas", "1"});
  Client one(address);
  const std::string list = one.create("list");
  int confirmed = 0;
  while (confirmed < 50 && one.call(list, "append", {number(confirmed)}) == "None") ++confirmed;
  EXPECT_EQ(confirmed, 50);
  kill_engine();
  Result<RedisLink> link = RedisLink::connect(*parse_redis_url("redis+unix://" + socket), deadline);
  ASSERT_TRUE(link);
  EXPECT_EQ(link->call({"REPLICAOF", "NO", "ONE"}, deadline)->text, "OK");
  std::filesystem::rename(socket, engine_socket());
  EXPECT_EQ(one.call(list, "__len__"), "50");
  // Nobody confirms what comes now.
  EXPECT_NE(one.call(list, "append", {number(50)}).find("may be lost"), std::string::npos);
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
