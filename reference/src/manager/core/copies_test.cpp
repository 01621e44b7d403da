// What makes copies of a dispatcher possible: a saved one goes on as the first would have, and the
// same calls in the same order leave several of them equal.
#include <gtest/gtest.h>

#include <random>

#include "manager/core/dispatcher.hpp"
#include "manager/protocol/message.hpp"
#include "manager/protocol/token.hpp"
#include "mp/pickle.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kTag = "0123456789ab";
constexpr ManagerId kManagers = 3;

std::string pickled(const Dispatcher& dispatcher) {
  Result<std::string> text = pickle::dumps(dispatcher.save());
  EXPECT_TRUE(text);
  return text.value_or("");
}

/// Three managers that hear the same.
class Copies : public ::testing::Test {
 protected:
  Copies() {
    for (ManagerId manager = 1; manager <= kManagers; ++manager) {
      all_.push_back(std::make_unique<Dispatcher>(options()));
      all_.back()->become(manager, std::string(kTag));
    }
  }
  static DispatcherOptions options() {
    DispatcherOptions made;
    made.remembers_handed = true;
    return made;
  }
  Dispatcher& of(ManagerId manager) { return *all_[manager - 1]; }

  static SessionId id(ManagerId manager, std::uint64_t number) {
    return (manager << kManagerShift) | number;
  }
  /// A session that is ready for calls.
  SessionId connect(ManagerId manager, std::uint64_t client = 1) {
    const SessionId session = id(manager, ++sessions_);
    clients_[session] = id(manager, client);
    of(manager).open_as(session, clients_[session]);
    return session;
  }
  void replay(SessionId session, const Object& ident, std::string_view name, const Object& args,
              bool is_call) {
    const Result<std::string> payload =
        encode_request(ident, name, Object::tuple_of(args).items()[0], Object::dict());
    ASSERT_TRUE(payload);
    for (const auto& copy : all_) {
      copy->replay(session, clients_[session], is_call, copy->decode(*payload), now_);
    }
    collect();
  }
  std::string create(SessionId session, std::string_view type_id, std::vector<Object> args = {}) {
    args.insert(args.begin(), Object::str(type_id));
    const SessionId once =
        connect(manager_of(session), clients_[session] - id(manager_of(session), 0));
    replay(once, Object(), "create", Object::tuple(std::move(args)), false);
    const Object made = last_[once];
    of(manager_of(session)).close(once);
    if (made.kind() != Kind::Tuple) {
      ADD_FAILURE() << repr(made).value_or("?");
      return {};
    }
    return std::string(made.items()[0].as_str());
  }
  /// The reply as text; "waits" when there is none yet.
  std::string call(SessionId session, const std::string& ident, std::string_view name,
                   std::vector<Object> args = {}) {
    said_.erase(session);
    replay(session, Object::str(ident), name, Object::tuple(std::move(args)), true);
    return said(session);
  }
  std::string said(SessionId session) {
    const auto found = said_.find(session);
    return found == said_.end() ? "waits" : found->second;
  }
  void close(SessionId session) {
    for (const auto& copy : all_) copy->replay_close(session);
    collect();
  }
  void gone(ManagerId manager) {
    for (const auto& copy : all_) copy->manager_gone(manager);
    collect();
  }
  void collect() {
    for (ManagerId manager = 1; manager <= all_.size(); ++manager) {
      for (const Dispatcher::Reply& reply : of(manager).take_replies()) {
        EXPECT_EQ(manager_of(reply.session), manager) << "a reply for another manager's session";
        if (!reply.payload) continue;
        const Result<Reply> decoded = decode_reply(*reply.payload, {});
        ASSERT_TRUE(decoded);
        last_[reply.session] = decoded->payload;
        said_[reply.session] = repr(decoded->payload).value_or("?");
      }
    }
    expect_equal();
  }
  void expect_equal() {
    const std::string first = pickled(of(1));
    for (ManagerId manager = 2; manager <= kManagers; ++manager) {
      ASSERT_EQ(first == pickled(of(manager)), true) << repr(of(1).save()).value_or("?") << "\n"
                                                     << repr(of(manager).save()).value_or("?");
    }
  }
  /// Puts a restored copy in the place of one.
  void replace(ManagerId manager) {
    const Result<Object> state = pickle::loads(pickled(of(manager)));
    ASSERT_TRUE(state);
    auto restored = std::make_unique<Dispatcher>(options());
    restored->become(manager, std::string(kTag));
    ASSERT_TRUE(restored->restore(*state));
    all_[manager - 1] = std::move(restored);
    expect_equal();
  }

