#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "base/testing/signal.hpp"
#include "manager/client/channel.hpp"
#include "manager/net/socket_address.hpp"
#include "mp/manager.hpp"

// Many at once, and clients that are gone in the middle of a word. The server is a process of its
// own; what it must keep is what the others have.
namespace mp::manager {
namespace {

using namespace std::chrono_literals;
using Channels = std::vector<std::unique_ptr<Channel>>;

Object number(std::int64_t value) { return Object::integer(value); }

std::string request(const std::string& ident, std::string_view method,
                    std::vector<Object> args = {}) {
  return *encode_request(Object::str(ident), method, Object::tuple(std::move(args)),
                         Object::dict());
}

class CrowdTest : public ::testing::Test {
 protected:
  static Manager start(ManagerOptions options = {}) {
    Result<Manager> manager = Manager::start(std::move(options));
    EXPECT_TRUE(manager) << manager.error().message;
    return *std::move(manager);
  }
  static Endpoint endpoint(const Manager& manager) {
    return Endpoint(manager.address(), manager.authkey());
  }
  /// A connection with an open session.
  static Result<std::unique_ptr<Channel>> session(const Manager& manager) {
    MP_TRY_ASSIGN(auto channel, Channel::open(endpoint(manager), testing::kTestDeadline));
    MP_TRY(channel->exchange(*encode_request(
        Object(), "accept_connection", Object::tuple_of(Object::str("crowd")), Object::dict())));
    return channel;
  }
  static Channels crowd(const Manager& manager, std::size_t count) {
    Channels channels;
    while (channels.size() < count) {
      auto channel = session(manager);
      if (!channel) {
        ADD_FAILURE() << channels.size() << ": " << channel.error().message;
        break;
      }
      channels.push_back(*std::move(channel));
    }
    return channels;
  }
  /// A connection that says nothing by itself.
  static base::UniqueFd connect(const Manager& manager) {
    const SocketAddress to = resolve(manager.address(), Purpose::Connect)->front();
    base::UniqueFd fd(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), to.get(), to.size), 0);
    return fd;
  }
  static std::size_t resident_kib(const Manager& manager) {
    std::ifstream status("/proc/" + std::to_string(*manager.pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    }
    ADD_FAILURE() << "the server is gone";
    return 0;
  }
};

/// The limit of descriptors of this process and of what it starts, while it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t count) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = std::min(count, before_.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    allowed_ = limit.rlim_cur;
  }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  rlim_t allowed() const { return allowed_; }

 private:
  rlimit before_{};
  rlim_t allowed_;
};

TEST_F(CrowdTest, TenThousandConnectionsAtOnce) {
  constexpr std::size_t kMany = 10'000;
  const DescriptorLimit limit(kMany + 500);
  if (limit.allowed() < kMany + 500) GTEST_SKIP() << "RLIMIT_NOFILE allows " << limit.allowed();
  ManagerOptions options;
  options.server.connections_max = kMany + 100;
  const Manager manager = start(options);
  const auto list = manager.list();
  ASSERT_TRUE(list);
  // The first crowd shows what the allocator keeps; the second must not need more.
  crowd(manager, kMany);
  ASSERT_TRUE(list->append(number(1)));
  const std::size_t before = resident_kib(manager);
  {
    const Channels channels = crowd(manager, kMany);
    ASSERT_EQ(channels.size(), kMany);
    EXPECT_TRUE(channels.front()->exchange(request(list->ident(), "append", {number(2)})));
    EXPECT_TRUE(channels.back()->exchange(request(list->ident(), "append", {number(3)})));
    EXPECT_EQ(*list->len(), 3u);
  }
  EXPECT_TRUE(list->append(number(4)));
  EXPECT_LE(resident_kib(manager), before + 1024);
}

TEST_F(CrowdTest, WithoutDescriptorsOthersAreSentAwayAndThoseThatAreThereStay) {
  std::optional<Manager> started;
  {
    const DescriptorLimit few(48);
    started = start();
  }
  const Manager& manager = *started;
  const auto list = manager.list();
  ASSERT_TRUE(list && list->append(number(1)));
  {
    std::vector<base::UniqueFd> silent;
    for (int i = 0; i < 100; ++i) silent.push_back(connect(manager));
    EXPECT_EQ(*list->len(), 1u);
    EXPECT_FALSE(session(manager));
    EXPECT_EQ(*list->len(), 1u);
  }
  // They are gone as soon as the server looks; until then a newcomer may still be sent away.
  const Deadline deadline = Deadline::after(testing::kTestDeadline);
  while (!session(manager)) ASSERT_FALSE(deadline.passed());
}

