#include "history/behaviour.hpp"

#include <map>

namespace mpspec {
namespace {

std::map<std::string, Behaviours, std::less<>> all_behaviours() {
  std::map<std::string, Behaviours, std::less<>> out = {
      {"Value", value_behaviours()},
      {"Array", array_behaviours()},
      {"Lock", lock_behaviours()},
      {"RLock", rlock_behaviours()},
      {"Semaphore", semaphore_behaviours(false)},
      {"BoundedSemaphore", semaphore_behaviours(true)},
      {"Event", event_behaviours()},
      {"Queue", feeding_queue_behaviours()},
      {"SimpleQueue", direct_queue_behaviours()},
      {"manager.dict", dict_behaviours()},
      {"manager.list", list_behaviours()},
      {"manager.Namespace", namespace_behaviours()},
      {"manager.Value", managed_value_behaviours()},
      {"manager.Queue", direct_queue_behaviours()},
  };
  for (const char* same : {"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Event"}) {
    out.emplace(std::string("manager.") + same, out.at(same));
  }
  return out;
}

}  // namespace

const Behaviours& behaviours_of(const std::string& type) {
  static const auto all = all_behaviours();
  const auto known = all.find(type);
  if (known == all.end()) throw HistoryError("no model says what a " + type + " does");
  return known->second;
}

}  // namespace mpspec
