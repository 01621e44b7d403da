#include "mp/semaphore.hpp"
#include "sweep/operations.hpp"

namespace mp::sweep {
namespace {

Semaphore semaphore_of(std::int64_t permits) {
  return require(Semaphore::create(permits), "a semaphore is made");
}

void acquire(const Semaphore& semaphore) {
  require(semaphore.acquire(kPatience), "a permit is to be had");
}

/// Two survivors exchange permits: each gives what it took.
std::function<void(int)> exchange_permits(const Semaphore& semaphore) {
  return [semaphore](int) {
    for (int round = 0; round < 16; ++round) {
      acquire(semaphore);
      require(semaphore.release(), "a permit is given");
    }
  };
}

/// At the death there are `before` permits, or those of a finished operation; one is needed for the
/// survivors' work.
World world_of(const Semaphore& semaphore, std::int64_t before, std::int64_t after) {
  World world;
  world.inspect = [semaphore, before, after] {
    const std::int64_t left = semaphore.get_value();
    require(left == before || left == after, "no permit comes into being or vanishes");
    if (left == 0) require(semaphore.release(), "a permit is given");
  };
  world.work = exchange_permits(semaphore);
  return world;
}

World acquire_one_of_two() {
  const Semaphore semaphore = semaphore_of(2);
  World world = world_of(semaphore, 2, 1);
  world.operate = [semaphore] { static_cast<void>(semaphore.acquire()); };
  return world;
}

World release_one() {
  const Semaphore semaphore = semaphore_of(0);
  World world = world_of(semaphore, 0, 1);
  world.operate = [semaphore] { static_cast<void>(semaphore.release()); };
  return world;
}

World release_bounded() {
  const BoundedSemaphore semaphore = require(BoundedSemaphore::create(1), "a semaphore is made");
  World world = world_of(semaphore, 0, 1);
  world.prepare = [semaphore] { acquire(semaphore); };
  world.operate = [semaphore] { static_cast<void>(semaphore.release()); };
  world.conclude = [semaphore] {
    require(semaphore.get_value() == 1 && !semaphore.release(), "its bound holds");
  };
  return world;
}

/// One who waits for a permit, and says when it was served.
std::function<void()> waiter(const Semaphore& semaphore, const Semaphore& served) {
  return [semaphore, served] {
    acquire(semaphore);
    require(served.release(), "a permit is given");
  };
}

/// One waits for a permit; it goes on when the victim gave one, and at the latest by the
/// survivor's.
World release_to_a_waiter() {
  const Semaphore semaphore = semaphore_of(0);
  const Semaphore served = semaphore_of(0);
  World world;
  world.bystanders = {waiter(semaphore, served)};
  world.operate = [semaphore] { static_cast<void>(semaphore.release()); };
  world.inspect = [semaphore, served] {
    require(semaphore.release(), "a permit is given");
    require(served.acquire(kPatience), "who waits gets a permit");
    require(semaphore.get_value() <= 1, "a permit is taken by one, not by two");
  };
  return world;
}

/// The victim waits alone while a permit comes.
World acquire_blocked() {
  const Semaphore semaphore = semaphore_of(0);
  World world = world_of(semaphore, 1, 0);
  world.operate = [semaphore] { static_cast<void>(semaphore.acquire()); };
  world.on_sleep = [semaphore] { require(semaphore.release(), "a permit is given"); };
  return world;
}

/// The victim and another one wait while a permit comes. It goes to the victim and is gone with it,
/// or to the other one, who never stays asleep beside it.
World acquire_contended() {
  const Semaphore semaphore = semaphore_of(0);
  const Semaphore served = semaphore_of(0);
  World world;
  world.bystanders = {waiter(semaphore, served)};
  world.operate = [semaphore] { static_cast<void>(semaphore.acquire(kImpatience)); };
  world.on_sleep = [semaphore] { require(semaphore.release(), "a permit is given"); };
  world.inspect = [semaphore, served] {
    if (semaphore.get_value() == 0) return require(semaphore.release(), "a permit is given");
    require(served.acquire(kPatience), "who waits gets the permit that the victim did not take");
    require(served.release(), "a permit is given");
  };
  world.conclude = [semaphore, served] {
    require(served.acquire(kPatience), "who waits gets a permit");
    require(semaphore.get_value() <= 1, "a permit is taken by one, not by two");
    require(semaphore.release(), "a permit is given");
    exchange_permits(semaphore)(0);
  };
  return world;
}

}  // namespace

std::vector<Operation> semaphore_operations() {
  return {
      {"semaphore.acquire", acquire_one_of_two},
      {"semaphore.acquire.blocked", acquire_blocked},
      {"semaphore.acquire.contended", acquire_contended},
      {"semaphore.release", release_one},
      {"semaphore.release.awaited", release_to_a_waiter},
      {"bounded_semaphore.release", release_bounded},
  };
}

}  // namespace mp::sweep
