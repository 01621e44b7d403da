// Requests that come before the answers to those before them.
#include "manager/store/replicas.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

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
  const std::string queue = queue_of(one_, here, {1, 2, 3});
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
  const std::string queue = queue_of(one_, here, {1, 2});
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
  const std::string queue = queue_of(one_, here, {1, 2});
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

}  // namespace
}  // namespace mp::manager::testing
