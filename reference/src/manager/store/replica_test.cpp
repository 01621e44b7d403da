// Managers that share objects, with nothing but a list of entries between them.
#include "manager/store/replica.hpp"

#include <gtest/gtest.h>

#include "manager/protocol/message.hpp"
#include "mp/pickle.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kTag = "0123456789ab";

Seal seal(std::string_view authkey = "secret") { return *Seal::make(authkey, kTag); }
Object number(int value) { return Object::integer(value); }

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

TEST_F(Replicas, WhatOneWritesTheOtherReads) {
  const SessionId here = connect(one_), there = connect(two_);
  const std::string dict = create(one_, "dict");
  EXPECT_EQ(call(one_, here, dict, "__setitem__", {number(1), Object::str("a")}), "None");
  EXPECT_EQ(call(two_, there, dict, "__setitem__", {Object::real(1.0), Object::str("b")}), "None");
  EXPECT_EQ(call(one_, here, dict, "copy"), "{1: 'b'}");
}

TEST_F(Replicas, ReadingNeedsNoEntry) {
  const SessionId here = connect(one_);
  const std::string list = create(one_, "list", {Object::list({number(1)})});
  const std::size_t before = log_.size();
  EXPECT_EQ(call(one_, here, list, "__getitem__", {number(0)}), "1");
  EXPECT_EQ(
      call(one_, here, list, "__getitem__", {number(1)}),
      repr(Object::exception("builtins", "IndexError", {Object::str("list index out of range")}))
          .value_or("?"));
  EXPECT_EQ(log_.size(), before);
}

TEST_F(Replicas, AReaderSeesWhatWasWrittenBeforeItCame) {
  const SessionId here = connect(one_), there = connect(two_);
  const std::string value = create(one_, "Value", {Object::str("i"), number(0)});
  ask(one_, here, Object::str(value), "set", {number(5)});
  round(one_);  // answered: from now on it must be seen
  ask(two_, there, Object::str(value), "get");
  EXPECT_EQ(said(two_, there), "waits");
  round(two_);
  EXPECT_EQ(said(two_, there), "5");
}

TEST_F(Replicas, AnItemWaitsForNoAcknowledgementOfItsOwn) {
  const SessionId here = connect(one_), there = connect(two_);
  const std::string queue = create(one_, "Queue");
  call(one_, here, queue, "put", {number(7)});
  EXPECT_EQ(call(two_, there, queue, "get"), "7");
  EXPECT_TRUE(two_.dispatcher.has_handed(there));
  two_.replica.delivered(there);
  EXPECT_FALSE(two_.replica.has_work());
  EXPECT_TRUE(two_.replica.has_lazy_work());
  // It goes with what the same session asks next.
  EXPECT_EQ(call(two_, there, queue, "qsize"), "0");
  EXPECT_FALSE(one_.dispatcher.has_handed(there));
}

TEST_F(Replicas, ABatchTakesOneRound) {
  const SessionId here = connect(one_), there = connect(two_);
  const std::string list = create(one_, "list");
  one_.answers.clear();
  const std::size_t before = log_.size();
  ask(one_, here, Object::str(list), "append", {number(1)});
  for (const int item : {2, 3}) {
    EXPECT_TRUE(one_.replica.takes_more(here));
    ask(one_, here, Object::str(list), "append", {number(item)});
  }
  ask(one_, here, Object::str(list), "__len__");
  ask(one_, here, Object::str(list), "pop");
  round(one_);
  EXPECT_EQ(log_.size(), before + 1);
  EXPECT_EQ(one_.answers[here], (std::vector<std::string>{"None", "None", "None", "3", "3"}));
  EXPECT_FALSE(one_.replica.is_waiting(here));
  settle();
  EXPECT_EQ(call(two_, there, list, "__getitem__", {number(-1)}), "2");
}

