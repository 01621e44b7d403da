#pragma once

#include "shm/parking.hpp"
#include "shm/segment.hpp"
#include "sync/permit_ledger.hpp"
#include "sync/robust_lock.hpp"

namespace mp::sync {

/// The value is the word that waiters sleep on while it is zero; it alone says how many permits
/// there are.
/// A death ... of a holder:  its permits are gone until somebody recovers them.
///         ... of a waiter:  see shm::Parking.
///         ... of who recovers:  they are recovered or not: it is one compare-exchange.
struct SemaphoreState {
  static constexpr shm::Kind kKind = shm::Kind::Semaphore;
  static constexpr std::uint16_t kLayoutVersion = 3;

  shm::Parking value;
  std::uint32_t maximum;
  std::uint32_t initial;
  RobustLock recovery;  ///< one recovers at a time
  alignas(64) PermitLedger ledger;

  bool try_acquire();
  bool try_release();
  /// See Semaphore::recover.
  Result<std::int64_t> recover();

 private:
  std::optional<std::int64_t> try_recover();
};
static_assert(offsetof(SemaphoreState, ledger) == 64 && shm::SharedState<SemaphoreState>);
static_assert(sizeof(shm::SegmentHeader) + sizeof(SemaphoreState) <= 4096);

}  // namespace mp::sync