  std::vector<std::unique_ptr<Dispatcher>> all_;
  Clock::time_point now_{};
  std::uint64_t sessions_ = 0;
  std::map<SessionId, ClientId> clients_;
  std::map<SessionId, Object> last_;
  std::map<SessionId, std::string> said_;
};

Object number(int value) { return Object::integer(value); }
Object proxy(std::string_view type_id, const std::string& ident) {
  return proxy_object(
      {proxy_class_of(type_id), {std::string(type_id), Object::str("m.sock"), ident}, {}});
}

TEST_F(Copies, AnItemReachesTheGetterOfAnotherManager) {
  const SessionId one = connect(1), two = connect(2);
  const std::string queue = create(one, "Queue");
  EXPECT_EQ(call(two, queue, "get"), "waits");
  EXPECT_EQ(call(one, queue, "put", {number(7)}), "None");
  EXPECT_EQ(said(two), "7");
}

TEST_F(Copies, ALockPassesToAnotherManagerWhenItsHoldersHasGone) {
  const SessionId one = connect(1), two = connect(2);
  const std::string lock = create(two, "Lock");
  EXPECT_EQ(call(one, lock, "acquire"), "True");
  EXPECT_EQ(call(one, lock, "fence"), "1");
  EXPECT_EQ(call(two, lock, "acquire"), "waits");
  replace(2);
  gone(1);
  EXPECT_EQ(said(two), "True");
  EXPECT_EQ(call(two, lock, "fence"), "2");
}

TEST_F(Copies, AnItemComesBackUnlessItWasAcknowledged) {
  const SessionId one = connect(1), two = connect(2);
  const std::string queue = create(two, "Queue");
  for (const int item : {1, 2, 3}) call(two, queue, "put", {number(item)});
  EXPECT_EQ(call(one, queue, "get"), "1");
  EXPECT_EQ(call(one, queue, "get"), "2");  // has the first one
  replace(3);
  gone(1);
  EXPECT_EQ(call(two, queue, "get"), "2");
  EXPECT_EQ(call(two, queue, "get"), "3");
  for (const auto& copy : all_) copy->acknowledge(two);
  close(two);
  const SessionId again = connect(3);
  // Its references are left: no manager but the first has gone.
  EXPECT_EQ(call(again, queue, "qsize"), "0");
}

TEST_F(Copies, WhatIsNotDoneOfAJoinableQueueComesBack) {
  const SessionId one = connect(1), two = connect(2);
  const std::string queue = create(two, "JoinableQueue");
  for (const int item : {1, 2, 3, 4}) call(two, queue, "put", {number(item)});
  for (const char* item : {"1", "2", "3"}) EXPECT_EQ(call(one, queue, "get"), item);
  EXPECT_EQ(call(one, queue, "task_done"), "None");
  replace(2);
  gone(1);
  for (const char* item : {"2", "3", "4"}) {
    EXPECT_EQ(call(two, queue, "get"), item);
    EXPECT_EQ(call(two, queue, "task_done"), "None");
  }
  EXPECT_EQ(call(two, queue, "join"), "None");
}

