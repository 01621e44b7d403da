#pragma once

#include "mp/parcel.hpp"
#include "mp/queue.hpp"

namespace mp {

/// A Queue that counts tasks: each put adds one, each task_done takes one away, whoever calls it. A
/// consumer that is killed between its get and its task_done leaves its task unfinished; no other
/// process can know about it. Source: Python 3 library, `multiprocessing.JoinableQueue`.
class JoinableQueue : public Queue {
 public:
  /// Errors: as Queue::create
  static Result<JoinableQueue> create(std::int64_t maxsize = 0);

  /// Errors: InvalidArgument  "task_done() called too many times": there was no put for it
  Result<void> task_done() const;

  /// Waits until no task is unfinished, if only for a moment: true, or false when `timeout` passed
  /// first.
  bool join(Timeout timeout = kForever) const;

  /// See transfer.hpp.
  static Result<JoinableQueue> unpack(Unpacker& unpacker);

 private:
  using Queue::Queue;
};

}  // namespace mp
