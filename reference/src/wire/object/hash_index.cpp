#include "wire/object/hash_index.hpp"

#include <bit>

#include "mp/assert.hpp"

namespace mp::detail {
namespace {

std::size_t slots_for(std::size_t items) noexcept { return std::bit_ceil(items * 2 + 16); }

}  // namespace

std::size_t HashIndex::bytes_for(std::size_t items) noexcept {
  return slots_for(items) * sizeof(Slot);
}

void HashIndex::prepare(std::size_t items) {
  // The old slots go first: both are not there at once.
  slots_ = std::vector<Slot>();
  slots_.resize(slots_for(items), Slot{0, kFree, 0});
  used_ = 0;
}

bool HashIndex::insert(std::uint64_t hash, std::size_t position) {
  if (!has_room(1)) return false;
  std::size_t at = hash & mask();
  while (slots_[at].state != kFree) at = (at + 1) & mask();
  constexpr std::uint64_t kPositionMask = (std::uint64_t{1} << 40) - 1;
  MP_ASSERT(position <= kPositionMask);
  slots_[at].position = position & kPositionMask;
  slots_[at].state = kTaken;
  slots_[at].fragment = fragment(hash) & ((1u << 22) - 1);
  ++used_;
  return true;
}

HashIndex::Slot& HashIndex::slot_of(std::uint64_t hash, std::size_t position) {
  for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
    MP_ASSERT(slots_[at].state != kFree);
    if (slots_[at].state == kTaken && slots_[at].position == position) return slots_[at];
  }
}

void HashIndex::erase(std::uint64_t hash, std::size_t position) {
  slot_of(hash, position).state = kErased;
}

void HashIndex::move(std::uint64_t hash, std::size_t from, std::size_t to) {
  slot_of(hash, from).position = to & ((std::uint64_t{1} << 40) - 1);
}

}  // namespace mp::detail