TEST_F(CrowdTest, TerminatedDuringManyWaitingCallsItEndsAndTellsThemAll) {
  const Manager manager = start();
  const auto queue = manager.queue();
  ASSERT_TRUE(queue);
  const Channels channels = crowd(manager, 100);
  for (const auto& channel : channels) ASSERT_TRUE(channel->send(request(queue->ident(), "get")));
  ASSERT_TRUE(queue->qsize());
  ASSERT_EQ(::kill(*manager.pid(), SIGTERM), 0);
  for (const auto& channel : channels) {
    const Result<Reply> reply = channel->exchange(request(queue->ident(), "qsize"));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::Disconnected);
  }
}

TEST_F(CrowdTest, AClientThatEndsAtAnyByteOfItsRequestTakesNothing) {
  const Manager manager = start();
  const auto queue = manager.queue();
  ASSERT_TRUE(queue && queue->put(number(7)));
  std::string frame;
  append_frame(frame, request(queue->ident(), "get"));
  const std::size_t objects = *manager.number_of_objects();
  for (std::size_t cut = 0; cut < frame.size(); ++cut) {
    auto channel = session(manager);
    ASSERT_TRUE(channel) << cut;
    ASSERT_TRUE((*channel)->send_bytes(std::string_view(frame).substr(0, cut)));
    channel->reset();
    EXPECT_EQ(*queue->qsize(), 1u) << cut;
  }
  EXPECT_EQ(*manager.number_of_objects(), objects);
}

TEST_F(CrowdTest, AClientThatEndsBehindItsRequestTakesNothing) {
  const Manager manager = start();
  const auto queue = manager.queue();
  ASSERT_TRUE(queue && queue->put(number(7)));
  auto channel = session(manager);
  ASSERT_TRUE(channel);
  // The server does not run until the client is gone: what it sees then is a request of nobody.
  ASSERT_EQ(::kill(*manager.pid(), SIGSTOP), 0);
  ASSERT_TRUE((*channel)->send(request(queue->ident(), "get")));
  channel->reset();
  ASSERT_EQ(::kill(*manager.pid(), SIGCONT), 0);
  EXPECT_EQ(*queue->qsize(), 1u);
  EXPECT_EQ(queue->get()->as_int64(), 7);
}

TEST_F(CrowdTest, ABusyClientThatEndsBehindItsRequestTakesNothing) {
  const Manager manager = start();
  const auto queue = manager.queue();
  ASSERT_TRUE(queue && queue->put(number(7)));
  auto channel = session(manager);
  ASSERT_TRUE(channel);
  // So many calls at once give it a thread of its own in the server.
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE((*channel)->exchange(request(queue->ident(), "qsize")));
  }
  ASSERT_EQ(::kill(*manager.pid(), SIGSTOP), 0);
  ASSERT_TRUE((*channel)->send(request(queue->ident(), "get")));
  channel->reset();
  ASSERT_EQ(::kill(*manager.pid(), SIGCONT), 0);
  const Deadline deadline = Deadline::after(100ms);
  while (!deadline.passed()) ASSERT_EQ(*queue->qsize(), 1u);
  EXPECT_EQ(queue->get()->as_int64(), 7);
}

TEST_F(CrowdTest, WaitingClientsThatEndTakeNothingAndLeaveNothing) {
  const Manager manager = start();
  const auto queue = manager.queue();
  const auto barrier = manager.barrier(2);
  ASSERT_TRUE(queue && barrier);
  for (int round = 0; round < 20; ++round) {
    const Channels channels = crowd(manager, 4);
    ASSERT_TRUE(channels[0]->send(request(queue->ident(), "get")));
    ASSERT_TRUE(channels[1]->send(request(barrier->ident(), "wait")));
  }
  ASSERT_TRUE(queue->put(number(1)));
  EXPECT_EQ(*queue->qsize(), 1u);
  EXPECT_EQ(*barrier->n_waiting(), 0u);
}

TEST_F(CrowdTest, ServesIPv6) {
  if (!std::ifstream("/proc/net/if_inet6").good()) GTEST_SKIP() << "no IPv6 here";
  const Manager manager = start({.address = InetAddress{"::1", 0}});
  EXPECT_EQ(to_string(manager.address()).substr(0, 6), "[::1]:");
  const Result<Manager> client = Manager::connect(manager.address(), manager.authkey());
  ASSERT_TRUE(client) << client.error().message;
  const auto list = client->list();
  ASSERT_TRUE(list && list->append(number(1)));
  const Result<Proxy> again = Proxy::from_object(list->to_object());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->str(), "[1]");
}

}  // namespace
}  // namespace mp::manager