TEST_F(Replicas, ABatchThatReadsNeedsNoEntry) {
  const SessionId here = connect(one_);
  const std::string list = create(one_, "list", {Object::list({number(5), number(6)})});
  one_.answers.clear();
  const std::size_t before = log_.size();
  for (const int index : {1, 0, 1})
    ask(one_, here, Object::str(list), "__getitem__", {number(index)});
  round(one_);
  EXPECT_EQ(log_.size(), before);
  EXPECT_EQ(one_.answers[here], (std::vector<std::string>{"6", "5", "6"}));
  // What changes something comes behind the readers before it, and before those behind it.
  ask(one_, here, Object::str(list), "__len__");
  ask(one_, here, Object::str(list), "append", {number(7)});
  ask(one_, here, Object::str(list), "__len__");
  settle();
  EXPECT_EQ(one_.answers[here], (std::vector<std::string>{"6", "5", "6", "2", "None", "3"}));
}

TEST_F(Replicas, ABatchStopsWhereACallWaits) {
  const SessionId here = connect(one_), there = connect(two_);
  const std::string queue = create(one_, "Queue"), list = create(one_, "list");
  one_.answers.clear();
  ask(one_, here, Object::str(queue), "get");
  ask(one_, here, Object::str(list), "append", {number(1)});
  settle();
  EXPECT_TRUE(one_.answers[here].empty());
  EXPECT_FALSE(one_.replica.takes_more(here));
  EXPECT_EQ(call(two_, there, list, "__len__"), "0");
  EXPECT_EQ(call(two_, there, queue, "put", {number(7)}), "None");
  EXPECT_EQ(one_.answers[here], (std::vector<std::string>{"7"}));
  one_.replica.delivered(here);
  settle();
  EXPECT_EQ(one_.answers[here], (std::vector<std::string>{"7", "None"}));
  EXPECT_FALSE(one_.replica.is_waiting(here));
}

TEST_F(Replicas, ABatchKeepsItsOrderWhoeverEndsItsWait) {
  const SessionId here = connect(one_), other = connect(one_);
  const std::string event = create(one_, "Event"), list = create(one_, "list");
  one_.answers.clear();
  ask(one_, here, Object::str(event), "wait");
  ask(one_, here, Object::str(list), "append", {number(1)});
  ask(one_, other, Object::str(event), "set");
  ask(one_, here, Object::str(list), "append", {number(2)});
  const Replica::Round first = one_.replica.begin_round();
  ask(one_, here, Object::str(list), "append", {number(3)});  // of the next round already
  log_.push_back(first.entry);
  one_.applied = log_.size();
  one_.replica.finish_round();
  catch_up(two_);
  EXPECT_EQ(one_.state() == two_.state(), true);
  settle();
  ask(one_, here, Object::str(list), "#GETVALUE");
  settle();
  EXPECT_EQ(one_.answers[here],
            (std::vector<std::string>{"True", "None", "None", "None", "[1, 2, 3]"}));
}

// What only takes away is done although the engine is full, and not together with what is not.
TEST_F(Replicas, WhatFollowsSomethingThatFreesDoesNotHoldItUp) {
  const SessionId here = connect(one_);
  const std::string list = create(one_, "list", {Object::list({number(1), number(2)})});
  one_.answers.clear();
  ask(one_, here, Object::str(list), "pop");
  ask(one_, here, Object::str(list), "append", {number(3)});
  for (int times = 0; times < 2; ++times) {
    const Replica::Round round = one_.replica.begin_round();
    if (round.only_frees) {
      log_.push_back(round.entry);
      one_.applied = log_.size();
      one_.replica.finish_round();
    } else {
      one_.replica.refuse_round("MemoryError: the store is full: nothing was changed");
    }
    collect(one_);
  }
  EXPECT_EQ(one_.answers[here], (std::vector<std::string>{"2"}));
}

