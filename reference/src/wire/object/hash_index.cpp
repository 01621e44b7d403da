#include "wire/object/hash_index.hpp"

#include <bit>

#include "mp/assert.hpp"

namespace mp::detail {

void HashIndex::prepare(std::size_t items) {
  slots_.assign(std::bit_ceil(items * 2 + 16), Slot{0, kFree, 0});
  used_ = 0;
}

bool HashIndex::insert(std::uint64_t hash, std::size_t position) {
  if ((used_ + 1) * 3 > slots_.size() * 2) return false;
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
