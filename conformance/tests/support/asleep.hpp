// Shows by the kernel's own account that processes wait.
#pragma once

#include <sys/types.h>

#include <vector>

#include "driver/actor.hpp"

namespace mpspec {

/// Waits for a moment at which every thread of all these processes sleeps: what they were asked
/// they have done, or they wait for somebody else. Ends the case as inconclusive when there is no
/// such moment by the deadline.
void wait_until_asleep(const std::vector<pid_t>& processes);

/// The same for an operation in flight: it is under way and waits. `others` are the processes that
/// work for the actor, such as a manager's server. An operation that returns instead makes the case
/// inconclusive, because it judges what happens to one that waits.
void wait_until_blocked(const Actor& actor, const Pending& operation,
                        const std::vector<pid_t>& others = {});

}  // namespace mpspec
