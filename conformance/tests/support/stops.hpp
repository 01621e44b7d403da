// Processes that are stopped for a while.
#pragma once

#include <sys/types.h>

#include <random>
#include <vector>

#include "driver/actor.hpp"

namespace mpspec {

/// SIGSTOP; returns when every thread of the process has stopped.
void stop_process(pid_t pid);

/// SIGCONT.
void continue_process(pid_t pid);

/// Stops one of the processes after the other for some milliseconds, at moments that are drawn from
/// the run's seed, while all of `work` is in flight; returns how often it did.
int stop_now_and_then(const std::vector<pid_t>& processes, const std::vector<Pending>& work);

}  // namespace mpspec