TEST_F(Copies, AKilledClientsItemsComeBackToWhoeverWaits) {
  const SessionId one = connect(1, 5), two = connect(2);
  const std::string queue = create(two, "JoinableQueue");
  create(one, "list");  // a reference that is not given back
  for (const int item : {1, 2}) call(two, queue, "put", {number(item)});
  for (const char* item : {"1", "2"}) EXPECT_EQ(call(one, queue, "get"), item);
  EXPECT_EQ(call(two, queue, "get"), "waits");
  for (const auto& copy : all_) copy->acknowledge(one);
  close(one);
  EXPECT_EQ(said(two), "waits");
  for (const auto& copy : all_) copy->client_died(id(1, 5), now_);
  collect();
  EXPECT_EQ(said(two), "1");
  EXPECT_EQ(call(two, queue, "get"), "2");
}

TEST_F(Copies, UnitsOfABoundedSemaphoreComeBack) {
  const SessionId one = connect(1), two = connect(2), three = connect(3);
  const std::string semaphore = create(two, "BoundedSemaphore", {number(2)});
  EXPECT_EQ(call(one, semaphore, "acquire"), "True");
  EXPECT_EQ(call(three, semaphore, "acquire"), "True");
  EXPECT_EQ(call(two, semaphore, "acquire"), "waits");
  gone(1);
  EXPECT_EQ(said(two), "True");
  EXPECT_EQ(call(three, semaphore, "release"), "None");
  EXPECT_EQ(call(two, semaphore, "release"), "None");
  EXPECT_NE(call(two, semaphore, "release"), "None");  // all are back, and no more
}

TEST_F(Copies, AConditionSharesTheLockItWasMadeOn) {
  const SessionId one = connect(1), two = connect(2);
  const std::string lock = create(one, "Lock");
  const std::string condition = create(one, "Condition", {proxy("Lock", lock)});
  EXPECT_EQ(call(one, condition, "acquire"), "True");
  EXPECT_EQ(call(one, condition, "wait"), "waits");
  for (ManagerId manager = 1; manager <= kManagers; ++manager) replace(manager);
  EXPECT_EQ(call(two, lock, "acquire"), "True");
  EXPECT_EQ(call(two, condition, "notify"), "None");
  EXPECT_EQ(said(one), "waits");
  EXPECT_EQ(call(two, lock, "release"), "None");
  EXPECT_EQ(said(one), "True");
}

TEST_F(Copies, ReadingChangesNoCopy) {
  const SessionId one = connect(1);
  const std::string dict = create(one, "dict");
  call(one, dict, "__setitem__", {number(1), number(10)});
  const std::string before = pickled(of(1));
  const Request request{Object::str(dict), Object::str("__getitem__"), Object::tuple_of(number(1)),
                        Object::dict(), false};
  EXPECT_TRUE(of(1).answer_reading(one, request, now_));
  EXPECT_EQ(of(1).take_replies().size(), 1u);
  EXPECT_EQ(pickled(of(1)), before);
  const Request writing{Object::str(dict), Object::str("clear"), Object::tuple(), Object::dict(),
                        false};
  EXPECT_FALSE(of(1).answer_reading(one, writing, now_));
  // What gives a proxy away keeps its object for the receiver, and so has to be known to all.
  call(one, dict, "__setitem__", {number(2), proxy("dict", dict)});
  const Request giving{Object::str(dict), Object::str("copy"), Object::tuple(), Object::dict(),
                       false};
  EXPECT_FALSE(of(1).answer_reading(one, giving, now_));
  EXPECT_TRUE(of(1).take_replies().empty());
}

TEST_F(Copies, ANestedObjectLivesAsLongAsItsPlace) {
  const SessionId one = connect(1), two = connect(2);
  const std::string dict = create(two, "dict"), list = create(one, "list");
  call(two, dict, "__setitem__", {number(1), proxy("list", list)});
  replace(2);
  gone(1);
  EXPECT_EQ(call(two, list, "append", {number(5)}), "None");
  EXPECT_EQ(of(2).living_count(), 2u);
  EXPECT_EQ(call(two, dict, "clear"), "None");
  EXPECT_EQ(of(2).living_count(), 1u);
}

