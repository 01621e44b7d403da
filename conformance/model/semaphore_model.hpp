// Semaphores; a lock is one of value 1 that is bounded.
#pragma once

#include <limits>

#include "model/result.hpp"

namespace mpspec {

/// One process after another; a caller that would have to wait is not modelled, it gets False.
class SemaphoreModel {
 public:
  static SemaphoreModel unbounded(long long value) {
    return {value, std::numeric_limits<long long>::max()};
  }
  static SemaphoreModel bounded(long long value) { return {value, value}; }
  static SemaphoreModel lock() { return bounded(1); }

  ModelResult acquire() {
    if (value_ == 0) return false;
    --value_;
    return true;
  }
  ModelResult release() {
    if (full()) return fails("ValueError");
    ++value_;
    return Value();
  }
  [[nodiscard]] long long value() const { return value_; }
  [[nodiscard]] bool full() const { return value_ == bound_; }

 private:
  SemaphoreModel(long long value, long long bound) : value_(value), bound_(bound) {}

  long long value_;
  long long bound_;
};

}  // namespace mpspec
