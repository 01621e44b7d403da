#pragma once

#include <atomic>
#include <cstdint>

#include "shm/spin.hpp"

namespace mp::channel {

/// Whether a consumer that found one message waits a moment for the next one. Where messages come
/// in a stream it pays: a consumer that is always one message behind its producer holds it up with
/// each, because both need the same cache lines. Where a message is a question that waits for its
/// answer it does not. So it is tried now and then, and done again as long as another message came.
/// Of one process; threads may share it: what one sees is good for the others.
class SecondMessage {
 public:
  template <class HasCome>
  void wait_if_it_pays(const HasCome& has_come) {
    if (!pays_.load(std::memory_order_relaxed) && next_wait() % kTryEvery != 0) {
      return;
    }
    shm::Spin::pauses(kPauses);
    pays_.store(has_come(), std::memory_order_relaxed);
  }

 private:
  /// Not exact where threads wait at once, and cheaper for that.
  std::uint32_t next_wait() {
    const std::uint32_t wait = waits_.load(std::memory_order_relaxed);
    waits_.store(wait + 1, std::memory_order_relaxed);
    return wait;
  }

  static constexpr std::uint32_t kTryEvery = 16;
  static constexpr int kPauses = 16;

  std::atomic<bool> pays_{false};
  std::atomic<std::uint32_t> waits_{0};
};

}  // namespace mp::channel
