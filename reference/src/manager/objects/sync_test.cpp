#include "manager/testing/memory_server.hpp"

namespace mp::manager::testing {
namespace {

using namespace std::chrono_literals;

class Sync : public ::testing::Test {
 protected:
  std::string call(SessionId session, std::string_view method,
                   std::initializer_list<Arg> args = {}) {
    return server_.call(session, ident_, method, args);
  }
  std::string attribute(const char* name) { return call(d_, "__getattribute__", {name}); }

  MemoryServer server_;
  SessionId a_ = server_.connect();
  SessionId b_ = server_.connect();
  SessionId c_ = server_.connect();
  SessionId d_ = server_.connect();
  std::string ident_;
};

TEST_F(Sync, ASemaphoreHandsOutItsUnitsInOrder) {
  ident_ = server_.create("Semaphore", {1});
  EXPECT_EQ(call(a_, "acquire"), "True");
  EXPECT_EQ(call(a_, "acquire", {false}), "False");
  EXPECT_EQ(call(a_, "acquire", {true, -1}), "False");
  EXPECT_EQ(call(a_, "acquire", {false, 1}),
            "ValueError: can't specify timeout for non-blocking acquire");
  EXPECT_EQ(call(b_, "acquire"), "waits");
  EXPECT_EQ(call(c_, "acquire", {true, 1}), "waits");
  EXPECT_EQ(call(d_, "release"), "None");
  EXPECT_EQ(server_.reply(b_), "True");
  EXPECT_EQ(server_.reply(c_), "waits");
  server_.pass(1s);
  EXPECT_EQ(server_.reply(c_), "False");
  EXPECT_EQ(server_.call(d_, ident_, "release", {2}), "None");
  EXPECT_EQ(call(a_, "__repr__"), "'<threading.Semaphore at 0x" + ident_ + ": value=2>'");
  EXPECT_EQ(call(d_, "release", {0}), "ValueError: n must be one or more");
}

TEST_F(Sync, ASemaphoreForgetsDeadWaiters) {
  ident_ = server_.create("Semaphore", {0});
  EXPECT_EQ(call(a_, "acquire"), "waits");
  EXPECT_EQ(call(b_, "acquire"), "waits");
  server_.disconnect(a_);
  EXPECT_EQ(call(c_, "release"), "None");
  EXPECT_EQ(server_.reply(b_), "True");
}

TEST_F(Sync, ABoundedSemaphoreHasAnEnd) {
  ident_ = server_.create("BoundedSemaphore", {2});
  EXPECT_EQ(call(a_, "release"), "ValueError: Semaphore released too many times");
  EXPECT_EQ(call(a_, "acquire"), "True");
  EXPECT_EQ(call(a_, "release"), "None");
  EXPECT_EQ(call(a_, "release"), "ValueError: Semaphore released too many times");
  EXPECT_EQ(server_.serve("create", {"Semaphore", -1}),
            "#TRACEBACK ValueError: semaphore initial value must be >= 0\n");
}

TEST_F(Sync, AnEventWakesAll) {
  ident_ = server_.create("Event");
  EXPECT_EQ(call(a_, "wait", {0}), "False");
  EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
  EXPECT_EQ(call(b_, "wait", {1}), "waits");
  EXPECT_EQ(call(c_, "wait", {1}), "waits");
  server_.disconnect(b_);
  server_.pass(1s);
  EXPECT_EQ(server_.reply(c_), "False");
  EXPECT_EQ(call(d_, "set"), "None");
  EXPECT_EQ(call(d_, "clear"), "None");
  EXPECT_EQ(server_.reply(a_), "True");
  EXPECT_EQ(call(d_, "is_set"), "False");
  EXPECT_EQ(call(d_, "set"), "None");
  EXPECT_EQ(call(a_, "wait", {nullptr}), "True");
}

TEST_F(Sync, ABarrierOpensForAllPartiesAtOnce) {
  ident_ = server_.create("Barrier", {3});
  EXPECT_EQ(attribute("parties"), "3");
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
    EXPECT_EQ(call(b_, "wait", {nullptr}), "waits");
    EXPECT_EQ(attribute("n_waiting"), "2");
    EXPECT_EQ(call(c_, "wait", {nullptr}), "2");
    EXPECT_EQ(server_.reply(a_), "0");
    EXPECT_EQ(server_.reply(b_), "1");
    EXPECT_EQ(attribute("n_waiting"), "0");
  }
}

TEST_F(Sync, ADeadWaiterDoesNotCount) {
  ident_ = server_.create("Barrier", {3});
  EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
  EXPECT_EQ(call(b_, "wait", {nullptr}), "waits");
  server_.disconnect(a_);
  EXPECT_EQ(attribute("n_waiting"), "1");
  EXPECT_EQ(call(c_, "wait", {nullptr}), "waits");
  EXPECT_EQ(call(server_.connect(), "wait", {nullptr}), "2");
  EXPECT_EQ(server_.reply(b_), "0");
  EXPECT_EQ(server_.reply(c_), "1");
}

TEST_F(Sync, ABarrierBreaksWhenATimeoutPasses) {
  ident_ = server_.create("Barrier", {3, nullptr, 5});
  EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
  EXPECT_EQ(call(b_, "wait", {1}), "waits");
  server_.pass(1s);
  EXPECT_EQ(server_.reply(b_), "threading.BrokenBarrierError");
  EXPECT_EQ(server_.reply(a_), "threading.BrokenBarrierError");
  EXPECT_EQ(attribute("broken"), "True");
  EXPECT_EQ(call(a_, "wait", {nullptr}), "threading.BrokenBarrierError");
  EXPECT_EQ(call(a_, "reset"), "None");
  EXPECT_EQ(attribute("broken"), "False");
  EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
  server_.pass(5s);
  EXPECT_EQ(server_.reply(a_), "threading.BrokenBarrierError");
}

TEST_F(Sync, ABarrierIsAbortedAndReset) {
  ident_ = server_.create("Barrier", {2});
  EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
  EXPECT_EQ(call(b_, "reset"), "None");
  EXPECT_EQ(server_.reply(a_), "threading.BrokenBarrierError");
  EXPECT_EQ(attribute("broken"), "False");
  EXPECT_EQ(call(a_, "wait", {nullptr}), "waits");
  EXPECT_EQ(call(b_, "abort"), "None");
  EXPECT_EQ(server_.reply(a_), "threading.BrokenBarrierError");
  EXPECT_EQ(attribute("broken"), "True");
  EXPECT_EQ(attribute("action"), "AttributeError: 'Barrier' object has no attribute 'action'");
}

TEST_F(Sync, ABarrierTakesNoAction) {
  EXPECT_EQ(server_.serve("create", {"Barrier", 2, Object::global("builtins", "print")}),
            "#TRACEBACK TypeError: a barrier's action is code, and this server keeps data only\n");
  EXPECT_EQ(server_.serve("create", {"Barrier", 0}),
            "#TRACEBACK ValueError: parties must be > 0\n");
}

}  // namespace
}  // namespace mp::manager::testing
