#include "mp/condition.hpp"
#include "mp/semaphore.hpp"
#include "mp/value.hpp"
#include "sweep/lock_checks.hpp"
#include "sweep/operations.hpp"

namespace mp::sweep {
namespace {

/// A condition, whom it woke, and whether everybody may go.
struct Waiting {
  Condition condition = require(Condition::create(), "a condition is made");
  Semaphore woken = require(Semaphore::create(0), "a semaphore is made");
  RawValue<int> all_may_go = require(RawValue<int>::create(0), "a value is made");

  /// Waits once as users do who were told that a holder died: what they wait for is looked at.
  void wait_once() const {
    take(condition);
    if (all_may_go.value() == 0) {
      const Result<bool> notified = condition.wait(kPatience);
      if (notified) {
        require(*notified, "a waiter is notified in time");
      } else {
        require(notified.error().code == ErrorCode::OwnerDied, "the lock comes back");
      }
    }
    give_back(condition);
    require(woken.release(), "a permit is given");
  }
  void notify(std::int64_t n) const {
    take(condition);
    require(condition.notify(n), "the holder notifies");
    give_back(condition);
  }
  void let_all_go() const {
    take(condition);
    all_may_go.set_value(1);
    require(condition.notify_all(), "the holder notifies");
    give_back(condition);
  }
  void await_woken(const std::string& claim) const { require(woken.acquire(kPatience), claim); }
};

/// Two survivors call each other back and forth.
class TakingTurns {
 public:
  explicit TakingTurns(Condition condition) : condition_(std::move(condition)) {}

  void work(int survivor) const {
    for (int round = 0; round < kRounds; ++round) {
      require(!take(condition_), "a death is told once");
      const auto my_turn = [&] { return turn_.value() % 2 == survivor; };
      require(require(condition_.wait_for(my_turn, kPatience), "the lock comes back"),
              "a notification arrives");
      turn_.set_value(turn_.value() + 1);
      require(condition_.notify(), "the holder notifies");
      give_back(condition_);
    }
  }
  void check() const { require(turn_.value() == 2 * kRounds, "everybody had its turns"); }

 private:
  static constexpr int kRounds = 4;
  Condition condition_;
  RawValue<int> turn_ = require(RawValue<int>::create(0), "a value is made");
};

World world_of(const Waiting& waiting) {
  const TakingTurns turns(waiting.condition);
  World world;
  world.inspect = [waiting] { waiting.let_all_go(); };
  world.work = [turns](int survivor) { turns.work(survivor); };
  world.conclude = [turns] { turns.check(); };
  return world;
}

template <std::int64_t kCount>
World notify() {
  const Waiting waiting;
  World world = world_of(waiting);
  const auto wait_once = [waiting] { waiting.wait_once(); };
  world.bystanders = {wait_once, wait_once};
  world.prepare = [waiting] { take(waiting.condition); };
  world.operate = [waiting] { static_cast<void>(waiting.condition.notify(kCount)); };
  return world;
}

/// The victim and another one wait, and both are notified.
World wait_all_notified() {
  const Waiting waiting;
  World world = world_of(waiting);
  world.bystanders = {[waiting] { waiting.wait_once(); }};
  world.prepare = [waiting] { take(waiting.condition); };
  world.operate = [waiting] { static_cast<void>(waiting.condition.wait()); };
  world.on_sleep = [waiting] { waiting.notify(2); };
  world.inspect = [waiting] {
    waiting.await_woken("a notification of all reaches the one that lives");
    waiting.let_all_go();
  };
  return world;
}

/// The victim and two others wait, and two are notified: however the victim dies, one of the others
/// goes on.
World wait_notified() {
  const Waiting waiting;
  World world = world_of(waiting);
  const auto wait_once = [waiting] { waiting.wait_once(); };
  world.bystanders = {wait_once, wait_once};
  world.prepare = [waiting] { take(waiting.condition); };
  world.operate = [waiting] { static_cast<void>(waiting.condition.wait(kImpatience)); };
  world.on_sleep = [waiting] { waiting.notify(2); };
  world.inspect = [waiting] {
    waiting.await_woken("of two notifications the victim takes one at most");
    waiting.let_all_go();
  };
  return world;
}

World wait_in_vain() {
  const Waiting waiting;
  World world = world_of(waiting);
  world.bystanders = {[waiting] { waiting.wait_once(); }};
  world.prepare = [waiting] { take(waiting.condition); };
  world.operate = [waiting] {
    static_cast<void>(waiting.condition.wait(std::chrono::milliseconds(1)));
  };
  world.inspect = [waiting] {
    waiting.notify(2);  // the dead one may still count as one who waits
    waiting.await_woken("a later notification reaches the one that waits");
    waiting.let_all_go();
  };
  return world;
}

}  // namespace

std::vector<Operation> condition_operations() {
  return {
      {"condition.wait", wait_all_notified},    {"condition.wait.contended", wait_notified},
      {"condition.wait.in_vain", wait_in_vain}, {"condition.notify", notify<1>},
      {"condition.notify_all", notify<1000>},
  };
}

}  // namespace mp::sweep