TEST_F(Replicas, PatienceBeginsWithTheTurnOfACall) {
  const SessionId here = connect(one_), there = connect(two_);
  const std::string queue = create(one_, "Queue"), list = create(one_, "list");
  one_.answers.clear();
  ask(one_, here, Object::str(queue), "get");
  ask(one_, here, Object::str(list), "append", {number(1)});
  settle();
  now_ += 60s;
  one_.replica.pass(now_);
  EXPECT_EQ(call(two_, there, queue, "put", {number(7)}), "None");
  one_.replica.delivered(here);
  one_.replica.pass(now_);
  settle();
  EXPECT_EQ(one_.answers[here], (std::vector<std::string>{"7", "None"}));
  EXPECT_FALSE(one_.closed.contains(here));
}

// The call behind a get would say that the item has arrived.
TEST_F(Replicas, WhatFollowsAnItemWaitsUntilThatHasArrived) {
  const SessionId here = connect(one_), there = connect(two_), gone = connect(two_);
  const std::string queue = create(one_, "Queue");
  for (const int item : {1, 2, 3}) call(one_, here, queue, "put", {number(item)});
  two_.answers.clear();
  for (int times = 0; times < 2; ++times) ask(two_, there, Object::str(queue), "get");
  settle();
  EXPECT_EQ(two_.answers[there], (std::vector<std::string>{"1"}));
  two_.replica.delivered(there);
  settle();
  EXPECT_EQ(two_.answers[there], (std::vector<std::string>{"1", "2"}));
  two_.replica.delivered(there);
  for (int times = 0; times < 2; ++times) ask(two_, gone, Object::str(queue), "get");
  settle();
  EXPECT_EQ(two_.answers[gone], (std::vector<std::string>{"3"}));
  two_.replica.close(gone);  // before it could be told
  settle();
  EXPECT_EQ(call(one_, here, queue, "get_nowait"), "3");
}

// Whoever looks after the connection tells of empty sockets as often as it likes.
TEST_F(Replicas, AnAcknowledgementIsOfOneItem) {
  const SessionId here = connect(one_), gone = connect(two_);
  const std::string queue = create(one_, "Queue");
  for (const int item : {1, 2}) call(one_, here, queue, "put", {number(item)});
  EXPECT_EQ(call(two_, gone, queue, "get"), "1");
  two_.replica.delivered(gone);
  ask(two_, gone, Object::str(queue), "get");
  two_.replica.delivered(gone);  // nothing new was said since
  settle();
  EXPECT_EQ(said(two_, gone), "2");
  two_.replica.close(gone);  // before it could be told
  settle();
  EXPECT_EQ(call(one_, here, queue, "get_nowait"), "2");
}

TEST_F(Replicas, AnItemHasArrivedBeforeTheNextCallIsTaken) {
  const SessionId here = connect(one_), gone = connect(two_);
  const std::string queue = create(one_, "Queue");
  for (const int item : {1, 2}) call(one_, here, queue, "put", {number(item)});
  EXPECT_EQ(call(two_, gone, queue, "get"), "1");
  ask(two_, gone, Object::str(queue), "get");  // was sent before that could be read
  settle();
  EXPECT_EQ(said(two_, gone), "waits");
  two_.replica.close(gone);
  settle();
  EXPECT_EQ(call(one_, here, queue, "get_nowait"), "1");
}

TEST_F(Replicas, ASessionIsNotAheadOfItsAnswersForEver) {
  const SessionId here = connect(one_);
  const std::string list = create(one_, "list");
  int asked = 0;
  while (one_.replica.takes_more(here) && asked < 10'000) {
    ask(one_, here, Object::str(list), "append", {number(asked++)});
  }
  EXPECT_EQ(asked, 256);
  settle();
  EXPECT_TRUE(one_.replica.takes_more(here));
  ask(one_, here, Object::str(list), "append", {Object::bytes(std::string(2 << 20, 'x'))});
  EXPECT_FALSE(one_.replica.takes_more(here));
  settle();
  EXPECT_EQ(call(one_, here, list, "__len__"), "257");
}

