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
  RestoreReferent restore;
};

constexpr Row kTypes[] = {
    {"list", ListReferent::make, ListReferent::restore},
    {"dict", DictReferent::make, DictReferent::restore},
    {"Namespace", NamespaceReferent::make, NamespaceReferent::restore},
    {"Value", ValueReferent::make, ValueReferent::restore},
    {"Array", ArrayReferent::make, ArrayReferent::restore},
    {"Queue", QueueReferent::make, QueueReferent::restore},
    {"JoinableQueue", QueueReferent::make, QueueReferent::restore},
    {"Lock", LockReferent::make_lock, LockReferent::restore_lock},
    {"RLock", LockReferent::make_rlock, LockReferent::restore_rlock},
    {"Semaphore", SemaphoreReferent::make, SemaphoreReferent::restore},
    {"BoundedSemaphore", SemaphoreReferent::make_bounded, SemaphoreReferent::restore_bounded},
    {"Condition", ConditionReferent::make, ConditionReferent::restore},
    {"Event", EventReferent::make, EventReferent::restore},
    {"Barrier", BarrierReferent::make, BarrierReferent::restore},
    {"Iterator", IteratorReferent::make, IteratorReferent::restore},
};

const Row* find_row(std::string_view type_id) {
  for (const Row& row : kTypes) {
    if (row.type_id == type_id) return &row;
  }
  return nullptr;
}

}  // namespace

MakeReferent find_type(std::string_view type_id) {
  const Row* row = find_row(type_id);
  return row == nullptr ? nullptr : row->make;
}

RestoreReferent find_restore(std::string_view type_id) {
  const Row* row = find_row(type_id);
  return row == nullptr ? nullptr : row->restore;
}

}  // namespace mp::manager
