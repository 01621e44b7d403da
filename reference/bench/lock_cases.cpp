// Locks, and the numbers beside them.
#include "cpython.hpp"
#include "mp/lock.hpp"
#include "mp/rlock.hpp"
#include "mp/value.hpp"
#include "raw/futex.hpp"
#include "raw/mutexes.hpp"
#include "suites.hpp"

namespace mp::bench {
namespace {

/// A counter on the cache line of its lock.
template <class Mutex>
struct alignas(64) Counted {
  Mutex mutex;
  std::uint64_t count = 0;
};

/// Parties that each do the step so often; the time of one step of one of them.
double run_parties(int count, std::int64_t operations, Placement placement,
                   const std::function<void()>& party) {
  const std::vector<Party> parties(static_cast<std::size_t>(count), party);
  return run_team(parties, placement) / static_cast<double>(count * operations);
}

Placement placement_of(int parties) { return parties == 1 ? Placement::Same : Placement::Free; }

template <class Mutex>
Contender raw_counter(const std::string& name, int parties) {
  return {name, [parties](std::int64_t operations) {
            const auto shared = shared_object<Counted<Mutex>>();
            return run_parties(parties, operations, placement_of(parties), [&] {
              for (std::int64_t n = 0; n < operations; ++n) {
                shared->mutex.lock();
                ++shared->count;
                shared->mutex.unlock();
              }
            });
          }};
}
Contender futex(int parties) { return raw_counter<raw::FutexMutex>("3-state futex", parties); }

template <class L>
Contender lock(const std::string& name, int parties) {
  return {name, [parties](std::int64_t operations) {
            const L lock = *L::create();
            const auto count = shared_object<std::uint64_t>();
            return run_parties(parties, operations, placement_of(parties), [&] {
              for (std::int64_t n = 0; n < operations; ++n) {
                lock.acquire().value();
                ++*count;
                lock.release().value();
              }
            });
          }};
}

Contender locked_value(int parties) {
  return {"Value", [parties](std::int64_t operations) {
            const auto value = *Value<std::int64_t>::create();
            return run_parties(parties, operations, placement_of(parties), [&] {
              for (std::int64_t n = 0; n < operations; ++n) {
                value.with_lock([](std::int64_t& number) { number += 1; }).value();
              }
            });
          }};
}

Case against_futex(const std::string& name, int parties, Contender ours, double floor, double aim) {
  return {.name = name + (parties == 1 ? ", 1 process" : ", 4 processes"),
          .ours = std::move(ours),
          .raw = futex(parties),
          .floor = floor,
          .aim = aim};
}

}  // namespace

std::vector<Case> lock_cases() {
  std::vector<Case> cases = {
      against_futex("Lock", 1, lock<Lock>("Lock", 1), 1.25, 1.05),
      against_futex("Lock", 4, lock<Lock>("Lock", 4), 1.5, 1.15),
      against_futex("RLock", 1, lock<RLock>("RLock", 1), 1.4, 1.15),
      against_futex("RLock", 4, lock<RLock>("RLock", 4), 1.8, 1.3),
      against_futex("Value += 1 under its lock", 1, locked_value(1), 1.3, 1.1),
      against_futex("Value += 1 under its lock", 4, locked_value(4), 1.3, 1.1),
  };
  for (const int parties : {1, 4}) {
    const std::string name = parties == 1 ? "RLock, 1 process" : "RLock, 4 processes";
    cases.push_back({.name = name,
                     .ours = lock<RLock>("RLock", parties),
                     .raw = raw_counter<raw::RobustMutex>("pthread robust recursive", parties),
                     .floor = 1,
                     .aim = 0.9});
    cases.push_back({.name = name,
                     .ours = lock<RLock>("RLock", parties),
                     .raw = raw_counter<raw::BoostMutex>("Boost recursive", parties),
                     .floor = 1,
                     .aim = 0.9});
  }
  cases.push_back({.name = "Value += 1 under its lock, 1 process",
                   .ours = locked_value(1),
                   .raw = cpython("Value"),
                   .floor = 1.0 / 22,
                   .aim = 1.0 / 27});
  return cases;
}

}  // namespace mp::bench
