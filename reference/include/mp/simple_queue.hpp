#pragma once

#include <memory>

#include "mp/bytes.hpp"
#include "mp/parcel.hpp"
#include "mp/queue.hpp"
#include "mp/result.hpp"

namespace mp {

/// An unlimited queue with nothing but put, get and empty. Otherwise as Queue, and a handle like
/// it. Source: Python 3 library, `multiprocessing.SimpleQueue`.
class SimpleQueue {
 public:
  /// Errors: System  no memory, descriptor or address space is left
  static Result<SimpleQueue> create();

  /// Errors: Closed    this process closed the queue
  ///         TooLarge  longer than kQueueItemBytesMax, or than the system lets the queue grow
  ///         System    no memory is left
  Result<void> put(BytesView message) const { return queue_.put(message); }
  /// Waits without limit.
  /// Errors: Closed  this process closed the queue
  Result<Bytes> get() const { return queue_.get(); }
  /// Errors: Closed  this process closed the queue
  Result<bool> empty() const;

  /// This process puts and gets no more. May be repeated.
  void close() const { queue_.close(); }

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<SimpleQueue> unpack(Unpacker& unpacker);

 private:
  explicit SimpleQueue(Queue queue) : queue_(std::move(queue)) {}

  Queue queue_;
};

}  // namespace mp
