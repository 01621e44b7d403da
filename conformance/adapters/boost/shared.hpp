// Memory that a process shares with the children it forks, by Boost.Interprocess.
#pragma once

#include <boost/date_time/posix_time/posix_time_types.hpp>
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_recursive_mutex.hpp>

#include "mpspec_kit.hpp"

namespace boost_adapter {

namespace ipc = boost::interprocess;
namespace kit = mpspec::kit;

/// An object in anonymous shared memory. It is not destroyed: other processes may still use it.
template <class T>
class Shared {
 public:
  template <class... Args>
  explicit Shared(Args&&... args)
      : region_(ipc::anonymous_shared_memory(sizeof(T))),
        object_(new (region_.get_address()) T(std::forward<Args>(args)...)) {}
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }

 private:
  ipc::mapped_region region_;
  T* object_;
};

/// Boost's clock for timeouts is the wall clock, in microseconds: rounded up, never early.
inline boost::posix_time::ptime end_of(std::chrono::nanoseconds patience) {
  const auto rest = std::chrono::ceil<std::chrono::microseconds>(patience).count() + 1;
  return boost::posix_time::microsec_clock::universal_time() +
         boost::posix_time::microseconds(rest);
}

template <class M>
bool acquire(M& mutex, kit::Patience patience) {
  if (!patience) {
    mutex.lock();
    return true;
  }
  return patience->count() == 0 ? mutex.try_lock() : mutex.timed_lock(end_of(*patience));
}

/// interprocess_mutex as a Lock, interprocess_recursive_mutex as an RLock.
class AnyLock {
 public:
  virtual ~AnyLock() = default;
  virtual bool acquire(kit::Patience patience) = 0;
  virtual void release() = 0;
};

template <class M>
class LockOf : public AnyLock {
 public:
  bool acquire(kit::Patience patience) override {
    return boost_adapter::acquire(*mutex_, patience);
  }
  void release() override { mutex_->unlock(); }
  [[nodiscard]] M& mutex() const { return *mutex_; }

 private:
  Shared<M> mutex_;
};
using Lock = LockOf<ipc::interprocess_mutex>;
using RLock = LockOf<ipc::interprocess_recursive_mutex>;

void add_locks(kit::Table& table);
void add_numbers(kit::Table& table);
void add_queue(kit::Table& table);
void add_shared_memory(kit::Table& table);

}  // namespace boost_adapter
