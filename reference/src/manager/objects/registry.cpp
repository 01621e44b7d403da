#include "manager/objects/registry.hpp"

#include "manager/objects/array.hpp"
#include "manager/objects/dict.hpp"
#include "manager/objects/list.hpp"
#include "manager/objects/locks.hpp"
#include "manager/objects/queue.hpp"
#include "manager/objects/sync.hpp"
#include "manager/objects/values.hpp"

namespace mp::manager {
namespace {

struct Row {
  std::string_view type_id;
  MakeReferent make;
};

constexpr Row kTypes[] = {
    {"list", ListReferent::make},
    {"dict", DictReferent::make},
    {"Namespace", NamespaceReferent::make},
    {"Value", ValueReferent::make},
    {"Array", ArrayReferent::make},
    {"Queue", QueueReferent::make},
    {"JoinableQueue", QueueReferent::make},
    {"Lock", LockReferent::make_lock},
    {"RLock", LockReferent::make_rlock},
    {"Semaphore", SemaphoreReferent::make},
    {"BoundedSemaphore", SemaphoreReferent::make_bounded},
    {"Condition", ConditionReferent::make},
    {"Event", EventReferent::make},
    {"Barrier", BarrierReferent::make},
    {"Iterator", IteratorReferent::make},
};

}  // namespace

MakeReferent find_type(std::string_view type_id) {
  for (const Row& row : kTypes) {
    if (row.type_id == type_id) return row.make;
  }
  return nullptr;
}

}  // namespace mp::manager
