#include "sweep/operations.hpp"

namespace mp::sweep {

std::vector<Operation> all_operations() {
  std::vector<Operation> all;
  for (const auto group :
       {lock_operations, semaphore_operations, condition_operations, event_operations,
        barrier_operations, value_operations, queue_operations, blocked_queue_operations}) {
    for (Operation& operation : group()) all.push_back(std::move(operation));
  }
  return all;
}

}  // namespace mp::sweep
