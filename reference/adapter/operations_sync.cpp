// Lock, RLock, Semaphore, BoundedSemaphore, Condition, Event, Barrier.
#include <algorithm>
#include <mp/barrier.hpp>
#include <mp/condition.hpp>
#include <mp/event.hpp>
#include <mp/lock.hpp>
#include <mp/rlock.hpp>
#include <mp/semaphore.hpp>

#include "actor.hpp"

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Object;

template <class L>
Answer make(Call&) {
  return Live(unwrap(L::create()));
}

template <class L>
Answer acquire(Call& call) {
  return acquired(call.object<L>().acquire(call.patience()));
}

template <class L>
Answer release(Call& call) {
  unwrap(call.object<L>().release());
  return Object::none();
}

Answer with_release(Call& call) {
  const auto& lock = call.object<mp::Lock>();
  const Object entered = acquired(lock.acquire());
  unwrap(lock.release());
  return entered;
}

template <class S>
Answer make_semaphore(Call& call) {
  return Live(
      unwrap(S::create(call.integer(0, "value", 1)),
             {{ErrorCode::InvalidArgument, "OSError"}, {ErrorCode::OutOfRange, "OverflowError"}}));
}

template <class S>
Answer get_value(Call& call) {
  return Object::integer(call.object<S>().get_value());
}

/// The lock argument is a reference to a Lock or RLock of this actor.
Answer make_condition(Call& call) {
  const Object* lock = call.find(0, "lock");
  if (lock == nullptr || lock->is_none()) return Live(unwrap(mp::Condition::create()));
  const auto name = marked_name(*lock);
  const auto live = name ? call.actor.find(*name) : std::nullopt;
  if (!live) throw Raised{"AttributeError", "a Condition needs a lock", {}};
  if (const auto* plain = std::any_cast<mp::Lock>(&*live))
    return Live(unwrap(mp::Condition::create(*plain)));
  if (const auto* recursive = std::any_cast<mp::RLock>(&*live))
    return Live(unwrap(mp::Condition::create(*recursive)));
  throw Raised{"AttributeError", "a Condition needs a lock", {}};
}

Answer condition_wait(Call& call) {
  return Object::boolean(unwrap(call.object<mp::Condition>().wait(call.timeout(0, "timeout"))));
}
Answer notify(Call& call) {
  unwrap(call.object<mp::Condition>().notify(call.integer(0, "n", 1)));
  return Object::none();
}
Answer notify_all(Call& call) {
  unwrap(call.object<mp::Condition>().notify_all());
  return Object::none();
}

const mp::Event& event(const Call& call) { return call.object<mp::Event>(); }
Answer is_set(Call& call) { return Object::boolean(event(call).is_set()); }
Answer set_event(Call& call) {
  event(call).set();
  return Object::none();
}
Answer clear_event(Call& call) {
  event(call).clear();
  return Object::none();
}
Answer event_wait(Call& call) {
  return Object::boolean(event(call).wait(call.timeout(0, "timeout")));
}

const mp::Barrier& barrier(const Call& call) { return call.object<mp::Barrier>(); }
Answer make_barrier(Call& call) {
  const int parties = static_cast<int>(
      std::clamp<std::int64_t>(call.integer(0, "parties"), -1, mp::kBarrierPartiesMax + 1));
  return Live(unwrap(mp::Barrier::create(parties, {}, call.timeout(1, "timeout"))));
}
Answer barrier_wait(Call& call) {
  const Object* timeout = call.find(0, "timeout");
  const bool own = timeout != nullptr && !timeout->is_none();
  return Object::integer(
      unwrap(own ? barrier(call).wait(call.timeout(0, "timeout")) : barrier(call).wait()));
}
Answer abort_barrier(Call& call) {
  barrier(call).abort();
  return Object::none();
}
Answer reset_barrier(Call& call) {
  barrier(call).reset();
  return Object::none();
}
Answer parties(Call& call) { return Object::integer(barrier(call).parties()); }
Answer n_waiting(Call& call) { return Object::integer(barrier(call).n_waiting()); }
Answer broken(Call& call) { return Object::boolean(barrier(call).broken()); }

using mp::BoundedSemaphore;
using mp::Condition;
using mp::Event;
using mp::Lock;
using mp::RLock;
using mp::Semaphore;

constexpr Operation kOperations[] = {
    {"Lock.new", make<Lock>},
    {"Lock.acquire", acquire<Lock>},
    {"Lock.release", release<Lock>},
    {"Lock.with_release", with_release},
    {"RLock.new", make<RLock>},
    {"RLock.acquire", acquire<RLock>},
    {"RLock.release", release<RLock>},
    {"Semaphore.new", make_semaphore<Semaphore>},
    {"Semaphore.acquire", acquire<Semaphore>},
    {"Semaphore.release", release<Semaphore>},
    {"Semaphore.get_value", get_value<Semaphore>},
    {"BoundedSemaphore.new", make_semaphore<BoundedSemaphore>},
    {"BoundedSemaphore.acquire", acquire<BoundedSemaphore>},
    {"BoundedSemaphore.release", release<BoundedSemaphore>},
    {"BoundedSemaphore.get_value", get_value<BoundedSemaphore>},
    {"Condition.new", make_condition},
    {"Condition.acquire", acquire<Condition>},
    {"Condition.release", release<Condition>},
    {"Condition.wait", condition_wait},
    {"Condition.notify", notify},
    {"Condition.notify_all", notify_all},
    {"Event.new", make<Event>},
    {"Event.is_set", is_set},
    {"Event.set", set_event},
    {"Event.clear", clear_event},
    {"Event.wait", event_wait},
    {"Barrier.new", make_barrier},
    {"Barrier.wait", barrier_wait},
    {"Barrier.reset", reset_barrier},
    {"Barrier.abort", abort_barrier},
    {"Barrier.parties", parties},
    {"Barrier.n_waiting", n_waiting},
    {"Barrier.broken", broken},
};

}  // namespace

std::span<const Operation> sync_operations() { return kOperations; }

}  // namespace adapter
