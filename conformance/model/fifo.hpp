// Queues: items in order, with or without a bound.
#pragma once

#include <deque>

#include "model/result.hpp"

namespace mpspec {

/// One process after another; a caller that would have to wait is not modelled, it fails.
class FifoModel {
 public:
  /// No bound when `maxsize` is zero or less.
  explicit FifoModel(long long maxsize = 0) : maxsize_(maxsize) {}

  ModelResult put(Value item) {
    if (full()) return fails("Full");
    items_.push_back(std::move(item));
    return Value();
  }
  ModelResult get() {
    if (empty()) return fails("Empty");
    Value item = std::move(items_.front());
    items_.pop_front();
    return item;
  }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] bool full() const { return maxsize_ > 0 && size() >= maxsize_; }
  [[nodiscard]] long long size() const { return static_cast<long long>(items_.size()); }

 private:
  long long maxsize_;
  std::deque<Value> items_;
};

}  // namespace mpspec
