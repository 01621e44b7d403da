#pragma once

#include <sched.h>

#include "mp/value.hpp"
#include "sweep/world.hpp"

namespace mp::sweep {

/// Acquires what living processes do not keep; whether the previous holder died.
template <class L>
bool take(const L& lock) {
  const Result<void> acquired = lock.acquire(kPatience);
  if (acquired) return false;
  require(acquired.error().code == ErrorCode::OwnerDied, "the lock is to be had");
  return true;
}

template <class L>
void give_back(const L& lock) {
  require(lock.release(), "the holder releases the lock");
}

/// The fixed workload of two survivors on a lock: they count, which only works one at a time.
template <class L>
class CountingUnder {
 public:
  explicit CountingUnder(L lock)
      : lock_(std::move(lock)), counter_(*RawValue<std::int64_t>::create()) {}

  void work() const {
    for (int round = 0; round < kRounds; ++round) {
      require(!take(lock_), "a death is told once");
      const std::int64_t seen = counter_.value();
      if (round % 4 == 0) ::sched_yield();  // the other one comes while the lock is held
      counter_.set_value(seen + 1);
      give_back(lock_);
    }
  }
  void check() const { require(counter_.value() == 2 * kRounds, "the lock excludes the others"); }

 private:
  static constexpr int kRounds = 16;
  L lock_;
  RawValue<std::int64_t> counter_;
};

/// A world whose survivors `check` what the lock guards, take the lock, which tells at most one of
/// them of the death, and count.
template <class L>
World world_around(
    const L& lock, const std::function<void()>& check = [] {}) {
  const CountingUnder<L> counting(lock);
  World world;
  world.inspect = [lock, check] {
    check();
    take(lock);
    give_back(lock);
  };
  world.work = [counting](int) { counting.work(); };
  world.conclude = [counting] { counting.check(); };
  return world;
}

}  // namespace mp::sweep
