#pragma once

#include <memory>

#include "mp/clock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"

namespace mp {

namespace sync {
struct EventState;
}

/// A flag that processes wait for. Clear at first. No operation fails, and none waits for another
/// process but wait().
///
/// A handle: copies, and the copies a forked child has, name the same event.
/// Source: Python 3 library, `multiprocessing.Event`.
class Event {
 public:
  /// Errors: System  no memory or no descriptor is left
  static Result<Event> create();

  bool is_set() const;
  /// Sets the flag and wakes all who wait for it.
  void set() const;
  void clear() const;

  /// Waits until the flag is set: true, also when it was cleared again since; false when `timeout`
  /// passed first.
  bool wait(Timeout timeout = kForever) const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<Event> unpack(Unpacker& unpacker);

 private:
  explicit Event(std::shared_ptr<sync::EventState> state) : state_(std::move(state)) {}

  std::shared_ptr<sync::EventState> state_;
};

}  // namespace mp
