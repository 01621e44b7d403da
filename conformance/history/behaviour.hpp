// What the types of shared objects do, one call after the other, for the checker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "history/history.hpp"
#include "history/machine.hpp"

namespace mpspec {

using Calls = std::vector<Call>;

/// One thing that a type promises about the order of its calls. Most types have one behaviour; a
/// Queue has two, because its bound and the order of its items are kept apart.
class Behaviour {
 public:
  virtual ~Behaviour() = default;

  /// A machine for these calls, which have to outlive it. Throws HistoryError for an operation or
  /// arguments of the object that the model does not know.
  [[nodiscard]] virtual std::unique_ptr<Machine> machine(const SharedObject& object,
                                                         const Calls& calls) const = 0;
  /// Whether a call with this outcome never changes the object, whatever state it meets.
  [[nodiscard]] virtual bool reads(const Call& call) const = 0;
  /// Whether this behaviour says anything about the call.
  [[nodiscard]] virtual bool concerns(const Call& call) const {
    static_cast<void>(call);
    return true;
  }
  /// Whether the call may take effect after it has returned.
  [[nodiscard]] virtual bool deferred(const Call& call) const {
    static_cast<void>(call);
    return false;
  }
  /// The part of the object that the call is about, the same text for the same part; nothing for
  /// the whole. When every call has a part, the parts are judged one by one.
  [[nodiscard]] virtual std::optional<std::string> part(const SharedObject& object,
                                                        const Call& call) const {
    static_cast<void>(object), static_cast<void>(call);
    return std::nullopt;
  }
  /// Whether it is a queue whose items leave in the order of their puts.
  [[nodiscard]] virtual bool is_fifo() const { return false; }
};

using Behaviours = std::vector<std::shared_ptr<const Behaviour>>;

/// Those of a type of the adapter protocol: Value, Array, Lock, RLock, Semaphore, BoundedSemaphore,
/// Event, Queue, SimpleQueue, manager.dict, manager.list, manager.Namespace, manager.Value,
/// manager.Queue, and the managed locks, semaphores and events. Throws HistoryError for another
/// one.
const Behaviours& behaviours_of(const std::string& type);

/// Where behaviours_of() finds them.
Behaviours dict_behaviours();
Behaviours list_behaviours();
Behaviours namespace_behaviours();
Behaviours managed_value_behaviours();
Behaviours value_behaviours();
Behaviours array_behaviours();
Behaviours lock_behaviours();
Behaviours rlock_behaviours();
Behaviours semaphore_behaviours(bool bounded);
Behaviours event_behaviours();
/// A queue whose put has put the item when it returns.
Behaviours direct_queue_behaviours();
/// multiprocessing.Queue: what was put arrives later, in the order of each producer (QUEUE-005).
Behaviours feeding_queue_behaviours();

}  // namespace mpspec
