#pragma once

#include <memory>

#include "manager/ring/ring_end.hpp"
#include "manager/ring/vigil.hpp"

namespace mp::manager {

/// A client's end, and its waiting: awake for a moment when the server runs on another processor,
/// then asleep for a moment, then at the socket, which costs nothing and tells of the server's end.
class RingClient {
 public:
  RingClient(std::unique_ptr<RingEnd> end, int socket) : end_(std::move(end)), socket_(socket) {}

  RingEnd& end() { return *end_; }

  /// Errors: Disconnected   the server is gone and has left nothing
  Result<void> await_input();
  Result<void> await_room();
  Result<void> await_input_or_room();

 private:
  template <class Ready>
  Result<void> await(const Ready& ready);
  template <class Ready>
  bool sleep_until(const Ready& ready);
  template <class Ready>
  Result<void> listen_until(const Ready& ready);

  std::unique_ptr<RingEnd> end_;
  int socket_;
  Vigil vigil_;
};

}  // namespace mp::manager
