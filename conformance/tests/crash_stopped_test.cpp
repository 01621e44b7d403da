// CRASH: processes that are stopped for a while, and servers that are short of descriptors.
#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "tests/support/crash.hpp"
#include "tests/support/queues.hpp"
#include "tests/support/stops.hpp"

namespace mpspec {
namespace {

class StoppedConformance : public CrashConformance {
 protected:
  static constexpr int kAmountMax = 200'000;

  static std::vector<pid_t> pids_of(const std::vector<Child>& children) {
    std::vector<pid_t> out;
    for (const Child& child : children) out.push_back(child.actor.pid());
    return out;
  }
  /// Lets the children work, more of it from time to time, until they were stopped often enough in
  /// the middle of it. `begin` starts so much work, `check` waits for its end.
  using Begin = std::function<std::vector<Pending>(int amount)>;
  using Check = std::function<void(int amount, const std::vector<Pending>& work)>;
  void stop_while_working(const std::vector<Child>& children, const Begin& begin,
                          const Check& check, int stops_wanted = 5) {
    int stops = 0;
    for (int amount = 1000; stops < stops_wanted && !HasFailure(); amount += amount / 2) {
      if (amount > kAmountMax) inconclusive("the work was always done before anybody was stopped");
      const std::vector<Pending> work = begin(amount);
      stops += stop_now_and_then(pids_of(children), work);
      check(amount, work);
    }
  }

  Pending add_often(const Child& child, const Object& value, const Object& lock, int times) {
    Program body, program;
    body.call(lock, "acquire")
        .let("x", value, "value")
        .add("sum", var("x"), 1)
        .call(value, "value.set", {var("sum")})
        .call(lock, "release");
    return child.actor.begin_run(program.repeat(times, body));
  }
};

TEST_F(StoppedConformance, CRASH_030_EveryAdditionUnderALockCounts) {
  constexpr int kChildren = 3;
  const Object lock = main().make("Lock");
  const Object value = main().make("Value", {"i", 0});
  const auto children = spawn(kChildren, {value, lock});
  long long expected = 0;
  stop_while_working(
      children,
      [&](int amount) {
        std::vector<Pending> work;
        for (const Child& child : children) work.push_back(add_often(child, value, lock, amount));
        return work;
      },
      [&](int amount, const std::vector<Pending>& work) {
        for (const Pending& one : work) ASSERT_THAT(one.wait(), Succeeds());
        expected += kChildren * amount;
        ASSERT_THAT(main().call(value, "value"), Returns(expected));
      },
      20);  // one in three is stopped while it holds the lock
}

class StoppedQueueConformance : public StoppedConformance {
 protected:
  static constexpr int kProducers = 2;  // and as many consumers: one sentinel for each

  static std::vector<Pending> begin(const std::vector<Child>& children, const Object& queue,
                                    int items) {
    std::vector<Pending> work;
    for (std::size_t i = 0; i < children.size(); ++i) {
      Program body, program;
      if (i < kProducers) {
        body.call(queue, "put", {tuple({static_cast<int>(i), var("k")})});
        program.repeat(items, body, "k").call(queue, "put", {"done"});
      } else {
        body.let("item", queue, "get").break_if(var("item"), "done").append("got", var("item"));
        program.set("got", list()).forever(body);
      }
      work.push_back(children[i].actor.begin_run(program));
    }
    return work;
  }

