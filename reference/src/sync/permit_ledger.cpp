#include "sync/permit_ledger.hpp"

#include <algorithm>
#include <map>

namespace mp::sync {

using base::Identity;

/// Beside the identity of who empties the entry to make it its own. Until then it seems to hold
/// what the dead one held: who looks takes fewer permits for lost than there are.
constexpr std::uint32_t kBeingClaimed = 1u << 31;
static_assert((Identity::kMask & kBeingClaimed) == 0);

PermitLedger::Entry* PermitLedger::mine() {
  const Identity self = base::this_process();
  const std::size_t first = static_cast<std::size_t>(self.number()) % kEntries;
  for (std::size_t n = 0; n < kEntries; ++n) {
    Entry& entry = entries_[(first + n) % kEntries];
    const std::uint32_t who = entry.who_.load(std::memory_order_relaxed);
    if (who == self.bits()) return &entry;
    if (who == 0) break;
  }
  return claim(self, first);
}

PermitLedger::Entry* PermitLedger::claim(Identity self, std::size_t first) {
  for (const bool of_the_dead : {false, true}) {
    for (std::size_t n = 0; n < kEntries; ++n) {
      Entry& entry = entries_[(first + n) % kEntries];
      std::uint32_t who = entry.who_.load();
      const bool is_free =
          of_the_dead ? !base::is_process_alive(Identity::from_bits(who)) : who == 0;
      // Named only once it is empty: another thread of this process would use it.
      if (!is_free || !entry.who_.compare_exchange_strong(who, self.bits() | kBeingClaimed)) {
        continue;
      }
      entry.taken_.store(0);
      entry.changes_.fetch_and(~(Entry::kChange - 1));
      entry.who_.store(self.bits());
      return &entry;
    }
  }
  incomplete_.store(1);
  return nullptr;
}

std::vector<PermitLedger::Holding> PermitLedger::holdings() const {
  std::map<std::uint32_t, std::int64_t> taken;  // two threads may have made two entries
  for (const Entry& entry : entries_) {
    const std::uint32_t who = entry.who_.load();
    if (who != 0) taken[who & Identity::kMask] += entry.taken_.load();
  }
  std::vector<Holding> holdings;
  for (const auto& [who, count] : taken) holdings.push_back({Identity::from_bits(who), count});
  return holdings;
}

std::optional<PermitLedger::Moment> PermitLedger::look(
    const std::atomic<std::uint32_t>& value) const {
  struct Seen {
    std::uint32_t who;
    std::uint32_t changes;
    bool operator==(const Seen&) const = default;
  };
  const auto see = [this] {
    std::array<Seen, kEntries> seen;
    std::ranges::transform(entries_, seen.begin(), [](const Entry& entry) {
      return Seen{entry.who_.load(), entry.changes_.load()};
    });
    return seen;
  };
  const auto before = see();
  std::map<std::uint32_t, std::int64_t> taken;
  for (std::size_t n = 0; n < kEntries; ++n) {
    if (before[n].who == 0 || !base::is_process_alive(Identity::from_bits(before[n].who))) continue;
    if ((before[n].changes & (Entry::kChange - 1)) != 0) return std::nullopt;
    taken[before[n].who & Identity::kMask] += entries_[n].taken_.load();
  }
  Moment moment{.held = 0, .value = value.load()};
  if (see() != before) return std::nullopt;
  for (const auto& [who, count] : taken) moment.held += std::max<std::int64_t>(count, 0);
  return moment;
}

}  // namespace mp::sync
