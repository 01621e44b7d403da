#include "manager/testing/memory_server.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

class QueueReferent : public ::testing::Test {
 protected:
  void make(int maxsize) { ident_ = server_.create("Queue", {maxsize}); }
  std::string call(SessionId session, std::string_view method,
                   std::initializer_list<Arg> args = {}) {
    return server_.call(session, ident_, method, args);
  }

  MemoryServer server_;
  SessionId a_ = server_.connect();
  SessionId b_ = server_.connect();
  SessionId c_ = server_.connect();
  std::string ident_ = server_.create("Queue");
};

TEST_F(QueueReferent, FirstInFirstOut) {
  EXPECT_EQ(call(a_, "put", {1}), "None");
  EXPECT_EQ(call(a_, "put_nowait", {"two"}), "None");
  EXPECT_EQ(call(b_, "qsize"), "2");
  EXPECT_EQ(call(b_, "get"), "1");
  EXPECT_EQ(call(b_, "get_nowait"), "'two'");
  EXPECT_EQ(call(b_, "empty"), "True");
  EXPECT_EQ(call(b_, "get_nowait"), "queue.Empty");
  EXPECT_EQ(call(b_, "get", {false}), "queue.Empty");
}

TEST_F(QueueReferent, AWaitingGetIsAnsweredByAPutInOrderOfArrival) {
  EXPECT_EQ(call(a_, "get"), "waits");
  EXPECT_EQ(call(b_, "get", {true, 5}), "waits");
  EXPECT_EQ(call(c_, "put", {1}), "None");
  EXPECT_EQ(server_.reply(a_), "1");
  EXPECT_EQ(server_.reply(b_), "waits");
  EXPECT_EQ(call(c_, "put", {2}), "None");
  EXPECT_EQ(server_.reply(b_), "2");
  EXPECT_EQ(call(c_, "qsize"), "0");
}

TEST_F(QueueReferent, AGetGivesUpAtItsDeadlineAndNotBefore) {
  EXPECT_EQ(call(a_, "get", {true, 0.5}), "waits");
  server_.pass(499ms);
  EXPECT_EQ(server_.reply(a_), "waits");
  server_.pass(1ms);
  EXPECT_EQ(server_.reply(a_), "queue.Empty");
  EXPECT_EQ(call(c_, "put", {1}), "None");
  EXPECT_EQ(server_.reply(a_), "waits");
  EXPECT_EQ(call(c_, "qsize"), "1");
}

TEST_F(QueueReferent, ABoundMakesPutsWait) {
  make(1);
  EXPECT_EQ(call(a_, "put", {1}), "None");
  EXPECT_EQ(call(a_, "full"), "True");
  EXPECT_EQ(call(a_, "put_nowait", {9}), "queue.Full");
  EXPECT_EQ(call(a_, "put", {2}), "waits");
  EXPECT_EQ(call(b_, "put", {3, true, 1}), "waits");
  EXPECT_EQ(call(c_, "get"), "1");
  EXPECT_EQ(server_.reply(a_), "None");
  EXPECT_EQ(server_.reply(b_), "waits");
  server_.pass(1s);
  EXPECT_EQ(server_.reply(b_), "queue.Full");
  EXPECT_EQ(call(c_, "get"), "2");
  EXPECT_EQ(call(c_, "get_nowait"), "queue.Empty");
}

TEST_F(QueueReferent, ADeadClientTakesNoItem) {
  EXPECT_EQ(call(a_, "get"), "waits");
  EXPECT_EQ(call(b_, "get"), "waits");
  server_.disconnect(a_);
  EXPECT_EQ(call(c_, "put", {1}), "None");
  EXPECT_EQ(server_.reply(b_), "1");
}

TEST_F(QueueReferent, ADeadClientsWaitingPutIsForgotten) {
  make(1);
  EXPECT_EQ(call(a_, "put", {1}), "None");
  EXPECT_EQ(call(a_, "put", {2}), "waits");
  EXPECT_EQ(call(b_, "put", {3}), "waits");
  server_.disconnect(a_);
  EXPECT_EQ(call(c_, "get"), "1");
  EXPECT_EQ(server_.reply(b_), "None");
  EXPECT_EQ(call(c_, "get"), "3");
}

