#include "manager/testing/memory_server.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

class Locks : public ::testing::Test {
 protected:
  std::string acquire(SessionId session, std::initializer_list<Arg> args = {}) {
    return server_.call(session, ident_, "acquire", args);
  }
  std::string release(SessionId session) { return server_.call(session, ident_, "release"); }
  std::string call(SessionId session, std::string_view method,
                   std::initializer_list<Arg> args = {}) {
    return server_.call(session, ident_, method, args);
  }

  MemoryServer server_;
  SessionId a_ = server_.connect(/*client=*/1);
  SessionId b_ = server_.connect(/*client=*/2);
  SessionId c_ = server_.connect(/*client=*/3);
  std::string ident_;
};

TEST_F(Locks, ALockIsHandedOnInOrderOfArrival) {
  ident_ = server_.create("Lock");
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(acquire(b_), "waits");
  EXPECT_EQ(acquire(c_), "waits");
  EXPECT_EQ(release(a_), "None");
  EXPECT_EQ(server_.reply(b_), "True");
  EXPECT_EQ(acquire(a_, {false}), "False");
  EXPECT_EQ(release(a_), "None");  // any session may release it
  EXPECT_EQ(server_.reply(c_), "True");
  EXPECT_EQ(release(c_), "None");
  EXPECT_EQ(release(c_), "RuntimeError: release unlocked lock");
}

TEST_F(Locks, ALockTellsTimeoutsApart) {
  ident_ = server_.create("Lock");
  EXPECT_EQ(acquire(a_, {true, -1}), "True");
  EXPECT_EQ(acquire(b_, {true, 2}), "waits");
  server_.pass(2s);
  EXPECT_EQ(server_.reply(b_), "False");
  EXPECT_EQ(acquire(b_, {true, 0}), "False");
  EXPECT_EQ(acquire(b_, {false, 1}), "ValueError: can't specify a timeout for a non-blocking call");
  EXPECT_EQ(acquire(b_, {true, -5}), "ValueError: timeout value must be positive");
  EXPECT_EQ(acquire(b_, {true, 1e20}), "OverflowError: timestamp out of range for platform time_t");
  EXPECT_EQ(acquire(b_, {true, std::nan("")}), "ValueError: Invalid value NaN (not a number)");
  EXPECT_EQ(server_.call(b_, ident_, "acquire", {}, dict_of({{"block", false}})),
            "TypeError: acquire() got an unexpected keyword argument 'block'");
  EXPECT_EQ(release(a_), "None");
  EXPECT_EQ(server_.reply(b_), "waits");  // its wait is over and nothing is owed to it
}

TEST_F(Locks, AWaitingClientThatGoesAwayInheritsNothing) {
  ident_ = server_.create("Lock");
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(acquire(b_), "waits");
  EXPECT_EQ(acquire(c_), "waits");
  server_.disconnect(b_);
  EXPECT_EQ(release(a_), "None");
  EXPECT_EQ(server_.reply(c_), "True");
}

TEST_F(Locks, TheLockOfAKilledClientIsPassedOn) {
  ident_ = server_.create("Lock", {}, Object::dict(), /*client=*/1);
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(acquire(b_), "waits");
  server_.disconnect(a_);  // one of its threads may have ended: the lock is still held
  EXPECT_EQ(server_.reply(b_), "waits");
  server_.die(1);
  EXPECT_EQ(server_.reply(b_), "True");
}

TEST_F(Locks, TheLockOfAClientThatEndedInOrderIsLeftToOthers) {
  ident_ = server_.create("Lock", {}, Object::dict(), /*client=*/1);
  server_.serve("incref", {ident_}, Object::dict(), /*client=*/2);
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(server_.serve("decref", {ident_}, Object::dict(), /*client=*/1), "None");
  server_.disconnect(a_);
  server_.die(1);
  EXPECT_EQ(acquire(b_, {false}), "False");
  EXPECT_EQ(release(b_), "None");
}

TEST_F(Locks, AnRLockBelongsToItsSession) {
  ident_ = server_.create("RLock");
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(acquire(b_, {false}), "False");
  EXPECT_EQ(release(b_), "RuntimeError: cannot release un-acquired lock");
  EXPECT_EQ(acquire(b_), "waits");
  EXPECT_EQ(release(a_), "None");
  EXPECT_EQ(server_.reply(b_), "waits");
  EXPECT_EQ(release(a_), "None");
  EXPECT_EQ(server_.reply(b_), "True");
  EXPECT_EQ(release(a_), "RuntimeError: cannot release un-acquired lock");
}

TEST_F(Locks, AnRLockEndsWithItsSession) {
  ident_ = server_.create("RLock");
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(acquire(b_), "waits");
  server_.disconnect(a_);
  EXPECT_EQ(server_.reply(b_), "True");
  EXPECT_EQ(release(b_), "None");
  EXPECT_EQ(acquire(server_.connect(), {false}), "True");
}

class Conditions : public Locks {
 protected:
  void SetUp() override { ident_ = server_.create("Condition"); }
};

