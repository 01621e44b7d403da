#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "manager/client/channel.hpp"
#include "manager/store/redis/link.hpp"
#include "manager/testing/child_program.hpp"
#include "mp/manager.hpp"

namespace mp::manager::testing {

inline Object number(std::int64_t value) { return Object::integer(value); }
inline Deadline in_time() { return Deadline::after(ChildProgram::kDeadline); }

/// Free a moment ago.
inline std::string free_port() {
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
    std::vector<std::string> all = {MP_MANAGER_PROGRAM, "--address", folder_ + "/" + name,
                                    "--authkey-env", "MP_TEST_KEY"};
    if (std::find(more.begin(), more.end(), "--store") == more.end()) {
      all.insert(all.end(), {"--store", "redis+unix://" + engine_socket()});
    }
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// At the engine's socket, or at the `--store` that is among the arguments.
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

}  // namespace mp::manager::testing