TEST_F(QueueReferent, JoinWaitsForEveryTask) {
  EXPECT_EQ(call(a_, "join"), "None");
  EXPECT_EQ(call(a_, "put", {1}), "None");
  EXPECT_EQ(call(b_, "join"), "waits");
  EXPECT_EQ(call(a_, "get"), "1");
  EXPECT_EQ(server_.reply(b_), "waits");
  EXPECT_EQ(call(a_, "task_done"), "None");
  EXPECT_EQ(server_.reply(b_), "None");
  EXPECT_EQ(call(a_, "task_done"), "ValueError: task_done() called too many times");
}

TEST_F(QueueReferent, AnItemHandedToAWaitingGetIsATaskToo) {
  EXPECT_EQ(call(a_, "get"), "waits");
  EXPECT_EQ(call(b_, "put", {1}), "None");
  EXPECT_EQ(call(b_, "join"), "waits");
  EXPECT_EQ(server_.reply(a_), "1");
  EXPECT_EQ(call(a_, "task_done"), "None");
  EXPECT_EQ(server_.reply(b_), "None");
}

TEST_F(QueueReferent, LooksAtTimeoutsAsPythonDoes) {
  EXPECT_EQ(call(a_, "get", {true, -1}), "ValueError: 'timeout' must be a non-negative number");
  EXPECT_EQ(call(a_, "put", {1, true, -1}), "None");  // only a bound makes it look
  EXPECT_EQ(call(a_, "get", {true, 1e20}), "1");      // only waiting makes it look
  EXPECT_EQ(call(a_, "get", {true, 1e20}),
            "OverflowError: timestamp out of range for platform time_t");
  EXPECT_EQ(call(a_, "get", {true, "x"}),
            "TypeError: 'str' object cannot be interpreted as an integer");
  EXPECT_EQ(call(a_, "get", {true, 0}), "queue.Empty");
  make(1);
  EXPECT_EQ(call(a_, "put", {1, true, -1}), "ValueError: 'timeout' must be a non-negative number");
}

TEST_F(QueueReferent, TakesArgumentsByName) {
  EXPECT_EQ(server_.call(a_, ident_, "put", {}, dict_of({{"item", 1}, {"block", false}})), "None");
  EXPECT_EQ(server_.call(a_, ident_, "get", {}, dict_of({{"timeout", 1}})), "1");
  EXPECT_EQ(call(a_, "put"),
            "TypeError: Queue.put() missing 1 required positional argument: 'item'");
  EXPECT_EQ(server_.call(a_, ident_, "get", {}, dict_of({{"wait", 1}})),
            "TypeError: Queue.get() got an unexpected keyword argument 'wait'");
  EXPECT_EQ(server_.call(a_, ident_, "get", {true}, dict_of({{"block", true}})),
            "TypeError: Queue.get() got multiple values for argument 'block'");
  EXPECT_EQ(call(a_, "get", {1, 2, 3}),
            "TypeError: Queue.get() takes from 0 to 2 positional arguments but 3 were given");
}

TEST_F(QueueReferent, ShutdownEndsWaitingCalls) {
  make(1);
  EXPECT_EQ(call(a_, "put", {1}), "None");
  EXPECT_EQ(call(b_, "put", {2}), "waits");
  EXPECT_EQ(call(c_, "shutdown"), "None");
  EXPECT_EQ(server_.reply(b_), "queue.ShutDown");
  EXPECT_EQ(call(a_, "put", {3}), "queue.ShutDown");
  EXPECT_EQ(call(a_, "get"), "1");
  EXPECT_EQ(call(a_, "get"), "queue.ShutDown");
}

TEST_F(QueueReferent, CannotBeCopied) {
  EXPECT_EQ(call(a_, "#GETVALUE"),
            "#UNSERIALIZABLE TypeError: cannot pickle '_thread.lock' object\n");
  EXPECT_EQ(call(a_, "maxsize"), "#TRACEBACK KeyError: 'maxsize'\n");
}

}  // namespace
}  // namespace mp::manager::testing
