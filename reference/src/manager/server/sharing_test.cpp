#include "manager/protocol/sharing.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "base/testing/signal.hpp"
#include "manager/client/channel.hpp"
#include "mp/batch.hpp"
#include "mp/manager.hpp"

// Clients and a server that share memory. The server is a process of its own.
namespace mp::manager {
namespace {

using namespace std::chrono_literals;

Object number(std::int64_t value) { return Object::integer(value); }

std::string request(const std::string& ident, std::string_view method,
                    std::vector<Object> args = {}) {
  return *encode_request(Object::str(ident), method, Object::tuple(std::move(args)),
                         Object::dict());
}

/// A session that may share memory, as a proxy's does.
std::unique_ptr<Channel> session(const Manager& manager, std::string_view mark = kSharingMark) {
  auto channel =
      Channel::open(Endpoint(manager.address(), manager.authkey()), testing::kTestDeadline);
  EXPECT_TRUE(channel) << channel.error().message;
  const std::string name = "test" + std::string(mark);
  const auto reply = (*channel)->exchange(*encode_request(
      Object(), "accept_connection", Object::tuple_of(Object::str(name)), Object::dict()));
  EXPECT_TRUE(reply);
  return *std::move(channel);
}

/// One that does.
std::unique_ptr<Channel> sharing_session(const Manager& manager) {
  auto channel = session(manager);
  const Result<bool> shares = channel->share_memory();
  EXPECT_TRUE(shares && *shares);
  return channel;
}

Manager start(ManagerOptions options = {}) {
  Result<Manager> manager = Manager::start(std::move(options));
  EXPECT_TRUE(manager) << manager.error().message;
  return *std::move(manager);
}

/// Runs in a forked child; what it returns is its exit status.
template <class Body>
pid_t in_child(Body body) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(body());
  return pid;
}
int status_of(pid_t pid) {
  int status = -1;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Sharing, CallsGoOnInMemory) {
  const Manager manager = start();
  const ManagedDict dict = *manager.dict();
  const auto channel = sharing_session(manager);
  EXPECT_TRUE(channel->shares_memory());
  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(channel->exchange(request(dict.ident(), "__setitem__", {number(i), number(-i)})));
    const auto reply = channel->exchange(request(dict.ident(), "__getitem__", {number(i)}));
    ASSERT_TRUE(reply) << reply.error().message;
    ASSERT_EQ(reply->payload.as_int64(), -i);
  }
  EXPECT_EQ(*dict.len(), 3000u);
}

TEST(Sharing, IsOfferedToWhoAsksAndWhereItIsOn) {
  const auto answer = [](const Manager& manager, std::string_view mark) {
    const auto channel =
        *Channel::open(Endpoint(manager.address(), manager.authkey()), testing::kTestDeadline);
    const auto reply = channel->exchange(*encode_request(
        Object(), "accept_connection",
        Object::tuple_of(Object::str("MainProcess" + std::string(mark))), Object::dict()));
    return *repr(reply->payload);
  };
  const Manager on = start();
  EXPECT_EQ(answer(on, kSharingMark), "'shared-memory-1'");
  EXPECT_EQ(answer(on, ""), "None");
  const Manager off = start({.server = {.shared_memory = false}});
  EXPECT_EQ(answer(off, kSharingMark), "None");
  const auto refused = session(off)->share_memory();
  EXPECT_TRUE(refused && !*refused);
}

TEST(Sharing, ARefusalChangesNothing) {
  const Manager manager = start({.server = {.shared_memory = false}});
  const ManagedList list = *manager.list();
  const auto channel = session(manager);
  EXPECT_FALSE(*channel->share_memory());
  EXPECT_TRUE(channel->exchange(request(list.ident(), "append", {number(1)})));
  EXPECT_EQ(*list.len(), 1u);
}

TEST(Sharing, OnTcpNothingIsShared) {
  const Manager manager = start({.address = InetAddress{"127.0.0.1", 0}});
  const auto refused = session(manager)->share_memory();
  EXPECT_TRUE(refused && !*refused);
}

TEST(Sharing, ValuesManyTimesAsLargeAsTheMemoryCross) {
  const Manager manager = start();
  const ManagedValue value = *manager.value("x", Object());
  const auto channel = sharing_session(manager);
  for (const std::size_t size : {std::size_t{100}, kPieceMax, kLaneBytes, std::size_t{3'000'000}}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 >> 3);
    ASSERT_TRUE(channel->exchange(request(value.ident(), "set", {Object::bytes(text)})));
    const auto reply = channel->exchange(request(value.ident(), "get"));
    ASSERT_TRUE(reply) << reply.error().message;
    ASSERT_TRUE(reply->payload.as_bytes() == text) << size;
  }
}

