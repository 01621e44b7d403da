#include "mp/managed_queue.hpp"

#include "manager/client/results.hpp"

namespace mp {

using manager::timeout_object;
using manager::to_bool;
using manager::to_size;
using manager::to_void;

Result<void> ManagedQueue::put(Object item, Timeout timeout) const {
  return to_void(call("put", {std::move(item), Object::boolean(true), timeout_object(timeout)}));
}
Result<void> ManagedQueue::put_nowait(Object item) const {
  return to_void(call("put_nowait", {std::move(item)}));
}
Result<Object> ManagedQueue::get(Timeout timeout) const {
  return call("get", {Object::boolean(true), timeout_object(timeout)});
}
Result<Object> ManagedQueue::get_nowait() const { return call("get_nowait"); }
Result<std::size_t> ManagedQueue::qsize() const { return to_size(call("qsize")); }
Result<bool> ManagedQueue::empty() const { return to_bool(call("empty")); }
Result<bool> ManagedQueue::full() const { return to_bool(call("full")); }
Result<void> ManagedQueue::task_done() const { return to_void(call("task_done")); }
Result<void> ManagedQueue::join() const { return to_void(call("join")); }

}  // namespace mp