TEST_F(Replicas, ARefusedBatchIsAnsweredInItsOrder) {
  const SessionId here = connect(one_), other = connect(one_);
  const std::string list = create(one_, "list", {Object::list({number(1), number(2)})});
  one_.answers.clear();
  ask(one_, here, Object::str(list), "append", {number(3)});
  ask(one_, here, Object::str(list), "pop");
  ask(one_, here, Object::str(list), "append", {number(4)});
  ask(one_, other, Object::str(list), "pop");
  one_.replica.begin_round();
  one_.replica.refuse_round("MemoryError: the store is full: nothing was changed");
  collect(one_);
  ASSERT_EQ(one_.answers[here].size(), 1u);
  EXPECT_NE(one_.answers[here][0].find("nothing was changed"), std::string::npos);
  EXPECT_TRUE(one_.answers[other].empty());
  settle();
  ASSERT_EQ(one_.answers[here].size(), 3u);
  EXPECT_EQ(one_.answers[here][1], "2");
  EXPECT_EQ(one_.answers[here][2], "None");
  EXPECT_EQ(one_.answers[other], (std::vector<std::string>{"1"}));
}

TEST_F(Replicas, AnItemThatArrivedStaysAway) {
  const SessionId here = connect(one_), there = connect(two_), gone = connect(two_);
  const std::string queue = create(one_, "Queue");
  for (const int item : {1, 2}) call(one_, here, queue, "put", {number(item)});
  EXPECT_EQ(call(two_, there, queue, "get"), "1");
  EXPECT_EQ(call(two_, gone, queue, "get"), "2");
  two_.replica.delivered(there);
  two_.replica.close(there);
  two_.replica.close(gone);  // before it could be told
  settle();
  EXPECT_EQ(call(one_, here, queue, "get_nowait"), "2");
  EXPECT_EQ(call(one_, here, queue, "qsize"), "0");
}

TEST_F(Replicas, TheLivingGetWhatAManagerHad) {
  const SessionId here = connect(one_), there = connect(two_);
  const std::string lock = create(one_, "Lock"), queue = create(one_, "Queue");
  EXPECT_EQ(call(two_, there, lock, "acquire"), "True");
  EXPECT_EQ(call(one_, here, queue, "put", {number(7)}), "None");
  EXPECT_EQ(call(two_, there, queue, "get"), "7");  // and dies with it
  EXPECT_EQ(call(one_, here, lock, "acquire"), "waits");
  log_.push_back(one_.replica.expel(2).entry);
  ++one_.applied;
  one_.replica.finish_round();
  collect(one_);
  EXPECT_EQ(said(one_, here), "True");
  ask(one_, here, Object::str(queue), "get_nowait");
  round(one_);
  EXPECT_EQ(said(one_, here), "7");
}

TEST_F(Replicas, WhatNobodyOfThemWroteIsIgnored) {
  const SessionId here = connect(one_);
  const std::string list = create(one_, "list");
  call(one_, here, list, "append", {number(1)});
  const std::string before = two_.state();
  bool is_own = false;
  std::string copied = log_.back(), changed = log_.back();
  changed[40] ^= 1;
  const std::string other = encode_entry({1, 99, {{Op::Kind::Gone, 0, 1}}}, seal("another key"));
  for (const std::string& wrong : {std::string(), std::string("x"), copied, changed, other}) {
    EXPECT_FALSE(two_.replica.apply(wrong, is_own));
  }
  EXPECT_EQ(two_.state() == before, true);
  EXPECT_EQ(two_.replica.ignored_count(), 5u);
}

TEST_F(Replicas, ASnapshotIsAsGoodAsAllEntries) {
  const SessionId here = connect(one_);
  const std::string queue = create(one_, "Queue"), list = create(one_, "list");
  EXPECT_EQ(call(one_, here, queue, "get"), "waits");
  const Result<std::string> snapshot = one_.replica.snapshot(log_.size());
  ASSERT_TRUE(snapshot);
  Manager three{3};
  ASSERT_TRUE(three.replica.restore(*snapshot, log_.size()));
  three.applied = log_.size();
  const SessionId there = connect(three);
  ask(three, there, Object::str(queue), "put", {number(4)});
  round(three);
  settle();
  EXPECT_EQ(said(one_, here), "4");
  EXPECT_EQ(three.state() == one_.state(), true);

  EXPECT_EQ(three.replica.restore(*snapshot, 1).error().code, ErrorCode::Malformed);
  std::string changed = *snapshot;
  changed[changed.size() / 2] ^= 1;
  EXPECT_EQ(three.replica.restore(changed, log_.size()).error().code, ErrorCode::Malformed);
}

