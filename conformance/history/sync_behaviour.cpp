// Locks, semaphores and events.
#include "history/method_table.hpp"
#include "model/rlock_model.hpp"
#include "model/semaphore_model.hpp"

namespace mpspec {
namespace {

/// What acquire() comes to: who may wait as long as it takes is never told False.
template <class Acquire>
ModelResult acquired(const Call& call, Acquire acquire) {
  const char* const block = argument(call, 0, "blocking") != nullptr ? "blocking" : "block";
  ModelResult result = acquire();
  const bool refused =
      std::holds_alternative<Value>(result) && std::get<Value>(result) == Value(false);
  return refused && waits_for_ever(call, 0, block) ? waits() : result;
}

ModelResult acquire(SemaphoreModel& semaphore, const Call& call) {
  return acquired(call, [&] { return semaphore.acquire(); });
}

/// A lock that may not be released says so by its own type of error (a managed one by
/// RuntimeError); which one is right, other clauses judge.
ModelResult released(const Call& call, const ModelResult& result) {
  const auto* told = call.seen ? std::get_if<ModelError>(&*call.seen) : nullptr;
  const bool failed = std::holds_alternative<ModelError>(result);
  return failed && told != nullptr && told->type == "RuntimeError" ? *told : result;
}
ModelResult release(SemaphoreModel& semaphore, const Call& call) {
  return released(call, semaphore.release());
}

MethodTable<SemaphoreModel> semaphore_methods() {
  return {{"acquire", {acquire, Reads::when_false}},
          {"release", {release}},
          {"get_value",
           {[](SemaphoreModel& s, const Call&) -> ModelResult { return Value(s.value()); },
            Reads::always}}};
}

template <bool bounded>
SemaphoreModel initial_semaphore(const SharedObject& object) {
  const Value* given = constructor_argument(object, 0, "value");
  const long long value = given == nullptr ? 1 : as_int(*given);
  return bounded ? SemaphoreModel::bounded(value) : SemaphoreModel::unbounded(value);
}

/// RLockModel, whose state can be told.
struct Recursive : RLockModel {
  [[nodiscard]] Value value() const {
    return level() == 0 ? Value() : tuple({static_cast<long long>(holder()), level()});
  }
};

std::size_t caller(const Call& call) { return static_cast<std::size_t>(call.actor); }

struct Flag {
  bool set = false;
  [[nodiscard]] Value value() const { return set; }
};

template <bool set>
ModelResult put(Flag& flag, const Call&) {
  flag.set = set;
  return Value();
}

ModelResult wait(Flag& flag, const Call& call) {
  const Value* timeout = argument(call, 0, "timeout");
  const bool for_ever = timeout == nullptr || timeout->is<None>();
  return flag.set || !for_ever ? Value(flag.set) : waits();
}

}  // namespace

Behaviours semaphore_behaviours(bool bounded) {
  using Table = TableBehaviour<SemaphoreModel>;
  return {std::make_shared<Table>(bounded ? initial_semaphore<true> : initial_semaphore<false>,
                                  semaphore_methods())};
}

Behaviours lock_behaviours() {
  const auto initial = [](const SharedObject&) { return SemaphoreModel::lock(); };
  MethodTable<SemaphoreModel> table = semaphore_methods();
  table.erase("get_value");
  return {std::make_shared<TableBehaviour<SemaphoreModel>>(initial, table)};
}

Behaviours rlock_behaviours() {
  const auto initial = [](const SharedObject&) { return Recursive(); };
  const MethodTable<Recursive> table = {
      {"acquire",
       {[](Recursive& lock, const Call& call) {
          return acquired(call, [&] { return lock.acquire(caller(call)); });
        },
        Reads::when_false}},
      {"release", {[](Recursive& lock, const Call& call) {
         return released(call, lock.release(caller(call)));
       }}},
  };
  return {std::make_shared<TableBehaviour<Recursive>>(initial, table)};
}

Behaviours event_behaviours() {
  const auto initial = [](const SharedObject&) { return Flag(); };
  const MethodTable<Flag> table = {
      {"set", {put<true>}},
      {"clear", {put<false>}},
      {"is_set",
       {[](Flag& flag, const Call&) -> ModelResult { return Value(flag.set); }, Reads::always}},
      {"wait", {wait, Reads::always}},
  };
  return {std::make_shared<TableBehaviour<Flag>>(initial, table)};
}

}  // namespace mpspec
