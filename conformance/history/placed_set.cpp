#include "history/placed_set.hpp"

#include <algorithm>

namespace mpspec {

PlacedSet::PlacedSet(const std::vector<Member>& calls) : words_in_use_{0} {
  std::uint32_t ending = 0;
  std::uint32_t endless = 0;
  for (const Member& call : calls) {
    places_.push_back({call.required, call.ends, call.ends ? ending++ : endless++});
    if (call.required) ++missing_;
  }
  ending_.resize(ending / kWordBits + 1);  // the last word never fills up
  endless_.resize((endless + kWordBits - 1) / kWordBits);
}

void PlacedSet::insert(std::uint32_t call) {
  const Place place = places_[call];
  flip(place.ends ? ending_ : endless_, place.bit);
  if (place.required) --missing_;
  std::size_t in_use = words_in_use_.back();
  if (place.ends) {
    in_use = std::max(in_use, place.bit / kWordBits + 1);
    while (ending_[full_words_] == ~std::uint64_t{0}) ++full_words_;
  }
  words_in_use_.push_back(in_use);
}

void PlacedSet::erase(std::uint32_t call) {
  const Place place = places_[call];
  flip(place.ends ? ending_ : endless_, place.bit);
  words_in_use_.pop_back();
  if (place.required) ++missing_;
  if (place.ends) full_words_ = std::min(full_words_, place.bit / kWordBits);
}

void PlacedSet::append_to(std::string& key) const {
  const std::size_t end = std::max(words_in_use_.back(), full_words_);
  append(key, {full_words_, end}, 0, 2);
  append(key, ending_, full_words_, end);
  append(key, endless_, 0, endless_.size());
}

void PlacedSet::append(std::string& key, const Words& words, std::size_t first, std::size_t last) {
  key.append(reinterpret_cast<const char*>(words.data() + first),
             (last - first) * sizeof(std::uint64_t));
}

}  // namespace mpspec
