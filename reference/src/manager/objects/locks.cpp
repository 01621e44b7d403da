#include "manager/objects/locks.hpp"

#include <algorithm>

#include "manager/objects/arguments.hpp"
#include "manager/objects/python_text.hpp"
#include "manager/objects/saved_state.hpp"

namespace mp::manager {
namespace {

constexpr Method kLockMethods[] = {
    taking<&LockReferent::acquire>("acquire"),
    method<&LockReferent::release>("release"),
    // Beyond CPython.
    reading<&LockReferent::fence>("fence"),
};
constexpr ReferentType kLock = {"Lock", kLockMethods};
constexpr ReferentType kRLock = {"RLock", kLockMethods};

constexpr Method kConditionMethods[] = {
    taking<&ConditionReferent::acquire>("acquire"),
    method<&ConditionReferent::release>("release"),
    method<&ConditionReferent::wait>("wait"),
    method<&ConditionReferent::notify>("notify"),
    method<&ConditionReferent::notify_all>("notify_all"),
    // Beyond CPython.
    reading<&ConditionReferent::fence>("fence"),
};
constexpr ReferentType kCondition = {"Condition", kConditionMethods};

std::string describe(const LockCore& core, const std::string& ident) {
  std::string text = core.is_locked() ? "<locked" : "<unlocked";
  if (core.kind() == LockCore::Kind::Plain) {
    text += " _thread.lock object";
  } else {
    const SessionId owner = core.holder() ? core.holder()->session : 0;
    text += " _thread.RLock object owner=" + std::to_string(owner) +
            " count=" + std::to_string(core.depth());
  }
  return text + " at 0x" + ident + ">";
}

/// The token of the caller's acquisition.
Outcome fence_of(const LockCore& core, const Call& call) {
  MP_TRY(expect_positional(call, "fence", 0, 0));
  if (!core.is_owned_by(call.session)) return runtime_error("fence of an un-acquired lock");
  return returned(Object::unsigned_integer(core.fence()));
}

}  // namespace

Outcome cannot_pickle_lock() {
  return Outcome::unserializable("TypeError: cannot pickle '_thread.lock' object\n");
}

LockReferent::LockReferent(Host& host, ObjectNumber number, LockCore::Kind kind)
    : Referent(host, number), core_(std::make_shared<LockCore>(host, kind)) {}

Attempt<std::unique_ptr<Referent>> LockReferent::make(Host& host, ObjectNumber number,
                                                      const Call& call, LockCore::Kind kind) {
  MP_TRY(expect_positional(call, call.method, 0, 0));
  return std::unique_ptr<Referent>(new LockReferent(host, number, kind));
}

Attempt<std::unique_ptr<Referent>> LockReferent::make_lock(Host& host, ObjectNumber number,
                                                           const Call& call) {
  return make(host, number, call, LockCore::Kind::Plain);
}

Attempt<std::unique_ptr<Referent>> LockReferent::make_rlock(Host& host, ObjectNumber number,
                                                            const Call& call) {
  return make(host, number, call, LockCore::Kind::Recursive);
}

std::unique_ptr<Referent> LockReferent::restore_lock(Host& host, ObjectNumber number,
                                                     SavedState& state) {
  std::unique_ptr<LockReferent> made(new LockReferent(host, number, LockCore::Kind::Plain));
  made->core_->restore(state);
  return made;
}

std::unique_ptr<Referent> LockReferent::restore_rlock(Host& host, ObjectNumber number,
                                                      SavedState& state) {
  std::unique_ptr<LockReferent> made(new LockReferent(host, number, LockCore::Kind::Recursive));
  made->core_->restore(state);
  return made;
}

Object LockReferent::save() const { return Object::tuple_of(core_->save()); }

Outcome LockReferent::fence(const Call& call) { return fence_of(*core_, call); }
Outcome ConditionReferent::fence(const Call& call) { return fence_of(*core_, call); }

const ReferentType& LockReferent::type() const {
  return core_->kind() == LockCore::Kind::Plain ? kLock : kRLock;
}

Attempt<std::string> LockReferent::repr() const {
  return describe(*core_, host().ident_of(number()));
}

Outcome LockReferent::get_value() const { return cannot_pickle_lock(); }

Outcome LockReferent::release(const Call& call) {
  MP_TRY(expect_positional(call, "release", 0, 0));
  MP_TRY(core_->release(call.session));
  return returned();
}

Outcome LockReferent::timed_out(SessionId session) {
  withdraw(session);
  return returned(Object::boolean(false));
}

void LockReferent::withdraw(SessionId session) { core_->withdraw(session); }

Attempt<std::unique_ptr<Referent>> ConditionReferent::make(Host& host, ObjectNumber number,
                                                           const Call& call) {
  constexpr std::string_view names[] = {"lock"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Condition.__init__", names, 0));
  std::unique_ptr<ConditionReferent> made(new ConditionReferent(host, number));
  if (given[0] == nullptr || given[0]->is_none()) {
    made->core_ = std::make_shared<LockCore>(host, LockCore::Kind::Recursive);
  } else {
    const auto* lock = dynamic_cast<const LockReferent*>(host.referent_of(*given[0]));
    if (lock == nullptr) {
      return type_error("a Condition needs a Lock or an RLock of its own server, not " +
                        python_type_name(*given[0]));
    }
    made->core_ = lock->core();
    made->lock_ = lock->number();
    made->references_.stored(*given[0], true);
  }
  return std::unique_ptr<Referent>(std::move(made));
}

std::unique_ptr<Referent> ConditionReferent::restore(Host& host, ObjectNumber number,
                                                     SavedState& state) {
  std::unique_ptr<ConditionReferent> made(new ConditionReferent(host, number));
  made->lock_ = state.number();
  if (made->lock_ == 0) {
    made->core_ = std::make_shared<LockCore>(host, LockCore::Kind::Recursive);
    made->core_->restore(state);
  } else {
    state.any();
    const auto* lock = dynamic_cast<const LockReferent*>(host.referent_at(made->lock_));
    if (lock == nullptr) state.reject();
    made->core_ = lock != nullptr ? lock->core()
                                  : std::make_shared<LockCore>(host, LockCore::Kind::Recursive);
  }
  SavedState waiters(state.tuple());
  while (!waiters.is_at_end()) {
    Waiter waiter{};
    waiter.holder.session = waiters.number();
    waiter.holder.client = waiters.number();
    waiter.depth = waiters.number();
    made->waiters_.push_back(waiter);
  }
  if (!waiters.is_whole()) state.reject();
  made->references_.restore(state);
  return made;
}

Object ConditionReferent::save() const {
  std::deque<std::uint64_t> waiters;
  for (const Waiter& waiter : waiters_) {
    waiters.insert(waiters.end(), {waiter.holder.session, waiter.holder.client, waiter.depth});
  }
  return Object::tuple_of(saved(lock_), lock_ == 0 ? core_->save() : Object(), saved(waiters),
                          references_.save());
}

const ReferentType& ConditionReferent::type() const { return kCondition; }

Attempt<std::string> ConditionReferent::repr() const {
  return "<Condition(" + describe(*core_, host().ident_of(number())) + ", " +
         std::to_string(waiters_.size()) + ")>";
}

Outcome ConditionReferent::get_value() const { return cannot_pickle_lock(); }

Outcome ConditionReferent::release(const Call& call) {
  MP_TRY(expect_positional(call, "release", 0, 0));
  MP_TRY(core_->release(call.session));
  return returned();
}

Outcome ConditionReferent::wait(const Call& call) {
  constexpr std::string_view names[] = {"timeout"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Condition.wait", names, 0));
  if (!core_->is_owned_by(call.session)) {
    return runtime_error("cannot wait on un-acquired lock");
  }
  MP_TRY_ASSIGN(const WaitLimit limit, to_wait_limit(given[0]));
  MP_TRY_ASSIGN(const Clock::time_point deadline, deadline_of(limit, call.now));
  const LockCore::Holder holder{call.session, call.client};
  const std::uint64_t depth = core_->release_all();
  if (deadline > call.now) {
    waiters_.push_back({holder, depth});
    return Outcome::park(deadline);
  }
  // Even without waiting the lock was given up: who waited for it goes first.
  const Object no = Object::boolean(false);
  return core_->acquire_or_enqueue({holder, depth, no}) ? returned(no) : Outcome::park();
}

void ConditionReferent::wake(std::size_t count) {
  for (; count > 0 && !waiters_.empty(); --count) {
    const Waiter waiter = waiters_.front();
    waiters_.pop_front();
    host().wait_for_ever(waiter.holder.session);
    const Object yes = Object::boolean(true);
    if (core_->acquire_or_enqueue({waiter.holder, waiter.depth, yes})) {
      host().answer(waiter.holder.session, returned(yes));
    }
  }
}

Outcome ConditionReferent::notify(const Call& call) {
  constexpr std::string_view names[] = {"n"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Condition.notify", names, 0));
  if (!core_->is_owned_by(call.session)) {
    return runtime_error("cannot notify on un-acquired lock");
  }
  std::int64_t count = 1;
  if (given[0] != nullptr) {
    MP_TRY_ASSIGN(count, to_index(*given[0]));
  }
  wake(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
  return returned();
}

Outcome ConditionReferent::notify_all(const Call& call) {
  MP_TRY(bind_into(call, "Condition.notify_all", {}, 0, {}));
  if (!core_->is_owned_by(call.session)) {
    return runtime_error("cannot notify on un-acquired lock");
  }
  wake(waiters_.size());
  return returned();
}

Outcome ConditionReferent::timed_out(SessionId session) {
  const Object no = Object::boolean(false);
  const auto found = std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter& waiter) {
    return waiter.holder.session == session;
  });
  if (found == waiters_.end()) {  // it waited for the lock itself
    core_->withdraw(session);
    return returned(no);
  }
  const Waiter waiter = *found;
  waiters_.erase(found);
  const bool has_it = core_->acquire_or_enqueue({waiter.holder, waiter.depth, no});
  return has_it ? returned(no) : Outcome::park();
}

void ConditionReferent::withdraw(SessionId session) {
  std::erase_if(waiters_,
                [session](const Waiter& waiter) { return waiter.holder.session == session; });
  core_->withdraw(session);
}

}  // namespace mp::manager