TEST_F(Conditions, WaitGivesTheLockUpAndTakesItAgain) {
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
  EXPECT_EQ(acquire(b_), "True");
  EXPECT_EQ(call(b_, "notify", {1}), "None");
  EXPECT_EQ(server_.reply(a_), "waits");  // the notifier still holds the lock
  EXPECT_EQ(release(b_), "None");
  EXPECT_EQ(server_.reply(a_), "True");
  EXPECT_EQ(acquire(b_, {false}), "False");
  EXPECT_EQ(release(a_), "None");
  EXPECT_EQ(acquire(b_, {false}), "False");  // two levels, as before the wait
  EXPECT_EQ(release(a_), "None");
  EXPECT_EQ(acquire(b_, {false}), "True");
}

TEST_F(Conditions, NotifyWakesAsManyAsAsked) {
  for (const SessionId session : {a_, b_, c_}) {
    EXPECT_EQ(acquire(session), "True");
    EXPECT_EQ(call(session, "wait", {nullptr}), "waits");
  }
  const SessionId d = server_.connect();
  EXPECT_EQ(acquire(d), "True");
  EXPECT_EQ(call(d, "notify", {0}), "None");
  EXPECT_EQ(call(d, "notify", {2}), "None");
  EXPECT_EQ(release(d), "None");
  EXPECT_EQ(server_.reply(a_), "True");
  EXPECT_EQ(release(a_), "None");
  EXPECT_EQ(server_.reply(b_), "True");
  EXPECT_EQ(release(b_), "None");
  EXPECT_EQ(server_.reply(c_), "waits");
  EXPECT_EQ(acquire(d), "True");
  EXPECT_EQ(call(d, "notify_all"), "None");
  EXPECT_EQ(release(d), "None");
  EXPECT_EQ(server_.reply(c_), "True");
}

TEST_F(Conditions, AWaitThatIsOverStillNeedsTheLock) {
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(call(a_, "wait", {1}), "waits");
  EXPECT_EQ(acquire(b_), "True");
  server_.pass(1s);
  EXPECT_EQ(server_.reply(a_), "waits");
  server_.pass(1h);
  EXPECT_EQ(release(b_), "None");
  EXPECT_EQ(server_.reply(a_), "False");
  EXPECT_EQ(release(a_), "None");
}

TEST_F(Conditions, AWaitOfNoTimeLetsOthersIn) {
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(call(a_, "wait", {0}), "False");
  EXPECT_EQ(acquire(b_), "waits");
  EXPECT_EQ(call(a_, "wait", {-1}), "waits");
  EXPECT_EQ(server_.reply(b_), "True");
  EXPECT_EQ(release(b_), "None");
  EXPECT_EQ(server_.reply(a_), "False");
}

TEST_F(Conditions, NeedTheLock) {
  EXPECT_EQ(call(a_, "wait", {nullptr}), "RuntimeError: cannot wait on un-acquired lock");
  EXPECT_EQ(acquire(b_), "True");
  EXPECT_EQ(call(a_, "notify"), "RuntimeError: cannot notify on un-acquired lock");
  EXPECT_EQ(call(a_, "notify_all"), "RuntimeError: cannot notify on un-acquired lock");
  EXPECT_EQ(release(a_), "RuntimeError: cannot release un-acquired lock");
}

TEST_F(Conditions, ADeadWaiterTakesNeitherNotificationNorLock) {
  for (const SessionId session : {a_, b_}) {
    EXPECT_EQ(acquire(session), "True");
    EXPECT_EQ(call(session, "wait", {nullptr}), "waits");
  }
  server_.disconnect(a_);
  EXPECT_EQ(acquire(c_), "True");
  EXPECT_EQ(call(c_, "notify"), "None");
  EXPECT_EQ(release(c_), "None");
  EXPECT_EQ(server_.reply(b_), "True");
}

TEST_F(Conditions, AWaiterThatDiesAfterItsNotificationDoesNotTakeTheLock) {
  EXPECT_EQ(acquire(a_), "True");
  EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
  EXPECT_EQ(acquire(c_), "True");
  EXPECT_EQ(call(c_, "notify"), "None");
  server_.disconnect(a_);
  EXPECT_EQ(release(c_), "None");
  EXPECT_EQ(acquire(b_, {false}), "True");
}

TEST_F(Conditions, MayBeMadeOnALockOfTheServer) {
  const std::string lock = server_.create("Lock");
  ident_ = server_.create("Condition", {MemoryServer::proxy("Lock", lock)});
  EXPECT_EQ(server_.call(a_, lock, "acquire"), "True");
  EXPECT_EQ(acquire(b_, {false}), "False");
  EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
  EXPECT_EQ(acquire(b_), "True");
  EXPECT_EQ(call(b_, "notify"), "None");
  EXPECT_EQ(server_.call(b_, lock, "release"), "None");
  EXPECT_EQ(server_.reply(a_), "True");
  EXPECT_EQ(server_.serve("decref", {lock}), "None");  // the condition keeps it
  EXPECT_EQ(server_.call(a_, lock, "release"), "None");
  const std::string list = server_.create("list");
  EXPECT_EQ(server_.serve("create", {"Condition", MemoryServer::proxy("list", list)}),
            "#TRACEBACK TypeError: a Condition needs a Lock or an RLock of its own server, not "
            "ListProxy\n");
}

}  // namespace
}  // namespace mp::manager::testing
