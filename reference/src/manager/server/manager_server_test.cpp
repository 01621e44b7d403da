#include "mp/manager_server.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/poll.hpp"
#include "base/testing/signal.hpp"
#include "manager/client/channel.hpp"
#include "manager/net/socket_address.hpp"
#include "mp/manager.hpp"

namespace mp {
namespace {

using namespace std::chrono_literals;

/// A server in a thread of the test's own process.
class ManagerServerTest : public ::testing::Test {
 protected:
  void TearDown() override { stop(); }

  void serve(ManagerServerOptions options = {}) {
    options.authkey = "key";
    Result<ManagerServer> opened =
        ManagerServer::open(InetAddress{"127.0.0.1", 0}, std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    server_.emplace(*std::move(opened));
    thread_ = std::thread([this] { EXPECT_TRUE(server_->serve()); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }
  Manager client() {
    Result<Manager> manager = Manager::connect(server_->address(), "key");
    EXPECT_TRUE(manager) << manager.error().message;
    return *std::move(manager);
  }
  /// A connection that says nothing by itself.
  base::UniqueFd connect() {
    const manager::SocketAddress to =
        manager::resolve(server_->address(), manager::Purpose::Connect)->front();
    base::UniqueFd fd(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), to.get(), to.size), 0);
    return fd;
  }
  /// Everything the server sends until it ends the connection.
  static std::string read_to_end(int fd) {
    std::string all;
    while (true) {
      const Result<bool> ready = base::poll_readable(fd, Deadline::after(testing::kTestDeadline));
      if (!ready || !*ready) {
        ADD_FAILURE() << "the server keeps the connection";
        return all;
      }
      char chunk[4096];
      const ssize_t got = ::recv(fd, chunk, sizeof chunk, 0);
      if (got <= 0) return all;
      all.append(chunk, static_cast<std::size_t>(got));
    }
  }

  std::optional<ManagerServer> server_;
  std::thread thread_;
};

TEST_F(ManagerServerTest, ServesInAThread) {
  serve();
  const Manager manager = client();
  const auto list = manager.list();
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->append(Object::integer(1)));
  EXPECT_EQ(*manager.number_of_objects(), 1u);
}

TEST_F(ManagerServerTest, ASilentStrangerHoldsUpNobodyAndIsSentAway) {
  serve({.handshake_timeout = 1s});  // the other client needs a part of it, too
  const base::UniqueFd silent = connect();
  EXPECT_TRUE(client().list());
  EXPECT_TRUE(read_to_end(silent.get()).find("#CHALLENGE#") != std::string::npos);
}

TEST_F(ManagerServerTest, TooManyConnectionsAreSentAway) {
  serve({.connections_max = 2});
  const base::UniqueFd first = connect();
  const base::UniqueFd second = connect();
  char byte = 0;
  ASSERT_EQ(::recv(first.get(), &byte, 1, 0), 1);
  ASSERT_EQ(::recv(second.get(), &byte, 1, 0), 1);
  EXPECT_EQ(read_to_end(connect().get()), "");
}

TEST_F(ManagerServerTest, AnEnormousLengthIsNotBelieved) {
  serve();
  const Result<Object> big =
      client().list()->call("append", {Object::bytes(std::string(1000, 'x'))});
  EXPECT_TRUE(big);
  const base::UniqueFd stranger = connect();
  const std::string_view header("\xff\xff\xff\xff\x40\0\0\0\0\0\0\0", 12);
  ASSERT_EQ(::send(stranger.get(), header.data(), header.size(), 0), 12);
  read_to_end(stranger.get());
  EXPECT_TRUE(client().list());
}

TEST_F(ManagerServerTest, ARequestOverTheLimitIsRefused) {
  serve({.message_bytes_max = 2000});
  const auto list = client().list();
  ASSERT_TRUE(list);
  const Result<void> appended = list->append(Object::bytes(std::string(3000, 'x')));
  EXPECT_FALSE(appended);
  EXPECT_TRUE(client().list());
}

TEST_F(ManagerServerTest, ADeeplyNestedRequestIsRefused) {
  serve({.depth_max = 50});
  const auto list = client().list();
  ASSERT_TRUE(list);
  Object deep = Object::list();
  for (int i = 0; i < 60; ++i) deep = Object::list({deep});
  EXPECT_EQ(list->append(deep).error().code, ErrorCode::Remote);
  EXPECT_EQ(*list->len(), 0u);
}

TEST_F(ManagerServerTest, StrictServersRefuseMd5) {
  serve({.strict_auth = true});
  EXPECT_TRUE(client().list());  // answers with SHA-256
  const base::UniqueFd legacy = connect();
  manager::FrameReader frames(256);
  const std::span<char> room = frames.prepare();
  const ssize_t got = ::recv(legacy.get(), room.data(), room.size(), 0);
  ASSERT_GT(got, 0);
  frames.commit(static_cast<std::size_t>(got));
  const std::string challenge(**frames.next());
  // A client up to CPython 3.11 does not look at the digest's name.
  std::string answer =
      *manager::answer_challenge("key", challenge.substr(11, 20), manager::DigestPolicy::Any);
  std::string frame;
  manager::append_frame(frame, answer);
  ASSERT_EQ(::send(legacy.get(), frame.data(), frame.size(), 0),
            static_cast<ssize_t>(frame.size()));
  EXPECT_EQ(read_to_end(legacy.get()), std::string("\0\0\0\x09#FAILURE#", 13));
}

TEST_F(ManagerServerTest, AShutdownRequestEndsIt) {
  serve();
  const auto channel = manager::Channel::open({server_->address(), "key"}, 30s);
  ASSERT_TRUE(channel);
  EXPECT_TRUE((*channel)->exchange(
      *manager::encode_request(Object(), "shutdown", Object::tuple(), Object::dict())));
  thread_.join();
}

TEST_F(ManagerServerTest, StopEndsItBeforeItRunsToo) {
  Result<ManagerServer> server = ManagerServer::open(InetAddress{"127.0.0.1", 0}, {});
  ASSERT_TRUE(server);
  server->stop();
  EXPECT_TRUE(server->serve());
}

/// A server that is a process of its own, which can be made to find everything at once.
class StoppedServerTest : public ::testing::Test {
 protected:
  static std::string request(const std::string& ident, std::string_view method,
                             std::vector<Object> args = {}) {
    return *manager::encode_request(Object::str(ident), method, Object::tuple(std::move(args)),
                                    Object::dict());
  }
  /// A connection with an open session.
  static std::unique_ptr<manager::Channel> session(const Manager& manager) {
    auto channel =
        manager::Channel::open({manager.address(), manager.authkey()}, testing::kTestDeadline);
    EXPECT_TRUE(channel && (*channel)->exchange(*manager::encode_request(
                               Object(), "accept_connection", Object::tuple_of(Object::str("test")),
                               Object::dict())));
    return *std::move(channel);
  }
};

TEST_F(StoppedServerTest, AWaitingClientThatEndedBeforeABusyOnePutsTakesNothing) {
  const Result<Manager> manager = Manager::start();
  ASSERT_TRUE(manager) << manager.error().message;
  const auto queue = manager->queue();
  ASSERT_TRUE(queue);
  const auto busy = session(*manager);
  for (int round = 0; round < 50; ++round) {
    auto waiting = session(*manager);
    // The reply to the first says that the second waits: what arrives together is done together.
    std::string frames;
    manager::append_frame(frames, request(queue->ident(), "qsize"));
    manager::append_frame(frames, request(queue->ident(), "get"));
    ASSERT_TRUE(waiting->exchange_all(frames, 1));
    // So many calls at once give it a thread of its own in the server.
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(busy->exchange(request(queue->ident(), "qsize")));
    }
    ASSERT_EQ(::kill(*manager->pid(), SIGSTOP), 0);
    waiting.reset();
    const Result<void> sent = busy->send(request(queue->ident(), "put", {Object::integer(1)}));
    ASSERT_EQ(::kill(*manager->pid(), SIGCONT), 0);
    ASSERT_TRUE(sent);
    ASSERT_TRUE(busy->exchange_all("", 1));
    ASSERT_EQ(*queue->qsize(), 1u) << round;
    ASSERT_TRUE(queue->get());
  }
}

}  // namespace
}  // namespace mp
