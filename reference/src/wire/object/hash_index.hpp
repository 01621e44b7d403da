#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mp::detail {

/// Finds positions of a dict's or set's item array by hash: open addressing, linear probing. It
/// keeps half of each hash, so that nearly every comparison it asks for is a hit.
class HashIndex {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  /// Arrays up to this size are searched from front to back, without an index.
  static constexpr std::size_t kLinearMax = 8;

  bool active() const noexcept { return !slots_.empty(); }
  void reset() noexcept {
    slots_.clear();
    used_ = 0;
  }
  /// What prepare() allocates, and what is allocated now.
  static std::size_t bytes_for(std::size_t items) noexcept;
  std::size_t bytes() const noexcept { return slots_.size() * sizeof(Slot); }
  /// Whether insert() takes so many more.
  bool has_room(std::size_t items) const noexcept {
    return (used_ + items) * 3 <= slots_.size() * 2;
  }
  /// Room for `items` without probing far; forgets all.
  void prepare(std::size_t items);

  /// The first position with this hash for which `matches(position)` holds, or kNone.
  template <class Matches>
  std::size_t find(std::uint64_t hash, Matches&& matches) const {
    for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.state == kFree) return kNone;
      if (slot.state == kTaken && slot.fragment == fragment(hash) && matches(slot.position))
        return slot.position;
    }
  }
  /// False when the index is full: prepare() and insert everything again.
  bool insert(std::uint64_t hash, std::size_t position);
  void erase(std::uint64_t hash, std::size_t position);
  void move(std::uint64_t hash, std::size_t from, std::size_t to);

 private:
  enum State : std::uint8_t { kFree, kTaken, kErased };
  struct Slot {
    std::uint64_t position : 40;
    std::uint64_t state : 2;
    std::uint64_t fragment : 22;
  };

  static std::uint64_t fragment(std::uint64_t hash) { return hash >> 42; }
  std::size_t mask() const { return slots_.size() - 1; }
  Slot& slot_of(std::uint64_t hash, std::size_t position);

  std::vector<Slot> slots_;
  std::size_t used_ = 0;  // taken and erased ones: what probing has to pass
};

}  // namespace mp::detail
