#include "manager/store/replicas.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

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

TEST_F(Replicas, AnItemThatArrivedStaysAway) {
  const SessionId here = connect(one_), there = connect(two_), gone = connect(two_);
  const std::string queue = queue_of(one_, here, {1, 2});
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
