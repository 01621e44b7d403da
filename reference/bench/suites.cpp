#include "suites.hpp"

#include <algorithm>
#include <iterator>

namespace mp::bench {

std::vector<Case> local_cases() {
  std::vector<Case> all;
  for (const auto group :
       {lock_cases, array_cases, handoff_cases, queue_cases, channel_cases, idle_cases}) {
    std::ranges::move(group(), std::back_inserter(all));
  }
  return all;
}

const std::vector<Suite>& suites() {
  static const std::vector<Suite> all = {
      {"local", "objects in shared memory, pipes and processes", local_cases},
      {"manager", "the manager: server, proxies, codec, beside echo, Redis and CPython",
       manager_cases},
      {"store", "managers that share an engine, beside hiredis straight at it", store_cases},
  };
  return all;
}

}  // namespace mp::bench
