#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/identity.hpp"
#include "mp/result.hpp"

namespace mp::sync {

/// How many permits each process took from a semaphore and did not give back, so that those of the
/// dead can be told. Zero bytes are an empty ledger.
///
/// Each process writes only its own entry: it says that it is about to change the semaphore,
/// changes it, notes what it did, and says that it is done. So whoever finds no living process in
/// the middle of a change, twice, with nothing changed between, has seen one moment.
///
/// Invariant:  an entry that names somebody always will: a search ends at the first that names
///             nobody. The number in the entry of a living process that is in no change is what it
///             took less what it gave. An entry of a dead one says nothing, and may be taken over.
/// A death ... anywhere:  the entry is of a dead one.
class PermitLedger {
 public:
  class Entry {
   public:
    void begin() { changes_.fetch_add(kUnderWay); }
    void end(std::int64_t taken) {
      if (taken != 0) taken_.fetch_add(taken);
      changes_.fetch_add(kChange - kUnderWay);
    }

   private:
    friend class PermitLedger;
    static constexpr std::uint32_t kUnderWay = 1;  ///< in the low half: how many threads change
    static constexpr std::uint32_t kChange = 1u << 16;

    std::atomic<std::uint32_t> who_{0};
    std::atomic<std::uint32_t> changes_{0};
    std::atomic<std::int64_t> taken_{0};
  };

  /// How many processes can have an entry at the same time.
  static constexpr std::size_t kEntries = 240;

  /// The calling process's. Null, and noted, when all are of living processes.
  Entry* mine();
  /// Whether some process had no entry: then nothing is known of its permits.
  bool is_incomplete() const { return incomplete_.load() != 0; }

  struct Holding {
    base::Identity who;
    std::int64_t taken;  ///< negative when it gave more than it took
  };
  /// The entries of all, the dead included, one for each process.
  std::vector<Holding> holdings() const;

  /// What living processes took and `value()`, of one moment; nothing when one of them is in the
  /// middle of a change.
  struct Moment {
    std::int64_t held;  ///< by living ones; who gave more than it took counts nothing
    std::uint32_t value;
  };
  std::optional<Moment> look(const std::atomic<std::uint32_t>& value) const;

 private:
  Entry* claim(base::Identity self, std::size_t first);

  std::atomic<std::uint32_t> incomplete_{0};
  std::array<Entry, kEntries> entries_;
};
static_assert(sizeof(PermitLedger) == 8 + PermitLedger::kEntries * 16);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

}  // namespace mp::sync
