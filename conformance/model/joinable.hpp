// JoinableQueue: a queue that counts the items that were put and not yet worked off.
#pragma once

#include "model/fifo.hpp"

namespace mpspec {

class JoinableModel {
 public:
  ModelResult put(Value item) {
    ModelResult result = items_.put(std::move(item));
    if (std::holds_alternative<Value>(result)) ++unfinished_;
    return result;
  }
  ModelResult get() { return items_.get(); }
  ModelResult task_done() {
    if (unfinished_ == 0) return fails("ValueError");
    --unfinished_;
    return Value();
  }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] long long unfinished() const { return unfinished_; }

 private:
  FifoModel items_;
  long long unfinished_ = 0;
};

}  // namespace mpspec
