// Barriers, with the processes that wait.
#pragma once

#include <cstddef>
#include <set>
#include <utility>

namespace mpspec {

class BarrierModel {
 public:
  using Callers = std::set<std::size_t>;

  explicit BarrierModel(std::size_t parties) : parties_(parties) {}

  /// A caller that does not wait yet calls wait.
  enum class Arrival { fails, waits, completes };
  Arrival wait(std::size_t caller) {
    if (broken_) return Arrival::fails;
    waiting_.insert(caller);
    return waiting_.size() < parties_ ? Arrival::waits : Arrival::completes;
  }
  /// Whom a completed round lets go, each with one of the results 0 to their number - 1.
  Callers complete() { return std::exchange(waiting_, {}); }
  /// Who fails with BrokenBarrierError.
  Callers abort() {
    broken_ = true;
    return complete();
  }
  Callers reset() {
    broken_ = false;
    return complete();
  }

  [[nodiscard]] const Callers& waiting() const { return waiting_; }
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::size_t parties_;
  Callers waiting_;
  bool broken_ = false;
};

}  // namespace mpspec
