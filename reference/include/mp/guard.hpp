#pragma once

#include <utility>

#include "mp/clock.hpp"
#include "mp/result.hpp"

namespace mp {

/// Holds something with acquire() and release() for a scope: what `with lock:` is in Python.
template <class L>
class [[nodiscard]] Guard {
 public:
  /// Errors: those of `lock.acquire`, but OwnerDied, which yields a guard: the lock is held.
  static Result<Guard> acquire(const L& lock, Timeout timeout = kForever) {
    const Result<void> acquired = lock.acquire(timeout);
    const bool owner_died = !acquired && acquired.error().code == ErrorCode::OwnerDied;
    if (!acquired && !owner_died) return acquired.error();
    return Guard(lock, owner_died);
  }

  Guard(Guard&& other) noexcept
      : lock_(other.lock_),
        is_holding_(std::exchange(other.is_holding_, false)),
        owner_died_(other.owner_died_) {}
  Guard& operator=(Guard&&) = delete;
  /// A release that fails (somebody else released the lock) has nobody to be told to.
  ~Guard() {
    if (is_holding_) static_cast<void>(lock_.release());
  }

  /// Whether the previous holder died, and what is guarded may be half changed.
  bool owner_died() const { return owner_died_; }

 private:
  Guard(const L& lock, bool owner_died) : lock_(lock), owner_died_(owner_died) {}

  L lock_;  // a handle: the guard may outlive the one it was made from
  bool is_holding_ = true;
  bool owner_died_;
};

}  // namespace mp
