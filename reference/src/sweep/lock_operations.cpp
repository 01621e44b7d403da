#include "mp/lock.hpp"
#include "mp/rlock.hpp"
#include "sweep/lock_checks.hpp"
#include "sweep/operations.hpp"
#include "sweep/participant.hpp"

namespace mp::sweep {
namespace {

template <class L>
World acquire(const L& lock) {
  World world = world_around(lock);
  world.operate = [lock] { static_cast<void>(lock.acquire()); };
  return world;
}

template <class L>
World release(const L& lock) {
  World world = world_around(lock);
  world.prepare = [lock] { take(lock); };
  world.operate = [lock] { static_cast<void>(lock.release()); };
  return world;
}

/// One who waits for the lock and has to get it.
template <class L>
std::function<void()> waiter(const L& lock) {
  return [lock] {
    take(lock);
    give_back(lock);
  };
}

template <class L>
World release_to_waiters(const L& lock) {
  World world = release(lock);
  world.followers = {waiter(lock), waiter(lock)};
  return world;
}

/// The lock is held, another one waits for it too, and it is released while the victim sleeps.
template <class L>
World acquire_contended(const L& lock) {
  take(lock);
  World world = acquire(lock);
  world.bystanders = {waiter(lock)};
  world.on_sleep = [lock] { give_back(lock); };
  return world;
}

/// The lock's holder is dead. Whoever is alive in the end is told so: that the first holder died,
/// or that the victim did.
template <class L>
World acquire_orphaned(const L& lock) {
  const FindingsPipe findings;
  Participant([lock] { take(lock); }, findings).await_end(Deadline::after(kPatience));
  World world = acquire(lock);
  world.inspect = [lock] {
    require(take(lock), "a survivor is told that the holder died");
    give_back(lock);
  };
  return world;
}

/// The lock stays held until the victim has given up, or has died.
World acquire_in_vain(const Lock& lock) {
  take(lock);
  World world = world_around(lock);
  world.operate = [lock] { static_cast<void>(lock.acquire(std::chrono::milliseconds(1))); };
  world.inspect = [lock] {
    require(!lock.acquire(kPoll), "its holder lives");
    give_back(lock);
    require(!take(lock), "nobody who held it died");
    give_back(lock);
  };
  return world;
}

World acquire_again(const RLock& lock) {
  World world = acquire(lock);
  world.prepare = [lock] { take(lock); };
  world.inspect = [lock] {
    require(take(lock), "the victim held it all the time");
    give_back(lock);
  };
  return world;
}

World release_inner_level(const RLock& lock) {
  World world = acquire_again(lock);
  world.prepare = [lock] {
    take(lock);
    take(lock);
  };
  world.operate = [lock] { static_cast<void>(lock.release()); };
  return world;
}

template <class L>
Operation operation(std::string name, World (*make)(const L&)) {
  return {std::move(name), [make] { return make(require(L::create(), "a lock is made")); }};
}

}  // namespace

std::vector<Operation> lock_operations() {
  return {
      operation<Lock>("lock.acquire", acquire),
      operation<Lock>("lock.acquire.contended", acquire_contended),
      operation<Lock>("lock.acquire.orphaned", acquire_orphaned),
      operation<Lock>("lock.acquire.in_vain", acquire_in_vain),
      operation<Lock>("lock.release", release),
      operation<Lock>("lock.release.awaited", release_to_waiters),
      operation<RLock>("rlock.acquire", acquire),
      operation<RLock>("rlock.acquire.again", acquire_again),
      operation<RLock>("rlock.acquire.contended", acquire_contended),
      operation<RLock>("rlock.acquire.orphaned", acquire_orphaned),
      operation<RLock>("rlock.release", release),
      operation<RLock>("rlock.release.inner_level", release_inner_level),
      operation<RLock>("rlock.release.awaited", release_to_waiters),
  };
}

}  // namespace mp::sweep
