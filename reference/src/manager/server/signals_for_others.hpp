#pragma once

#include <signal.h>

namespace mp::manager {

/// While it lives, this thread gets no signals, and neither does a thread it starts, from its first
/// moment on: they are for the thread that serves.
class SignalsForOthers {
 public:
  SignalsForOthers() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsForOthers(const SignalsForOthers&) = delete;
  SignalsForOthers& operator=(const SignalsForOthers&) = delete;
  ~SignalsForOthers() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace mp::manager