TEST_F(Replicas, WhatIsNotConfirmedIsSaidToBeUnsure) {
  const SessionId here = connect(one_);
  const std::string list = create(one_, "list");
  ask(one_, here, Object::str(list), "append", {number(1)});
  round(one_, /*confirmed=*/false);
  EXPECT_NE(said(one_, here).find("may be lost"), std::string::npos);
  EXPECT_TRUE(one_.closed.contains(here));
  one_.replica.close(here);
  settle();  // it is done all the same, here and there
}

TEST_F(Replicas, AFullEngineChangesNothingAndLetsGo) {
  const SessionId here = connect(one_), other = connect(one_);
  const std::string list = create(one_, "list", {Object::list({number(1)})});
  ask(one_, here, Object::str(list), "append", {number(2)});
  ask(one_, other, Object::str(list), "pop");
  EXPECT_FALSE(one_.replica.begin_round().only_frees);
  one_.replica.refuse_round("MemoryError: the store is full: nothing was changed");
  collect(one_);
  EXPECT_NE(said(one_, here).find("nothing was changed"), std::string::npos);
  EXPECT_FALSE(one_.closed.contains(here));
  EXPECT_EQ(said(one_, other), "waits");
  settle();
  EXPECT_EQ(said(one_, other), "1");
  EXPECT_EQ(call(one_, here, list, "__len__"), "0");
}

TEST_F(Replicas, ThereAreNoLocksInAStoreThatForgets) {
  Manager fast{3, {.refuses_locks = true}};
  const SessionId session = fast.replica.open(1);
  ask(fast, session, Object(), "create", {Object::str("Lock")});
  collect(fast);
  EXPECT_NE(said(fast, session).find("unsupported: no Lock"), std::string::npos);
  EXPECT_TRUE(fast.closed.contains(session));
  EXPECT_FALSE(fast.replica.has_work());
}

TEST_F(Replicas, PatienceEnds) {
  const SessionId here = connect(one_), waiting = connect(one_);
  const std::string list = create(one_, "list"), queue = create(one_, "Queue");
  EXPECT_EQ(call(one_, waiting, queue, "get"), "waits");
  ask(one_, here, Object::str(list), "append", {number(1)});
  EXPECT_EQ(one_.replica.next_deadline(), now_ + 10s);
  now_ += 10s;
  one_.replica.pass(now_);
  collect(one_);
  EXPECT_NE(said(one_, here).find("may be carried out, or not"), std::string::npos);
  EXPECT_TRUE(one_.closed.contains(here));
  EXPECT_FALSE(one_.closed.contains(waiting));  // it waits for an item, and not for the engine
}

TEST_F(Replicas, TimePassesByTheClockOfTheManager) {
  const SessionId here = connect(one_), there = connect(two_);
  const std::string queue = create(one_, "Queue");
  EXPECT_EQ(call(one_, here, queue, "get", {Object::boolean(true), Object::real(5)}), "waits");
  now_ += 6s;
  two_.replica.pass(now_);
  EXPECT_FALSE(two_.replica.has_work());  // the other's wait
  EXPECT_EQ(two_.replica.next_deadline(), Clock::time_point::max());
  one_.replica.pass(now_);
  settle();
  EXPECT_NE(said(one_, here).find("Empty"), std::string::npos);
  EXPECT_EQ(call(two_, there, queue, "put", {number(1)}), "None");
  EXPECT_EQ(call(two_, there, queue, "qsize"), "1");
}

}  // namespace
}  // namespace mp::manager::testing
