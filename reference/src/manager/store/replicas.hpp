#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "manager/protocol/message.hpp"
#include "manager/store/replica.hpp"
#include "mp/pickle.hpp"

namespace mp::manager::testing {

inline constexpr std::string_view kTag = "0123456789ab";

inline Seal seal(std::string_view authkey = "secret") { return *Seal::make(authkey, kTag); }
inline Object number(int value) { return Object::integer(value); }

/// Managers that share objects, with nothing but a list of entries between them.
class Replicas : public ::testing::Test {
 protected:
  struct Manager {
    explicit Manager(ManagerId id, Replica::Options options = {})
        : dispatcher({.remembers_handed = true}), replica(dispatcher, options) {
      replica.join(id, std::string(kTag), seal());
    }
    std::string state() const { return pickle::dumps(dispatcher.save()).value_or(""); }

    Dispatcher dispatcher;
    Replica replica;
    std::size_t applied = 0;
    std::map<SessionId, std::string> said = {};
    std::map<SessionId, std::vector<std::string>> answers = {};  // all of them
    std::map<SessionId, Object> values = {};
    std::set<SessionId> closed = {};
  };

  SessionId connect(Manager& manager, ClientId client = 1) {
    const SessionId session = manager.replica.open(client);
    ask(manager, session, Object(), "accept_connection", {Object::str("test")});
    collect(manager);
    EXPECT_EQ(manager.said[session], "None");
    return session;
  }
  void ask(Manager& manager, SessionId session, const Object& ident, std::string_view name,
           std::vector<Object> args = {}) {
    manager.said.erase(session);
    const Result<std::string> payload =
        encode_request(ident, name, Object::tuple(std::move(args)), Object::dict());
    manager.replica.receive(session, manager.dispatcher.decode(*payload), *payload, now_);
  }
  /// One round of that manager, if it has anything for one.
  void round(Manager& manager, bool confirmed = true) {
    if (!manager.replica.has_work() && !manager.replica.has_lazy_work()) return;
    const Replica::Round round = manager.replica.begin_round();
    catch_up(manager);
    if (!round.entry.empty()) {
      log_.push_back(round.entry);
      manager.applied = log_.size();
    }
    manager.replica.finish_round(confirmed);
    collect(manager);
  }
  void catch_up(Manager& manager) {
    bool is_own = false;
    for (; manager.applied < log_.size(); ++manager.applied) {
      manager.replica.apply(log_[manager.applied], is_own);
      EXPECT_FALSE(is_own);
    }
    collect(manager);
  }
  void settle() {
    for (int times = 0; times < 3; ++times) {
      for (Manager* each : {&one_, &two_}) round(*each);
      for (Manager* each : {&one_, &two_}) catch_up(*each);
    }
    EXPECT_EQ(one_.state() == two_.state(), true);
  }
  void collect(Manager& manager) {
    std::vector<Dispatcher::Reply> replies;
    manager.replica.take_replies(replies);
    for (const Dispatcher::Reply& reply : replies) {
      if (reply.close) manager.closed.insert(reply.session);
      if (!reply.payload) continue;
      const Result<Reply> decoded = decode_reply(*reply.payload, {});
      ASSERT_TRUE(decoded);
      manager.values[reply.session] = decoded->payload;
      manager.said[reply.session] = repr(decoded->payload).value_or("?");
      manager.answers[reply.session].push_back(manager.said[reply.session]);
    }
  }
  std::string create(Manager& manager, std::string_view type_id, std::vector<Object> args = {}) {
    const SessionId session = manager.replica.open(1);
    args.insert(args.begin(), Object::str(type_id));
    ask(manager, session, Object(), "create", std::move(args));
    settle();
    manager.replica.close(session);
    const Object made = manager.values[session];
    return made.kind() == Kind::Tuple ? std::string(made.items()[0].as_str()) : "";
  }
  /// Made and filled by that session.
  std::string queue_of(Manager& manager, SessionId session, std::initializer_list<int> items) {
    const std::string queue = create(manager, "Queue");
    for (const int item : items) call(manager, session, queue, "put", {number(item)});
    return queue;
  }
  std::string call(Manager& manager, SessionId session, const std::string& ident,
                   std::string_view name, std::vector<Object> args = {}) {
    manager.replica.delivered(session);  // whoever asks has read what he was told before
    ask(manager, session, Object::str(ident), name, std::move(args));
    EXPECT_TRUE(manager.replica.is_waiting(session));
    settle();
    return said(manager, session);
  }
  static std::string said(Manager& manager, SessionId session) {
    const auto found = manager.said.find(session);
    return found == manager.said.end() ? "waits" : found->second;
  }

  std::vector<std::string> log_;
  Clock::time_point now_{};
  Manager one_{1}, two_{2};
};

}  // namespace mp::manager::testing
