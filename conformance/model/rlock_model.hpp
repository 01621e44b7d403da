// Recursive locks: a holder and a level.
#pragma once

#include <cstddef>

#include "model/result.hpp"

namespace mpspec {

/// Callers are numbered; one that would have to wait is not modelled, it gets False.
class RLockModel {
 public:
  ModelResult acquire(std::size_t caller) {
    if (level_ > 0 && holder_ != caller) return false;
    holder_ = caller;
    ++level_;
    return true;
  }
  ModelResult release(std::size_t caller) {
    if (!held_by(caller)) return fails("AssertionError");
    --level_;
    return Value();
  }
  [[nodiscard]] bool held_by(std::size_t caller) const { return level_ > 0 && holder_ == caller; }
  [[nodiscard]] std::size_t holder() const { return holder_; }
  [[nodiscard]] int level() const { return level_; }

 private:
  std::size_t holder_ = 0;
  int level_ = 0;  // zero: free
};

}  // namespace mpspec