  static void expect_all_in_order(const std::vector<Pending>& work, int items) {
    int arrived = 0;
    for (std::size_t i = 0; i < work.size(); ++i) {
      const Outcome end = work[i].wait();
      ASSERT_THAT(end, Succeeds());
      if (i < kProducers) continue;
      std::vector<long long> newest(kProducers, -1);
      for (const Value& item : items_of(variable(end.value(), "got"))) {
        const auto& parts = item.get_if<Tuple>()->items;
        auto& last = newest.at(static_cast<std::size_t>(as_int(parts[0])));
        ASSERT_LT(last, as_int(parts[1])) << "a producer's items changed their order";
        last = as_int(parts[1]);
        ++arrived;
      }
    }
    ASSERT_EQ(arrived, kProducers * items);
  }
};

TEST_F(StoppedQueueConformance, CRASH_031_EveryItemArrivesOnceAndInOrder) {
  const Object queue = main().make("Queue", {50});
  const auto children = spawn(2 * kProducers, {queue});
  stop_while_working(
      children, [&](int amount) { return begin(children, queue, amount); },
      [&](int amount, const std::vector<Pending>& work) { expect_all_in_order(work, amount); });
}

TEST_F(StoppedConformance, CRASH_032_OthersAreServedWhileAClientIsStopped) {
  const Object queue = make("Queue");
  const Object numbers = make("list");
  const auto children = spawn(2, {queue, numbers});
  const Pending waiting = children[0].actor.begin(queue, "get");
  wait_until_blocked(children[0].actor, waiting, {server_pid()});
  stop_process(children[0].actor.pid());
  for (Actor* actor : {&main(), &children[1].actor})
    EXPECT_THAT(actor->call(numbers, "append", {1}), Returns(Value()));
  EXPECT_THAT(children[1].actor.call(queue, "put", {"item"}), Returns(Value()));
  EXPECT_FALSE(waiting.ready());
  continue_process(children[0].actor.pid());
  EXPECT_THAT(waiting.wait(), Returns("item"));
  EXPECT_THAT(main().call(numbers, "__len__"), Returns(2));
}

TEST_F(StoppedConformance, CRASH_033_CallsWaitForAStoppedServerAndAreDoneOnce) {
  const Object numbers = make("list");
  const auto children = spawn(3, {numbers});
  const pid_t server = server_pid();
  for (const Child& child : children)
    EXPECT_THAT(child.actor.call(numbers, "__len__"), Returns(0));  // they are connected
  stop_process(server);
  std::vector<Pending> calls;
  for (const Child& child : children) calls.push_back(child.actor.begin(numbers, "append", {7}));
  wait_until_asleep(pids_of(children));
  // Long enough for a client that loses its patience.
  EXPECT_FALSE(calls.front().wait_until(Clock::now() + 200ms));
  for (const Pending& call : calls) EXPECT_FALSE(call.ready());
  continue_process(server);
  for (const Pending& call : calls) EXPECT_THAT(call.wait(), Returns(Value()));
  EXPECT_THAT(main().call(numbers, "__getitem__", {slice({}, {})}), Returns(list({7, 7, 7})));
}

class ShortageConformance : public CrashConformance {
 protected:
  /// How many descriptors a process may have; gives how many it might have before.
  rlim_t limit_descriptors(pid_t pid, rlim_t limit) {
    rlimit now{};
    bool done = ::prlimit(pid, RLIMIT_NOFILE, nullptr, &now) == 0;
    const rlimit wanted{limit, now.rlim_max};
    done = done && ::prlimit(pid, RLIMIT_NOFILE, &wanted, nullptr) == 0;
    if (!done)
      inconclusive(fmt::format("cannot limit the descriptors of the server, process {}: {}", pid,
                               std::strerror(errno)));
    return now.rlim_cur;
  }
};

TEST_F(ShortageConformance, CRASH_034_ConnectedClientsAreServedAndNewOnesLater) {
  const Object numbers = make("list");
  const auto children = spawn(3, {numbers});
  Actor& connected = children[0].actor;
  EXPECT_THAT(connected.call(numbers, "append", {1}), Returns(Value()));
  const pid_t server = server_pid();
  // Descriptors 0 to 2 are open in any program, so no new one has a number below this.
  const rlim_t before = limit_descriptors(server, 3);
  // A server that waits in accept() has the descriptor for the next client already.
  const Pending next = children[2].actor.begin(numbers, "__len__");
  wait_until_asleep({children[2].actor.pid()});
  const Pending newcomer = children[1].actor.begin(numbers, "append", {2});
  wait_until_asleep({children[1].actor.pid()});
  for (int i = 0; i < 3; ++i) EXPECT_THAT(connected.call(numbers, "__len__"), Returns(1));
  if (const auto early = newcomer.wait_until(Clock::now()); early && early->ok())
    inconclusive("the server had a descriptor left for a new client");
  limit_descriptors(server, before);
  static_cast<void>(next.wait());  // served or turned away
  const bool waited = newcomer.wait().ok();
  observe(waited, "a new client waits", "a new client is turned away");
  if (!waited) {
    EXPECT_THAT(children[1].actor.call(numbers, "append", {2}), Returns(Value()));
  }
  EXPECT_THAT(main().call(numbers, "__getitem__", {slice({}, {})}), Returns(list({1, 2})));
}

}  // namespace
}  // namespace mpspec