TEST_F(Copies, WhatIsNoCopyIsRefused) {
  for (const Object& wrong :
       {Object(), Object::tuple(), number(1), Object::tuple_of(number(2), number(0)),
        Object::tuple_of(number(1), number(0), Object::tuple(), Object::tuple(), Object::tuple(),
                         Object::tuple())}) {
    Dispatcher dispatcher(options());
    const Result<void> restored = dispatcher.restore(wrong);
    EXPECT_EQ(restored.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(dispatcher.living_count(), 0u);
  }
}

/// Any calls whatever, of clients of three managers that come, wait, go and die.
class RandomCalls : public Copies, public ::testing::WithParamInterface<int> {};

TEST_P(RandomCalls, LeaveTheCopiesEqual) {
  struct Row {
    std::string_view type_id, ident;
  };
  std::mt19937 random(static_cast<unsigned>(GetParam()));
  const auto below = [&](std::size_t n) { return static_cast<int>(random() % n); };
  std::vector<SessionId> sessions;
  for (ManagerId manager = 1; manager <= kManagers; ++manager) {
    for (std::uint64_t client = 0; client < 2; ++client)
      sessions.push_back(connect(manager, client));
  }
  std::vector<std::pair<std::string, std::string>> made;
  for (const char* type_id : {"list", "dict", "Namespace", "Queue", "Lock", "RLock", "Semaphore",
                              "BoundedSemaphore", "Condition", "Event", "list", "dict"}) {
    made.emplace_back(type_id, create(sessions[0], type_id));
  }
  made.emplace_back("Queue", create(sessions[1], "JoinableQueue", {number(2)}));
  made.emplace_back("Barrier", create(sessions[1], "Barrier", {number(3)}));
  made.emplace_back("Value", create(sessions[2], "Value", {Object::str("i"), number(0)}));
  made.emplace_back("Array", create(sessions[2], "Array",
                                    {Object::str("i"), Object::list({number(1), number(2)})}));
  made.emplace_back("Condition", create(sessions[3], "Condition", {proxy("Lock", made[4].second)}));
  const std::vector<std::string_view> methods = {
      "append", "pop",        "__setitem__", "__getitem__", "get",    "put",        "put_nowait",
      "extend", "acquire",    "release",     "wait",        "join",   "notify",     "notify_all",
      "set",    "clear",      "task_done",   "abort",       "reset",  "setdefault", "popitem",
      "update", "get_nowait", "__setattr__", "__delitem__", "insert", "fence",      "copy"};
  for (int step = 0; step < 400; ++step) {
    now_ += 10ms;
    const SessionId session = sessions[static_cast<std::size_t>(below(sessions.size()))];
    const ManagerId manager = manager_of(session);
    const int what = below(100);
    if (what < 3) {
      close(session);
      clients_.erase(session);
      std::erase(sessions, session);
      sessions.push_back(connect(manager, static_cast<std::uint64_t>(below(2))));
    } else if (what < 5) {
      for (const auto& copy : all_) copy->client_died(clients_[session], now_);
      collect();
    } else if (what < 10) {
      for (const auto& copy : all_) copy->expire(now_, manager);
      collect();
    } else if (what < 12) {
      replace(manager);
    } else if (what == 12) {
      gone(manager);
      for (SessionId& other : sessions) {
        if (manager_of(other) == manager) other = connect(manager, 1);
      }
    } else if (!of(manager).is_waiting(session)) {
      const auto& [type_id, ident] = made[static_cast<std::size_t>(below(made.size()))];
      std::vector<Object> args;
      for (int count = below(3); count > 0; --count) {
        const auto& other = made[static_cast<std::size_t>(below(made.size()))];
        const int kind = below(4);
        args.push_back(kind == 0   ? proxy(other.first, other.second)
                       : kind == 1 ? Object::real(0.02)
                       : kind == 2 ? Object::str("a")
                                   : number(below(3)));
      }
      call(session, ident, methods[static_cast<std::size_t>(below(methods.size()))], args);
    }
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "at step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomCalls, ::testing::Range(1, 9));

}  // namespace
}  // namespace mp::manager::testing
