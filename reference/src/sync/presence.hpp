#pragma once

#include <pthread.h>

#include <cerrno>

#include "mp/assert.hpp"

namespace mp::sync {

/// Whether somebody who said that he is here still is, in shared memory, for the price of a lock
/// that is never waited for: it is a robust mutex, which the kernel marks when the thread that
/// holds it ends, in whatever way, before anybody can wait for its end. So a look is neither a
/// system call nor a guess, other than a look into /proc.
///
/// A death ... anywhere:  the one who died is absent. That is what it is for; glibc's mutex has no
/// moment of which the kernel does not know.
class Presence {
 public:
  Presence() {
    pthread_mutexattr_t attributes;
    MP_ASSERT(::pthread_mutexattr_init(&attributes) == 0);
    MP_ASSERT(::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
    MP_ASSERT(::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
    MP_ASSERT(::pthread_mutex_init(&mutex_, &attributes) == 0);
    ::pthread_mutexattr_destroy(&attributes);
  }

  /// The calling thread is here. False, and no effect, while another one is.
  bool begin() {
    const int result = ::pthread_mutex_trylock(&mutex_);
    if (result == EBUSY) return false;
    if (result == EOWNERDEAD) MP_ASSERT(::pthread_mutex_consistent(&mutex_) == 0);
    MP_ASSERT(result == 0 || result == EOWNERDEAD);
    return true;
  }
  /// The calling thread, which was here, is no more.
  void end() { MP_ASSERT(::pthread_mutex_unlock(&mutex_) == 0); }

  /// Whether nobody is here. Who asks must not let anybody begin meanwhile.
  bool is_absent() {
    if (!begin()) return false;
    end();
    return true;
  }

 private:
  pthread_mutex_t mutex_;
};

}  // namespace mp::sync
