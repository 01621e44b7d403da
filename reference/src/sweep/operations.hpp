#pragma once

#include <vector>

#include "sweep/world.hpp"

namespace mp::sweep {

/// Everything that is swept, in groups by object.
std::vector<Operation> lock_operations();
std::vector<Operation> semaphore_operations();
std::vector<Operation> condition_operations();
std::vector<Operation> event_operations();
std::vector<Operation> barrier_operations();
std::vector<Operation> value_operations();
std::vector<Operation> queue_operations();
std::vector<Operation> blocked_queue_operations();

/// All groups in order.
std::vector<Operation> all_operations();

}  // namespace mp::sweep
