// Lock, RLock, Condition: pthread mutexes and condition variables that are shared between processes
// and robust. Semaphore: sem_open.
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "shared.hpp"

namespace posix_adapter {
namespace {

namespace kit = mpspec::kit;

class Mutex {
 public:
  /// What it fails with when the caller does not hold it is the only difference of Lock and RLock.
  Mutex(int type, const char* not_held)
      : not_held_(not_held), mutex_(make_shared_memory<pthread_mutex_t>()) {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_settype(&attributes, type);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    const int error = ::pthread_mutex_init(mutex_.get(), &attributes);
    ::pthread_mutexattr_destroy(&attributes);
    if (error != 0) fail_with_errno(error);
  }
  virtual ~Mutex() = default;

  bool acquire(kit::Patience patience) {
    if (!patience) return taken(::pthread_mutex_lock(mutex_.get()));
    if (patience->count() == 0) return taken(::pthread_mutex_trylock(mutex_.get()));
    const timespec end = end_of(*patience, CLOCK_MONOTONIC);
    return taken(::pthread_mutex_clocklock(mutex_.get(), CLOCK_MONOTONIC, &end));
  }

  void release() { check(::pthread_mutex_unlock(mutex_.get())); }

  /// What pthread calls on a mutex say, as Python's errors.
  bool taken(int error) {
    if (error == EOWNERDEAD) {
      ::pthread_mutex_consistent(mutex_.get());
      throw kit::Error("OwnerDied", "the previous holder died");
    }
    if (error == EBUSY || error == ETIMEDOUT) return false;
    check(error);
    return true;
  }
  void check(int error) const {
    if (error == EPERM) throw kit::Error(not_held_, "the caller does not hold it");
    if (error != 0) fail_with_errno(error);
  }
  [[nodiscard]] pthread_mutex_t* get() const { return mutex_.get(); }

 private:
  const char* not_held_;
  Shared<pthread_mutex_t> mutex_;
};

class Lock : public Mutex {
 public:
  Lock() : Mutex(PTHREAD_MUTEX_NORMAL, "ValueError") {}
};

class RLock : public Mutex {
 public:
  RLock() : Mutex(PTHREAD_MUTEX_RECURSIVE, "AssertionError") {}
};

class Condition {
 public:
  explicit Condition(std::shared_ptr<Mutex> mutex)
      : mutex_(std::move(mutex)), condition_(make_shared_memory<pthread_cond_t>()) {
    pthread_condattr_t attributes;
    ::pthread_condattr_init(&attributes);
    ::pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    const int error = ::pthread_cond_init(condition_.get(), &attributes);
    ::pthread_condattr_destroy(&attributes);
    if (error != 0) fail_with_errno(error);
  }

  Mutex& mutex() { return *mutex_; }
  bool wait(kit::Patience patience) {
    if (!patience) return mutex_->taken(::pthread_cond_wait(condition_.get(), mutex_->get()));
    const timespec end = end_of(*patience, CLOCK_MONOTONIC);
    return mutex_->taken(::pthread_cond_timedwait(condition_.get(), mutex_->get(), &end));
  }
  void notify(std::int64_t count) {
    for (; count > 0; --count) mutex_->check(::pthread_cond_signal(condition_.get()));
  }
  void notify_all() { mutex_->check(::pthread_cond_broadcast(condition_.get())); }

 private:
  std::shared_ptr<Mutex> mutex_;
  Shared<pthread_cond_t> condition_;
};

/// A named semaphore whose name is gone at once: children inherit the semaphore.
class Semaphore {
 public:
  explicit Semaphore(std::int64_t value) {
    if (value < 0 || value > SEM_VALUE_MAX)
      throw kit::Error("ValueError", "a value from 0 to SEM_VALUE_MAX is needed");
    static std::atomic<int> number = 0;
    const std::string name =
        "/mpspec-" + std::to_string(::getpid()) + "-" + std::to_string(number.fetch_add(1));
    semaphore_ = ::sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, static_cast<unsigned>(value));
    if (semaphore_ == SEM_FAILED) fail_with_errno(errno);
    ::sem_unlink(name.c_str());
  }
  ~Semaphore() { ::sem_close(semaphore_); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  bool acquire(kit::Patience patience) {
    const timespec end = end_of(patience.value_or(std::chrono::nanoseconds(0)), CLOCK_MONOTONIC);
    int result;
    do {
      result = !patience                ? ::sem_wait(semaphore_)
               : patience->count() == 0 ? ::sem_trywait(semaphore_)
                                        : ::sem_clockwait(semaphore_, CLOCK_MONOTONIC, &end);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno != EAGAIN && errno != ETIMEDOUT) fail_with_errno(errno);
    return result == 0;
  }
  void release() {
    if (::sem_post(semaphore_) != 0) fail_with_errno(errno);
  }
  [[nodiscard]] int value() const {
    int value = 0;
    ::sem_getvalue(semaphore_, &value);
    return value;
  }

 private:
  sem_t* semaphore_;
};

std::shared_ptr<Condition> new_condition(kit::Call& call) {
  if (!call.has("lock")) return std::make_shared<Condition>(std::make_shared<RLock>());
  const auto given = call.object("lock");
  std::shared_ptr<Mutex> mutex = given ? given->share<Lock>() : nullptr;
  if (mutex == nullptr && given) mutex = given->share<RLock>();
  if (mutex == nullptr) throw kit::Error("TypeError", "lock is a Lock or an RLock");
  return std::make_shared<Condition>(std::move(mutex));
}

template <class T>
void add_acquire_and_release(kit::Table& table, const std::string& type) {
  table.on<T>(type + ".acquire", "block timeout",
              [](T& lock, kit::Call& call) { return lock.acquire(call.patience()); });
  table.on<T>(type + ".release", "", [](T& lock, kit::Call&) { lock.release(); });
}

}  // namespace

void add_locks(kit::Table& table) {
  table.make<Lock>("Lock.new", "", [](kit::Call&) { return std::make_shared<Lock>(); });
  add_acquire_and_release<Lock>(table, "Lock");
  table.make<RLock>("RLock.new", "", [](kit::Call&) { return std::make_shared<RLock>(); });
  add_acquire_and_release<RLock>(table, "RLock");

  table.make<Semaphore>("Semaphore.new", "value", [](kit::Call& call) {
    return std::make_shared<Semaphore>(call.integer("value", 1));
  });
  add_acquire_and_release<Semaphore>(table, "Semaphore");
  table.on<Semaphore>("Semaphore.get_value", "",
                      [](Semaphore& semaphore, kit::Call&) { return semaphore.value(); });

  table.make<Condition>("Condition.new", "lock", new_condition);
  table.on<Condition>("Condition.acquire", "block timeout", [](Condition& it, kit::Call& call) {
    return it.mutex().acquire(call.patience());
  });
  table.on<Condition>("Condition.release", "",
                      [](Condition& it, kit::Call&) { it.mutex().release(); });
  table.on<Condition>("Condition.wait", "timeout",
                      [](Condition& it, kit::Call& call) { return it.wait(call.timeout()); });
  table.on<Condition>("Condition.notify", "n",
                      [](Condition& it, kit::Call& call) { it.notify(call.integer("n", 1)); });
  table.on<Condition>("Condition.notify_all", "",
                      [](Condition& it, kit::Call&) { it.notify_all(); });
}

}  // namespace posix_adapter
