#include "manager/objects/queue.hpp"

#include <algorithm>

#include "manager/objects/arguments.hpp"
#include "manager/objects/saved_state.hpp"

namespace mp::manager {
namespace {

constexpr Method kMethods[] = {
    reading<&QueueReferent::empty>("empty"),
    reading<&QueueReferent::full>("full"),
    taking<&QueueReferent::get>("get"),
    taking<&QueueReferent::get_nowait>("get_nowait"),
    method<&QueueReferent::join>("join"),
    method<&QueueReferent::put>("put"),
    method<&QueueReferent::put_nowait>("put_nowait"),
    reading<&QueueReferent::qsize>("qsize"),
    method<&QueueReferent::shutdown>("shutdown"),
    method<&QueueReferent::task_done>("task_done"),
};
constexpr ReferentType kType = {"Queue", kMethods};

// CPython sends `_queue.Empty`, the same class, by a name that 3.6 does not have.
Raise empty_error() { return raise_bare("queue", "Empty"); }
Raise full_error() { return raise_bare("queue", "Full"); }
Raise shut_down_error() { return raise_bare("queue", "ShutDown"); }

/// A timeout of put() and get().
Attempt<WaitLimit> wait_limit(const Object* timeout) {
  MP_TRY_ASSIGN(const WaitLimit limit, to_wait_limit(timeout));
  if (limit && *limit < 0) return value_error("'timeout' must be a non-negative number");
  return limit;
}

bool is_truth(const Object* given, bool fallback) {
  return given == nullptr ? fallback : truth(*given);
}

}  // namespace

const ReferentType& QueueReferent::type() const { return kType; }

Attempt<std::unique_ptr<Referent>> QueueReferent::make(Host& host, ObjectNumber number,
                                                       const Call& call) {
  constexpr std::string_view names[] = {"maxsize"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Queue.__init__", names, 0));
  std::unique_ptr<QueueReferent> made(new QueueReferent(host, number));
  made->joinable_ = call.method == "JoinableQueue";
  if (given[0] != nullptr) {
    MP_TRY_ASSIGN(const std::int64_t maxsize, to_index(*given[0]));
    made->bounded_ = maxsize > 0;
    made->capacity_ = maxsize > 0 ? static_cast<std::uint64_t>(maxsize) : 0;
  }
  return std::unique_ptr<Referent>(std::move(made));
}

std::unique_ptr<Referent> QueueReferent::restore(Host& host, ObjectNumber number,
                                                 SavedState& state) {
  std::unique_ptr<QueueReferent> made(new QueueReferent(host, number));
  made->joinable_ = state.flag();
  made->bounded_ = state.flag();
  made->capacity_ = state.number();
  made->shut_down_ = state.flag();
  made->unfinished_ = state.number();
  const Object items = state.tuple();
  made->items_.assign(items.items().begin(), items.items().end());
  made->getters_ = state.numbers();
  SavedState putters(state.tuple());
  while (!putters.is_at_end()) {
    const SessionId session = putters.number();
    Object value = putters.any();
    made->putters_.push_back({session, {std::move(value), putters.flag()}});
  }
  made->joiners_ = state.numbers();
  SavedState taken(state.tuple());
  while (!taken.is_at_end()) {
    const SessionId session = taken.number();
    const ClientId client = taken.number();
    made->taken_.push_back({session, client, taken.any()});
  }
  if (!putters.is_whole() || !taken.is_whole()) state.reject();
  made->references_.restore(state);
  return made;
}

Object QueueReferent::save() const {
  std::vector<Object> putters;
  for (const Putter& putter : putters_) {
    putters.push_back(saved(putter.session));
    putters.push_back(putter.item.value);
    putters.push_back(Object::boolean(putter.item.carries_proxies));
  }
  std::vector<Object> taken;
  for (const Taken& row : taken_) {
    taken.push_back(saved(row.session));
    taken.push_back(saved(row.client));
    taken.push_back(row.value);
  }
  return Object::tuple_of(Object::boolean(joinable_), Object::boolean(bounded_), saved(capacity_),
                          Object::boolean(shut_down_), saved(unfinished_),
                          Object::tuple(std::vector<Object>(items_.begin(), items_.end())),
                          saved(getters_), Object::tuple(std::move(putters)), saved(joiners_),
                          Object::tuple(std::move(taken)), references_.save());
}

Outcome QueueReferent::get_value() const {
  return Outcome::unserializable("TypeError: cannot pickle '_thread.lock' object\n");
}

void QueueReferent::admit(Item item) {
  ++unfinished_;
  if (!getters_.empty()) {
    const SessionId getter = getters_.front();
    getters_.pop_front();
    if (host().remembers_handed()) {
      if (joinable_) references_.stored(item.value, item.carries_proxies);
      hand_over(getter, item.value);
    }
    host().answer(getter, returned(std::move(item.value)));
    return;
  }
  references_.stored(item.value, item.carries_proxies);
  items_.push_back(std::move(item.value));
}

void QueueReferent::hand_over(SessionId session, const Object& value) {
  host().handed_over(session, number(), value);
  if (joinable_) taken_.push_back({session, host().client_of(session), value});
}

void QueueReferent::give_back(SessionId session, Object item) {
  // It is the last one that the session has taken.
  const auto last = std::find_if(taken_.rbegin(), taken_.rend(),
                                 [&](const Taken& row) { return row.session == session; });
  if (last != taken_.rend()) {
    references_.removed(last->value);
    taken_.erase(std::next(last).base());
  }
  put_back(std::move(item));
}

/// The next one gets it, before all that came later. Its place in a bounded queue may be taken
/// meanwhile; then there is one more for a while.
void QueueReferent::put_back(Object value) {
  if (getters_.empty()) {
    references_.stored(value, true);
    items_.push_front(std::move(value));
    return;
  }
  const SessionId getter = getters_.front();
  getters_.pop_front();
  if (joinable_) references_.stored(value, true);
  hand_over(getter, value);
  host().answer(getter, returned(std::move(value)));
}

template <class Predicate>
void QueueReferent::put_back_taken(Predicate is_of) {
  std::deque<Taken> left, back;
  for (Taken& row : std::exchange(taken_, {})) {
    (is_of(row) ? back : left).push_back(std::move(row));
  }
  taken_ = std::move(left);
  // With somebody waiting the first one goes first; into the queue, the first one goes last.
  while (!back.empty()) {
    const bool is_waited_for = !getters_.empty();
    const Taken row = std::move(is_waited_for ? back.front() : back.back());
    is_waited_for ? back.pop_front() : back.pop_back();
    references_.removed(row.value);
    put_back(row.value);
  }
}

void QueueReferent::client_gone(ClientId client) {
  put_back_taken([client](const Taken& row) { return row.client == client; });
}

void QueueReferent::manager_gone(ManagerId manager) {
  put_back_taken([manager](const Taken& row) { return manager_of(row.session) == manager; });
}

void QueueReferent::forget_done(SessionId session) {
  if (taken_.empty()) return;
  const auto first_of = [this](auto is_of) {
    return std::find_if(taken_.begin(), taken_.end(), is_of);
  };
  auto done = first_of([&](const Taken& row) { return row.session == session; });
  if (done == taken_.end()) {
    done =
        first_of([&](const Taken& row) { return manager_of(row.session) == manager_of(session); });
  }
  if (done == taken_.end()) done = taken_.begin();
  references_.removed(done->value);
  taken_.erase(done);
}

Object QueueReferent::take(SessionId session) {
  Object value = std::move(items_.front());
  items_.pop_front();
  if (host().remembers_handed()) hand_over(session, value);
  const bool stays_held = joinable_ && host().remembers_handed();
  if (!stays_held) references_.removed(value);
  if (!putters_.empty()) {
    Putter putter = std::move(putters_.front());
    putters_.pop_front();
    admit(std::move(putter.item));
    host().answer(putter.session, returned());
  }
  return value;
}

Outcome QueueReferent::put(const Call& call) {
  constexpr std::string_view names[] = {"item", "block", "timeout"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Queue.put", names, 1));
  return enqueue({*given[0], call.carries_proxies}, {is_truth(given[1], true), given[2]}, call);
}

Outcome QueueReferent::put_nowait(const Call& call) {
  constexpr std::string_view names[] = {"item"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Queue.put_nowait", names, 1));
  return enqueue({*given[0], call.carries_proxies}, {false, nullptr}, call);
}

Outcome QueueReferent::enqueue(Item item, const Waiting& waiting, const Call& call) {
  if (shut_down_) return shut_down_error();
  if (bounded_) {
    // As CPython, which looks at the timeout even when there is room, but only with a bound.
    if (!waiting.block && is_full()) return full_error();
    if (waiting.block) {
      MP_TRY_ASSIGN(const WaitLimit limit, wait_limit(waiting.timeout));
      if (is_full()) {
        MP_TRY_ASSIGN(const Clock::time_point deadline, deadline_of(limit, call.now));
        if (deadline <= call.now) return full_error();
        putters_.push_back({call.session, std::move(item)});
        return Outcome::park(deadline);
      }
    }
  }
  admit(std::move(item));
  return returned();
}

Outcome QueueReferent::get(const Call& call) {
  constexpr std::string_view names[] = {"block", "timeout"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Queue.get", names, 0));
  return dequeue({is_truth(given[0], true), given[1]}, call);
}

Outcome QueueReferent::get_nowait(const Call& call) {
  MP_TRY(bind_into(call, "Queue.get_nowait", {}, 0, {}));
  return dequeue({false, nullptr}, call);
}

Outcome QueueReferent::dequeue(const Waiting& waiting, const Call& call) {
  if (shut_down_ && items_.empty()) return shut_down_error();
  if (!waiting.block) return items_.empty() ? Outcome(empty_error()) : returned(take(call.session));
  MP_TRY_ASSIGN(const WaitLimit limit, wait_limit(waiting.timeout));
  if (!items_.empty()) return returned(take(call.session));
  MP_TRY_ASSIGN(const Clock::time_point deadline, deadline_of(limit, call.now));
  if (deadline <= call.now) return empty_error();
  getters_.push_back(call.session);
  return Outcome::park(deadline);
}

Outcome QueueReferent::empty(const Call& call) {
  MP_TRY(bind_into(call, "Queue.empty", {}, 0, {}));
  return returned(Object::boolean(items_.empty()));
}

Outcome QueueReferent::full(const Call& call) {
  MP_TRY(bind_into(call, "Queue.full", {}, 0, {}));
  return returned(Object::boolean(is_full()));
}

Outcome QueueReferent::qsize(const Call& call) {
  MP_TRY(bind_into(call, "Queue.qsize", {}, 0, {}));
  return returned(Object::unsigned_integer(items_.size()));
}

Outcome QueueReferent::join(const Call& call) {
  MP_TRY(bind_into(call, "Queue.join", {}, 0, {}));
  if (unfinished_ == 0) return returned();
  joiners_.push_back(call.session);
  return Outcome::park();
}

Outcome QueueReferent::task_done(const Call& call) {
  MP_TRY(bind_into(call, "Queue.task_done", {}, 0, {}));
  if (unfinished_ == 0) return value_error("task_done() called too many times");
  --unfinished_;
  forget_done(call.session);
  wake_joiners();
  return returned();
}

void QueueReferent::wake_joiners() {
  if (unfinished_ != 0) return;
  for (const SessionId joiner : std::exchange(joiners_, {})) host().answer(joiner, returned());
}

/// queue.Queue.shutdown of Python 3.13: no more puts; gets go on until the queue is empty, or end
/// at once when `immediate`, which also takes the items away.
Outcome QueueReferent::shutdown(const Call& call) {
  constexpr std::string_view names[] = {"immediate"};
  MP_TRY_ASSIGN(const auto given, bind_arguments(call, "Queue.shutdown", names, 0));
  shut_down_ = true;
  if (is_truth(given[0], false)) {
    for (const Object& item : items_) references_.removed(item);
    unfinished_ -= std::min<std::uint64_t>(unfinished_, items_.size());
    items_.clear();
    wake_joiners();
  }
  for (const SessionId getter : std::exchange(getters_, {})) {
    host().answer(getter, shut_down_error());
  }
  for (const Putter& putter : std::exchange(putters_, {})) {
    host().answer(putter.session, shut_down_error());
  }
  return returned();
}

Outcome QueueReferent::timed_out(SessionId session) {
  const bool was_getting = std::find(getters_.begin(), getters_.end(), session) != getters_.end();
  withdraw(session);
  return was_getting ? empty_error() : full_error();
}

void QueueReferent::withdraw(SessionId session) {
  std::erase(getters_, session);
  std::erase(joiners_, session);
  std::erase_if(putters_, [session](const Putter& putter) { return putter.session == session; });
}

}  // namespace mp::manager
