// BARRIER: waiting for one another.
#include <algorithm>

#include "tests/support/barriers.hpp"
#include "tests/support/waiting.hpp"

namespace mpspec {
namespace {

class BarrierConformance : public Conformance {
 protected:
  static Outcome wait(Actor& actor, const Object& barrier, const Args& args = {}) {
    return actor.call(barrier, "wait", args);
  }
  /// Begins to wait, and returns when it is seen to wait.
  Pending begin_waiting(Actor& actor, const Object& barrier, std::size_t waiting,
                        const Args& args = {}) {
    const Pending pending = actor.begin(barrier, "wait", args);
    EXPECT_TRUE(comes_to_wait(adapter(), main(), barrier, waiting));
    return pending;
  }
  static void expect_state(Actor& actor, const Object& barrier, int waiting, bool broken) {
    EXPECT_THAT(actor.call(barrier, "n_waiting"), Returns(waiting));
    EXPECT_THAT(actor.call(barrier, "broken"), Returns(broken));
  }
  std::vector<Actor*> children_with(const Object& barrier, int count) {
    std::vector<Actor*> actors;
    for (int i = 0; i < count; ++i) actors.push_back(&main().spawn({barrier}).actor);
    return actors;
  }
};

TEST_F(BarrierConformance, BARRIER_001_NobodyReturnsBeforeTheLastArrives) {
  const Object barrier = main().make("Barrier", {3});
  const auto children = children_with(barrier, 2);
  std::vector<Pending> waiting;
  for (Actor* child : children)
    waiting.push_back(begin_waiting(*child, barrier, waiting.size() + 1));
  EXPECT_FALSE(waiting[0].wait_until(Clock::now() + 20ms));
  EXPECT_FALSE(waiting[1].wait_until(Clock::now() + 1ms));
  const Outcome last = wait(main(), barrier);
  EXPECT_THAT(last, Succeeds());
  for (const Pending& pending : waiting) {
    const Outcome outcome = pending.wait();
    EXPECT_THAT(outcome, Succeeds());
    EXPECT_LE(last.began, outcome.ended);
  }
}

TEST_F(BarrierConformance, BARRIER_002_EachIndexOnce) {
  for (const int parties : {2, 4}) {
    const Object barrier = main().make("Barrier", {parties});
    std::vector<Pending> waiting;
    for (Actor* child : children_with(barrier, parties - 1))
      waiting.push_back(child->begin(barrier, "wait"));
    std::vector<Value> results = {wait(main(), barrier).value()};
    for (const Pending& pending : waiting) results.push_back(pending.wait().value());
    std::vector<Value> indices;
    for (int i = 0; i < parties; ++i) indices.emplace_back(i);
    EXPECT_THAT(results, ::testing::UnorderedElementsAreArray(indices));
  }
}

TEST_F(BarrierConformance, BARRIER_003_NobodyIsARoundAhead) {
  constexpr std::size_t kRounds = 100;
  const Object barrier = main().make("Barrier", {3});
  auto actors = children_with(barrier, 2);
  actors.push_back(&main());
  Program round;
  round.call(barrier, "wait");
  Program program;
  program.start_at(soon()).repeat(kRounds, round).record();
  std::vector<Pending> running;
  for (Actor* actor : actors) running.push_back(actor->begin_run(program));
  for (const Pending& pending : running) ASSERT_THAT(pending.wait(), Succeeds());
  for (std::size_t i = 0; i < kRounds; ++i) {
    auto last_call = Clock::time_point::min();
    auto first_return = Clock::time_point::max();
    for (const Actor* actor : actors) {
      ASSERT_EQ(actor->history().size(), kRounds);
      last_call = std::max(last_call, actor->history()[i].second.began);
      first_return = std::min(first_return, actor->history()[i].second.ended);
    }
    EXPECT_LE(last_call, first_return) << "round " << i;
  }
}

TEST_F(BarrierConformance, BARRIER_004_TheSameInEveryProcess) {
  const Object barrier = main().make("Barrier", {3});
  const auto children = children_with(barrier, 2);
  for (Actor* actor : {children[0], children[1], &main()}) {
    EXPECT_THAT(actor->call(barrier, "parties"), Returns(3));
    expect_state(*actor, barrier, 0, false);
  }
  const Pending waiting = begin_waiting(*children[0], barrier, 1);
  expect_state(*children[1], barrier, 1, false);
  const Pending second = begin_waiting(*children[1], barrier, 2);
  EXPECT_THAT(wait(main(), barrier), Succeeds());
  EXPECT_THAT(waiting.wait(), Succeeds());
  EXPECT_THAT(second.wait(), Succeeds());
  for (Actor* actor : {children[0], children[1], &main()}) {
    EXPECT_THAT(actor->call(barrier, "parties"), Returns(3));
    expect_state(*actor, barrier, 0, false);
  }
  EXPECT_THAT(children[0]->call(barrier, "abort"), Returns(Value()));
  for (Actor* actor : {children[0], children[1], &main()}) {
    EXPECT_THAT(actor->call(barrier, "broken"), Returns(true));
  }
}

TEST_F(BarrierConformance, BARRIER_005_ATimeoutBreaksIt) {
  const Object barrier = main().make("Barrier", {3});
  const auto children = children_with(barrier, 2);
  const Pending other = begin_waiting(*children[0], barrier, 1);
  const Outcome outcome = wait(*children[1], barrier, {0.05});
  EXPECT_THAT(outcome, FailsWith("BrokenBarrierError"));
  EXPECT_GE(duration(outcome), 50ms);
  const Outcome failed_with_it = other.wait();
  EXPECT_THAT(failed_with_it, FailsWith("BrokenBarrierError"));
  EXPECT_GE(failed_with_it.ended - outcome.began, 50ms);
  for (Actor* actor : {children[0], children[1], &main()}) {
    EXPECT_THAT(actor->call(barrier, "broken"), Returns(true));
  }
}

TEST_F(BarrierConformance, BARRIER_005_AllWithinTheTimeout) {
  const Object barrier = main().make("Barrier", {2});
  const auto children = children_with(barrier, 1);
  const Pending waiting = begin_waiting(*children[0], barrier, 1, {3600.0});
  EXPECT_THAT(wait(main(), barrier, {3600.0}), Succeeds());
  EXPECT_THAT(waiting.wait(), Succeeds());
  EXPECT_THAT(main().call(barrier, "broken"), Returns(false));
}

TEST_F(BarrierConformance, BARRIER_006_TheTimeoutOfTheCreation) {
  const Object barrier = main().make("Barrier", {2}, {{"timeout", 0.05}});
  const auto children = children_with(barrier, 1);
  for (Actor* actor : {&main(), children[0]}) {
    const Outcome outcome = wait(*actor, barrier);
    EXPECT_THAT(outcome, FailsWith("BrokenBarrierError"));
    EXPECT_GE(duration(outcome), 50ms);
    EXPECT_THAT(main().call(barrier, "broken"), Returns(true));
    EXPECT_THAT(main().call(barrier, "reset"), Returns(Value()));
  }
}

TEST_F(BarrierConformance, BARRIER_007_WaitFailsWhileBroken) {
  const Object barrier = main().make("Barrier", {2});
  const auto children = children_with(barrier, 1);
  EXPECT_THAT(main().call(barrier, "abort"), Returns(Value()));
  for (Actor* actor : {&main(), children[0]}) {
    for (const Args& args : std::vector<Args>{{}, {Value()}, {3600.0}, {0}}) {
      EXPECT_THAT(wait(*actor, barrier, args), FailsWith("BrokenBarrierError"));
    }
  }
  EXPECT_THAT(main().call(barrier, "broken"), Returns(true));
}

TEST_F(BarrierConformance, BARRIER_008_AbortFailsAllWaiters) {
  const Object barrier = main().make("Barrier", {4});
  const auto children = children_with(barrier, 3);
  std::vector<Pending> waiting;
  for (Actor* child : children)
    waiting.push_back(begin_waiting(*child, barrier, waiting.size() + 1));
  EXPECT_FALSE(waiting[0].wait_until(Clock::now() + 20ms));
  const Outcome aborted = main().call(barrier, "abort");
  EXPECT_THAT(aborted, Returns(Value()));
  for (const Pending& pending : waiting) {
    const Outcome outcome = pending.wait();
    EXPECT_THAT(outcome, FailsWith("BrokenBarrierError"));
    EXPECT_LE(aborted.began, outcome.ended);
  }
  for (Actor* child : children) EXPECT_THAT(child->call(barrier, "broken"), Returns(true));
}

TEST_F(BarrierConformance, BARRIER_009_ABrokenBarrierIsUsableAgain) {
  const Object barrier = main().make("Barrier", {2});
  const auto children = children_with(barrier, 1);
  EXPECT_THAT(main().call(barrier, "abort"), Returns(Value()));
  EXPECT_THAT(children[0]->call(barrier, "reset"), Returns(Value()));
  expect_state(main(), barrier, 0, false);
  const Pending waiting = begin_waiting(*children[0], barrier, 1);
  EXPECT_THAT(wait(main(), barrier), Succeeds());
  EXPECT_THAT(waiting.wait(), Succeeds());
}

TEST_F(BarrierConformance, BARRIER_009_WaitersFail) {
  const Object barrier = main().make("Barrier", {3});
  const auto children = children_with(barrier, 2);
  std::vector<Pending> waiting;
  for (Actor* child : children)
    waiting.push_back(begin_waiting(*child, barrier, waiting.size() + 1));
  const Outcome reset = main().call(barrier, "reset");
  EXPECT_THAT(reset, Returns(Value()));
  for (const Pending& pending : waiting) {
    const Outcome outcome = pending.wait();
    EXPECT_THAT(outcome, FailsWith("BrokenBarrierError"));
    EXPECT_LE(reset.began, outcome.ended);
  }
  expect_state(main(), barrier, 0, false);
}

TEST_F(BarrierConformance, BARRIER_009_ResetOfAnIdleBarrier) {
  const Object barrier = main().make("Barrier", {2});
  const auto children = children_with(barrier, 1);
  EXPECT_THAT(main().call(barrier, "reset"), Returns(Value()));
  expect_state(main(), barrier, 0, false);
  const Pending waiting = children[0]->begin(barrier, "wait");
  EXPECT_THAT(wait(main(), barrier), Succeeds());
  EXPECT_THAT(waiting.wait(), Succeeds());
}

TEST_F(BarrierConformance, BARRIER_010_OnePartyNeverWaits) {
  const Object barrier = main().make("Barrier", {1});
  const auto children = children_with(barrier, 1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(wait(main(), barrier), Returns(0));
    EXPECT_THAT(wait(*children[0], barrier), Returns(0));
  }
}

}  // namespace
}  // namespace mpspec
