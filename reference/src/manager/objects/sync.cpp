#include "manager/objects/sync.hpp"

#include <algorithm>
#include <limits>

#include "manager/objects/locks.hpp"
#include "manager/objects/python_text.hpp"
#include "manager/objects/saved_state.hpp"

namespace mp::manager {
namespace {

constexpr Method kSemaphoreMethods[] = {
    taking<&SemaphoreReferent::acquire>("acquire"),
    method<&SemaphoreReferent::release>("release"),
};
constexpr ReferentType kSemaphore = {"Semaphore", kSemaphoreMethods};
constexpr ReferentType kBoundedSemaphore = {"BoundedSemaphore", kSemaphoreMethods};

constexpr Method kEventMethods[] = {
    reading<&EventReferent::is_set>("is_set"),
    method<&EventReferent::set>("set"),
    method<&EventReferent::clear>("clear"),
    method<&EventReferent::wait>("wait"),
};
constexpr ReferentType kEvent = {"Event", kEventMethods};

constexpr Method kBarrierMethods[] = {
    reading<&BarrierReferent::get_attribute>("__getattribute__"),
    method<&BarrierReferent::wait>("wait"),
    method<&BarrierReferent::abort>("abort"),
    method<&BarrierReferent::reset>("reset"),
};
constexpr ReferentType kBarrier = {"Barrier", kBarrierMethods};

Object yes() { return Object::boolean(true); }
Object no() { return Object::boolean(false); }
Raise broken_barrier() { return raise_bare("threading", "BrokenBarrierError"); }

}  // namespace

const ReferentType& SemaphoreReferent::type() const {
  return bound_ ? kBoundedSemaphore : kSemaphore;
}

Attempt<std::unique_ptr<Referent>> SemaphoreReferent::make(Host& host, ObjectNumber number,
                                                           const Call& call, bool bounded) {
  constexpr std::string_view names[] = {"value"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Semaphore.__init__", names, 0));
  std::unique_ptr<SemaphoreReferent> made(new SemaphoreReferent(host, number));
  if (given[0] != nullptr) {
    MP_TRY_ASSIGN(made->value_, to_index(*given[0]));
    if (made->value_ < 0) return value_error("semaphore initial value must be >= 0");
  }
  if (bounded) made->bound_ = made->value_;
  return std::unique_ptr<Referent>(std::move(made));
}

Attempt<std::unique_ptr<Referent>> SemaphoreReferent::make(Host& host, ObjectNumber number,
                                                           const Call& call) {
  return make(host, number, call, false);
}

Attempt<std::unique_ptr<Referent>> SemaphoreReferent::make_bounded(Host& host, ObjectNumber number,
                                                                   const Call& call) {
  return make(host, number, call, true);
}

std::unique_ptr<Referent> SemaphoreReferent::restore(Host& host, ObjectNumber number,
                                                     SavedState& state) {
  std::unique_ptr<SemaphoreReferent> made(new SemaphoreReferent(host, number));
  made->value_ = state.integer();
  made->waiters_ = state.numbers();
  return made;
}

std::unique_ptr<Referent> SemaphoreReferent::restore_bounded(Host& host, ObjectNumber number,
                                                             SavedState& state) {
  std::unique_ptr<Referent> made = restore(host, number, state);
  auto& semaphore = static_cast<SemaphoreReferent&>(*made);
  semaphore.bound_ = state.integer();
  SavedState taken(state.tuple());
  while (!taken.is_at_end()) {
    const ManagerId manager = taken.number();
    semaphore.taken_[manager] = taken.integer();
  }
  if (!taken.is_whole()) state.reject();
  return made;
}

Object SemaphoreReferent::save() const {
  const Object value = Object::integer(value_);
  if (!bound_) return Object::tuple_of(value, saved(waiters_));
  std::vector<Object> taken;
  for (const auto& [manager, count] : taken_) {
    taken.push_back(saved(manager));
    taken.push_back(Object::integer(count));
  }
  return Object::tuple_of(value, saved(waiters_), Object::integer(*bound_),
                          Object::tuple(std::move(taken)));
}

void SemaphoreReferent::taken_by(SessionId session, std::int64_t count) {
  const ManagerId manager = manager_of(session);
  if (!bound_ || manager == 0) return;
  const auto row = taken_.try_emplace(manager, 0).first;
  row->second += count;
  if (row->second == 0) taken_.erase(row);
}

void SemaphoreReferent::add(std::int64_t count) {
  value_ += count;
  for (; value_ > 0 && !waiters_.empty(); --value_) {
    const SessionId waiter = waiters_.front();
    waiters_.pop_front();
    taken_by(waiter, 1);
    host().answer(waiter, returned(yes()));
  }
}

void SemaphoreReferent::manager_gone(ManagerId manager) {
  const auto row = taken_.find(manager);
  if (row == taken_.end()) return;
  const std::int64_t most = row->second;
  taken_.erase(row);
  // A unit that one manager's client took and another's gave back must not come back twice.
  std::int64_t outstanding = *bound_ - value_;
  for (const auto& [living, count] : taken_) outstanding -= std::max<std::int64_t>(count, 0);
  const std::int64_t back = std::min(most, outstanding);
  if (back > 0) add(back);
}

Attempt<std::string> SemaphoreReferent::repr() const {
  std::string details = "value=" + std::to_string(value_);
  if (bound_) details += '/' + std::to_string(*bound_);
  return object_repr(bound_ ? "threading.BoundedSemaphore" : "threading.Semaphore", details);
}

Outcome SemaphoreReferent::get_value() const { return cannot_pickle_lock(); }

Outcome SemaphoreReferent::acquire(const Call& call) {
  constexpr std::string_view names[] = {"blocking", "timeout"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Semaphore.acquire", names, 0));
  const bool blocking = given[0] == nullptr || truth(*given[0]);
  const bool timed = given[1] != nullptr && !given[1]->is_none();
  if (!blocking && timed) {
    return value_error("can't specify timeout for non-blocking acquire");
  }
  MP_TRY_ASSIGN(const WaitLimit limit, to_wait_limit(given[1]));
  if (value_ > 0) {
    --value_;
    taken_by(call.session, 1);
    return returned(yes());
  }
  if (!blocking) return returned(no());
  MP_TRY_ASSIGN(const Clock::time_point deadline, deadline_of(limit, call.now));
  if (deadline <= call.now) return returned(no());
  waiters_.push_back(call.session);
  return Outcome::park(deadline);
}

Outcome SemaphoreReferent::release(const Call& call) {
  constexpr std::string_view names[] = {"n"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Semaphore.release", names, 0));
  std::int64_t count = 1;
  if (given[0] != nullptr) {
    MP_TRY_ASSIGN(count, to_index(*given[0]));
  }
  if (count < 1) return value_error("n must be one or more");
  const std::int64_t most = bound_.value_or(std::numeric_limits<std::int64_t>::max());
  if (count > most - value_) return value_error("Semaphore released too many times");
  taken_by(call.session, -count);
  add(count);
  return returned();
}

Outcome SemaphoreReferent::timed_out(SessionId session) {
  withdraw(session);
  return returned(no());
}

void SemaphoreReferent::withdraw(SessionId session) { std::erase(waiters_, session); }

const ReferentType& EventReferent::type() const { return kEvent; }

Attempt<std::unique_ptr<Referent>> EventReferent::make(Host& host, ObjectNumber number,
                                                       const Call& call) {
  MP_TRY(bind_into(call, "Event.__init__", {}, 0, {}));
  return std::unique_ptr<Referent>(new EventReferent(host, number));
}

std::unique_ptr<Referent> EventReferent::restore(Host& host, ObjectNumber number,
                                                 SavedState& state) {
  std::unique_ptr<EventReferent> made(new EventReferent(host, number));
  made->set_ = state.flag();
  made->waiters_ = state.numbers();
  return made;
}

Object EventReferent::save() const {
  return Object::tuple_of(Object::boolean(set_), saved(waiters_));
}

Attempt<std::string> EventReferent::repr() const {
  return object_repr("threading.Event", set_ ? "set" : "unset");
}

Outcome EventReferent::get_value() const { return cannot_pickle_lock(); }

Outcome EventReferent::is_set(const Call& call) {
  MP_TRY(bind_into(call, "Event.is_set", {}, 0, {}));
  return returned(Object::boolean(set_));
}

Outcome EventReferent::set(const Call& call) {
  MP_TRY(bind_into(call, "Event.set", {}, 0, {}));
  set_ = true;
  for (const SessionId waiter : std::exchange(waiters_, {})) host().answer(waiter, returned(yes()));
  return returned();
}

Outcome EventReferent::clear(const Call& call) {
  MP_TRY(bind_into(call, "Event.clear", {}, 0, {}));
  set_ = false;
  return returned();
}

Outcome EventReferent::wait(const Call& call) {
  constexpr std::string_view names[] = {"timeout"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Event.wait", names, 0));
  if (set_) return returned(yes());
  MP_TRY_ASSIGN(const WaitLimit limit, to_wait_limit(given[0]));
  MP_TRY_ASSIGN(const Clock::time_point deadline, deadline_of(limit, call.now));
  if (deadline <= call.now) return returned(no());
  waiters_.push_back(call.session);
  return Outcome::park(deadline);
}

Outcome EventReferent::timed_out(SessionId session) {
  withdraw(session);
  return returned(no());
}

void EventReferent::withdraw(SessionId session) { std::erase(waiters_, session); }

const ReferentType& BarrierReferent::type() const { return kBarrier; }

Attempt<std::unique_ptr<Referent>> BarrierReferent::make(Host& host, ObjectNumber number,
                                                         const Call& call) {
  constexpr std::string_view names[] = {"parties", "action", "timeout"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Barrier.__init__", names, 1));
  std::unique_ptr<BarrierReferent> made(new BarrierReferent(host, number));
  MP_TRY_ASSIGN(const std::int64_t parties, to_index(*given[0]));
  if (parties < 1) return value_error("parties must be > 0");
  made->parties_ = static_cast<std::size_t>(parties);
  if (given[1] != nullptr && !given[1]->is_none()) {
    return type_error("a barrier's action is code, and this server keeps data only");
  }
  MP_TRY_ASSIGN(made->timeout_, to_wait_limit(given[2]));
  return std::unique_ptr<Referent>(std::move(made));
}

std::unique_ptr<Referent> BarrierReferent::restore(Host& host, ObjectNumber number,
                                                   SavedState& state) {
  std::unique_ptr<BarrierReferent> made(new BarrierReferent(host, number));
  made->parties_ = state.number();
  const Object timeout = state.any();
  if (timeout.kind() == Kind::Float) {
    made->timeout_ = timeout.as_double();
  } else if (!timeout.is_none()) {
    state.reject();
  }
  made->broken_ = state.flag();
  made->waiters_ = state.numbers();
  return made;
}

Object BarrierReferent::save() const {
  return Object::tuple_of(saved(parties_), timeout_ ? Object::real(*timeout_) : Object(),
                          Object::boolean(broken_), saved(waiters_));
}

Attempt<std::string> BarrierReferent::repr() const {
  const std::string waiting = std::to_string(waiters_.size()) + '/' + std::to_string(parties_);
  return object_repr("threading.Barrier", broken_ ? "broken" : "waiters=" + waiting);
}

Outcome BarrierReferent::get_value() const { return cannot_pickle_lock(); }

Outcome BarrierReferent::get_attribute(const Call& call) {
  MP_TRY(expect_positional(call, "__getattribute__", 1, 1));
  const Object& name = call.args[0];
  if (name.is_str("parties")) return returned(Object::unsigned_integer(parties_));
  if (name.is_str("n_waiting")) return returned(Object::unsigned_integer(waiters_.size()));
  if (name.is_str("broken")) return returned(Object::boolean(broken_));
  if (name.kind() != Kind::Str) {
    return type_error("attribute name must be string, not '" + python_type_name(name) + "'");
  }
  return raise("AttributeError",
               "'Barrier' object has no attribute '" + std::string(name.as_str()) + "'");
}

Outcome BarrierReferent::wait(const Call& call) {
  constexpr std::string_view names[] = {"timeout"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Barrier.wait", names, 0));
  MP_TRY_ASSIGN(WaitLimit limit, to_wait_limit(given[0]));
  if (!limit) limit = timeout_;
  MP_TRY_ASSIGN(const Clock::time_point deadline, deadline_of(limit, call.now));
  if (broken_) return broken_barrier();
  if (waiters_.size() + 1 < parties_) {
    if (deadline <= call.now) {
      broken_ = true;
      break_waiters();
      return broken_barrier();
    }
    waiters_.push_back(call.session);
    return Outcome::park(deadline);
  }
  std::int64_t index = 0;
  for (const SessionId waiter : std::exchange(waiters_, {})) {
    host().answer(waiter, returned(Object::integer(index++)));
  }
  return returned(Object::integer(index));
}

void BarrierReferent::break_waiters() {
  for (const SessionId waiter : std::exchange(waiters_, {})) {
    host().answer(waiter, broken_barrier());
  }
}

Outcome BarrierReferent::abort(const Call& call) {
  MP_TRY(bind_into(call, "Barrier.abort", {}, 0, {}));
  broken_ = true;
  break_waiters();
  return returned();
}

Outcome BarrierReferent::reset(const Call& call) {
  MP_TRY(bind_into(call, "Barrier.reset", {}, 0, {}));
  broken_ = false;
  break_waiters();
  return returned();
}

Outcome BarrierReferent::timed_out(SessionId session) {
  withdraw(session);
  broken_ = true;
  break_waiters();
  return broken_barrier();
}

void BarrierReferent::withdraw(SessionId session) { std::erase(waiters_, session); }

}  // namespace mp::manager
