#include "mp/managed_sync.hpp"

#include "manager/client/results.hpp"

namespace mp {
namespace {

using manager::timeout_object;
using manager::to_bool;
using manager::to_size;
using manager::to_void;

}  // namespace

Result<bool> ManagedAcquirer::acquire(Timeout timeout) const {
  if (timeout == kForever) return to_bool(call("acquire"));
  if (timeout <= kPoll) return to_bool(call("acquire", {Object::boolean(false)}));
  return to_bool(call("acquire", {Object::boolean(true), timeout_object(timeout)}));
}
Result<void> ManagedAcquirer::release() const { return to_void(call("release")); }

Result<bool> ManagedCondition::wait(Timeout timeout) const {
  return to_bool(call("wait", {timeout_object(timeout)}));
}
Result<void> ManagedCondition::notify(std::int64_t n) const {
  return to_void(call("notify", {Object::integer(n)}));
}
Result<void> ManagedCondition::notify_all() const { return to_void(call("notify_all")); }

Result<bool> ManagedEvent::is_set() const { return to_bool(call("is_set")); }
Result<void> ManagedEvent::set() const { return to_void(call("set")); }
Result<void> ManagedEvent::clear() const { return to_void(call("clear")); }
Result<bool> ManagedEvent::wait(Timeout timeout) const {
  return to_bool(call("wait", {timeout_object(timeout)}));
}

Result<std::size_t> ManagedBarrier::wait(Timeout timeout) const {
  return to_size(call("wait", {timeout_object(timeout)}));
}
Result<void> ManagedBarrier::abort() const { return to_void(call("abort")); }
Result<void> ManagedBarrier::reset() const { return to_void(call("reset")); }
Result<std::size_t> ManagedBarrier::parties() const {
  return to_size(call("__getattribute__", {Object::str("parties")}));
}
Result<std::size_t> ManagedBarrier::n_waiting() const {
  return to_size(call("__getattribute__", {Object::str("n_waiting")}));
}
Result<bool> ManagedBarrier::broken() const {
  return to_bool(call("__getattribute__", {Object::str("broken")}));
}

}  // namespace mp
