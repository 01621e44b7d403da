// Lock, RLock, Semaphore, Condition.
#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include "shared.hpp"

namespace boost_adapter {
namespace {

struct Semaphore {
  Shared<ipc::interprocess_semaphore> semaphore;

  bool acquire(kit::Patience patience) const {
    if (!patience) {
      semaphore->wait();
      return true;
    }
    return patience->count() == 0 ? semaphore->try_wait()
                                  : semaphore->timed_wait(end_of(*patience));
  }
};

/// interprocess_condition with the mutex it waits with, which cannot be a recursive one.
struct Condition {
  std::shared_ptr<Lock> lock;
  Shared<ipc::interprocess_condition> condition;

  bool wait(kit::Patience patience) const {
    ipc::scoped_lock<ipc::interprocess_mutex> held(lock->mutex(), ipc::accept_ownership);
    bool woken = true;
    if (patience) {
      woken = condition->timed_wait(held, end_of(*patience));
    } else {
      condition->wait(held);
    }
    held.release();  // the caller goes on holding it
    return woken;
  }
};

std::shared_ptr<Condition> new_condition(kit::Call& call) {
  auto condition = std::make_shared<Condition>();
  const auto given = call.object("lock");
  condition->lock = given ? given->share<Lock>() : std::make_shared<Lock>();
  if (condition->lock == nullptr) throw kit::Error("TypeError", "lock is a Lock");
  return condition;
}

template <class T>
void add_lock(kit::Table& table, const std::string& type) {
  table.make<T>(type + ".new", "", [](kit::Call&) { return std::make_shared<T>(); });
  table.on<T>(type + ".acquire", "block timeout",
              [](T& lock, kit::Call& call) { return lock.acquire(call.patience()); });
  table.on<T>(type + ".release", "", [](T& lock, kit::Call&) { lock.release(); });
}

}  // namespace

void add_locks(kit::Table& table) {
  add_lock<Lock>(table, "Lock");
  add_lock<RLock>(table, "RLock");

  table.make<Semaphore>("Semaphore.new", "value", [](kit::Call& call) {
    const std::int64_t value = call.integer("value", 1);
    if (value < 0 || value > 0x7fffffff)
      throw kit::Error("ValueError", "a value from 0 to INT_MAX is needed");
    return std::make_shared<Semaphore>(
        Semaphore{Shared<ipc::interprocess_semaphore>(static_cast<unsigned>(value))});
  });
  table.on<Semaphore>("Semaphore.acquire", "block timeout",
                      [](Semaphore& it, kit::Call& call) { return it.acquire(call.patience()); });
  table.on<Semaphore>("Semaphore.release", "",
                      [](Semaphore& it, kit::Call&) { it.semaphore->post(); });

  table.make<Condition>("Condition.new", "lock", new_condition);
  table.on<Condition>("Condition.acquire", "block timeout", [](Condition& it, kit::Call& call) {
    return it.lock->acquire(call.patience());
  });
  table.on<Condition>("Condition.release", "",
                      [](Condition& it, kit::Call&) { it.lock->release(); });
  table.on<Condition>("Condition.wait", "timeout",
                      [](Condition& it, kit::Call& call) { return it.wait(call.timeout()); });
  table.on<Condition>("Condition.notify", "n", [](Condition& it, kit::Call& call) {
    for (std::int64_t left = call.integer("n", 1); left > 0; --left) it.condition->notify_one();
  });
  table.on<Condition>("Condition.notify_all", "",
                      [](Condition& it, kit::Call&) { it.condition->notify_all(); });
}

}  // namespace boost_adapter