TEST(Sharing, ABatchThatFillsBothDirectionsComesThrough) {
  const Manager manager = start();
  const ManagedList list = *manager.list();
  Batch batch;
  const std::string text(2000, 'x');
  for (int round = 0; round < 6; ++round) {  // the first ones are not shared yet
    for (int i = 0; i < 300; ++i) {
      batch.call(list, "append", {Object::str(text)});
      batch.call(list, "__getitem__", {number(i)});
    }
    const auto answers = batch.run();
    ASSERT_TRUE(answers) << answers.error().message;
    ASSERT_EQ(answers->size(), 600u);
    for (const Answer& answer : *answers) ASSERT_EQ(answer.kind, Answer::Kind::Returned);
  }
  EXPECT_EQ(*list.len(), 1800u);
}

TEST(Sharing, WaitingCallsAreAnsweredByOthers) {
  const Manager manager = start();
  const ManagedQueue queue = *manager.queue();
  const ManagedQueue back = *manager.queue();
  std::thread echo([&] {
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(back.put(*queue.get()));
  });
  for (int i = 0; i < 200; ++i) {
    // Now and then so late that the other side has gone to listen at its socket.
    if (i % 50 == 20) std::this_thread::sleep_for(15ms);
    ASSERT_TRUE(queue.put(number(i)));
    ASSERT_EQ(back.get()->as_int64(), i);
  }
  echo.join();
}

TEST(Sharing, ThreadsAndForkedChildrenHaveTheirOwn) {
  const Manager manager = start();
  const ManagedDict dict = *manager.dict();
  const auto work = [&] {
    for (int i = 0; i < 500; ++i) {
      if (!dict.increment(Object::str("n"), number(1))) return 1;
    }
    return 0;
  };
  ASSERT_EQ(work(), 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { EXPECT_EQ(work(), 0); });
  const pid_t first = in_child(work);
  const pid_t second = in_child(work);
  ASSERT_EQ(work(), 0);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(status_of(first), 0);
  EXPECT_EQ(status_of(second), 0);
  EXPECT_EQ(dict.getitem(Object::str("n"))->as_int64(), 3500);
}

TEST(Sharing, AWaitingClientThatIsKilledTakesNothing) {
  const Manager manager = start();
  const ManagedQueue queue = *manager.queue();
  const ManagedEvent waits = *manager.event();
  const pid_t victim = in_child([&] {
    for (int i = 0; i < 20; ++i) static_cast<void>(waits.is_set());  // shares memory by now
    static_cast<void>(waits.set());
    static_cast<void>(queue.get());
    return 0;
  });
  ASSERT_TRUE(*waits.wait());
  ::kill(victim, SIGKILL);
  status_of(victim);
  ASSERT_TRUE(queue.put(number(7)));
  EXPECT_EQ(queue.get(testing::kTestDeadline)->as_int64(), 7);
}

TEST(Sharing, TheServersDeathIsNoticedInAWait) {
  const Manager manager = start();
  const ManagedBarrier barrier = *manager.barrier(2);
  const auto channel = sharing_session(manager);
  ASSERT_TRUE(channel->exchange(request(barrier.ident(), "reset")));
  std::thread killing([&] {
    const Deadline deadline = Deadline::after(testing::kTestDeadline);
    while (*barrier.n_waiting() == 0 && !deadline.passed()) ::sched_yield();
    EXPECT_FALSE(deadline.passed()) << "the call never waited";
    ::kill(*manager.pid(), SIGKILL);
  });
  const auto reply = channel->exchange(request(barrier.ident(), "wait"));
  killing.join();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::Disconnected);
}

TEST(Sharing, ClientsThatAreKilledAnywhereLeaveNothingBehind) {
  const Manager manager = start();
  const ManagedDict dict = *manager.dict();
  const std::size_t before = *manager.number_of_objects();
  std::mt19937 random(5);
  for (int round = 0; round < 15; ++round) {
    const pid_t victim = in_child([&] {
      for (int i = 0;; ++i) {
        static_cast<void>(dict.setitem(number(i % 10), Object::str(std::string(i % 30'000, 'x'))));
      }
      return 0;
    });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    ::kill(victim, SIGKILL);
    status_of(victim);
    ASSERT_TRUE(dict.setitem(number(1), number(round)));
  }
  EXPECT_EQ(*manager.number_of_objects(), before);
}

TEST(Sharing, AnotherServerAtTheSameAddressIsFound) {
  const Address address = UnixAddress{::testing::TempDir() + "mp-sharing-restart"};
  std::optional<Manager> manager = start({.address = address, .authkey = "again"});
  ManagedDict dict = *manager->dict();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(dict.setitem(number(i), number(i)));
  ASSERT_TRUE(manager->shutdown());
  manager = start({.address = address, .authkey = "again"});
  EXPECT_FALSE(dict.getitem(number(1)));
  dict = *manager->dict();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(dict.setitem(number(i), number(i)));
}

TEST(Sharing, ShutdownEndsBusyAndWaitingClients) {
  std::optional<Manager> manager = start();
  const ManagedQueue queue = *manager->queue();
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, i] {
      while (i % 2 == 0 ? queue.get().has_value() : queue.qsize().has_value()) {
      }
    });
  }
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(queue.qsize());
  EXPECT_TRUE(manager->shutdown());
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace mp::manager
