#include "mp/barrier.hpp"
#include "mp/event.hpp"
#include "mp/semaphore.hpp"
#include "sweep/operations.hpp"

namespace mp::sweep {
namespace {

/// How long a party waits that need not meet anybody.
constexpr std::chrono::milliseconds kBrief{30};

Barrier barrier_of(int parties) { return require(Barrier::create(parties), "a barrier is made"); }

/// Comes, and goes on or is told that the barrier broke.
void come(const Barrier& barrier, Timeout timeout = kPatience) {
  const Result<int> index = barrier.wait(timeout);
  require(index || index.error().code == ErrorCode::BrokenBarrier, "a party goes on, or is told");
}

/// Two survivors meet again and again at a barrier of two that was made whole.
World world_around(const Barrier& barrier) {
  World world;
  world.work = [barrier](int) {
    int sum = 0;
    for (int round = 0; round < 4; ++round) {
      const int index = require(barrier.wait(kPatience), "a whole barrier lets its parties pass");
      require(index == 0 || index == 1, "an index is below the number of parties");
      sum += index;
    }
    require(sum <= 4, "each round gives each index once");
  };
  world.conclude = [barrier] {
    require(!barrier.broken() && barrier.n_waiting() == 0, "nobody is left at the barrier");
  };
  return world;
}

/// The victim comes last.
World wait_last() {
  const Barrier barrier = barrier_of(2);
  World world = world_around(barrier);
  world.bystanders = {[barrier] { come(barrier); }};
  world.operate = [barrier] { static_cast<void>(barrier.wait(kForever)); };
  world.inspect = [barrier] {
    come(barrier, kBrief);  // in the victim's stead, or in a round of its own that nobody joins
    barrier.reset();
  };
  return world;
}

/// The victim comes last of three: the other two both pass.
World wait_last_of_three() {
  const Barrier barrier = barrier_of(3);
  const Barrier pair = barrier_of(2);
  const Semaphore passed = require(Semaphore::create(0), "a semaphore is made");
  World world = world_around(pair);
  const auto pass = [barrier, passed] {
    if (barrier.wait(kPatience)) require(passed.release(), "a permit is given");
  };
  world.bystanders = {pass, pass};
  world.operate = [barrier] { static_cast<void>(barrier.wait(kForever)); };
  world.inspect = [barrier, passed] {
    come(barrier, kBrief);  // in the victim's stead, or in a round of its own that nobody joins
    const std::string claim = "a round ends for all of its parties alike";
    require(passed.acquire(kPatience), claim);
    require(passed.acquire(kPatience), claim);
  };
  return world;
}

/// The victim comes first, and another one while it sleeps or when it is dead.
World wait_first() {
  const Barrier barrier = barrier_of(2);
  const Event visited = require(Event::create(), "an event is made");
  World world = world_around(barrier);
  world.operate = [barrier] { static_cast<void>(barrier.wait(kForever)); };
  world.visitors = {[barrier, visited] {
    come(barrier);
    visited.set();
  }};
  world.inspect = [barrier, visited] {
    come(barrier, kBrief);
    require(visited.wait(kPatience), "the visitor passes, or is told");
    barrier.reset();
  };
  return world;
}

/// The victim waits for a party that does not come, beside another one.
World wait_in_vain() {
  const Barrier barrier = barrier_of(3);
  const Barrier pair = barrier_of(2);
  World world = world_around(pair);
  world.bystanders = {[barrier] { come(barrier); }};
  world.operate = [barrier] { static_cast<void>(barrier.wait(kImpatience)); };
  world.inspect = [barrier] {
    const Result<int> index = barrier.wait(kBrief);
    require(!index && index.error().code == ErrorCode::BrokenBarrier, "nobody passes without all");
    barrier.reset();
    require(!barrier.broken(), "reset makes a barrier whole");
  };
  return world;
}

World abort() {
  const Barrier barrier = barrier_of(2);
  World world = world_around(barrier);
  world.bystanders = {[barrier] { come(barrier); }};
  world.operate = [barrier] { barrier.abort(); };
  world.inspect = [barrier] {
    barrier.abort();
    require(barrier.broken(), "abort breaks a barrier");
    barrier.reset();
  };
  return world;
}

World reset() {
  const Barrier barrier = barrier_of(2);
  World world = world_around(barrier);
  world.bystanders = {[barrier] { come(barrier); }};
  world.operate = [barrier] { barrier.reset(); };
  world.inspect = [barrier] { barrier.reset(); };
  return world;
}

}  // namespace

std::vector<Operation> barrier_operations() {
  return {{"barrier.wait", wait_last},        {"barrier.wait.last_of_three", wait_last_of_three},
          {"barrier.wait.first", wait_first}, {"barrier.wait.in_vain", wait_in_vain},
          {"barrier.abort", abort},           {"barrier.reset", reset}};
}

}  // namespace mp::sweep
