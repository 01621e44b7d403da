// Which calls a search has placed, in a form that is short and can be compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mpspec {

/// A bitset over the calls in the order in which they began. Searches place calls nearly in that
/// order, so what is written down is only the part between the first call that is missing and the
/// last one that is placed. Calls without an end may stay missing for ever: they have a part of
/// their own.
class PlacedSet {
 public:
  struct Member {
    bool required;
    bool ends;
  };
  /// Of the calls in the order in which they began.
  explicit PlacedSet(const std::vector<Member>& calls);

  void insert(std::uint32_t call);
  /// Calls are taken out in the reverse order of their insertion.
  void erase(std::uint32_t call);
  [[nodiscard]] std::size_t required_missing() const { return missing_; }
  /// The same text for the same set only.
  void append_to(std::string& key) const;

 private:
  struct Place {
    bool required;
    bool ends;
    std::uint32_t bit;
  };
  static constexpr std::size_t kWordBits = 64;
  using Words = std::vector<std::uint64_t>;
  static void flip(Words& words, std::uint32_t bit) {
    words[bit / kWordBits] ^= std::uint64_t{1} << (bit % kWordBits);
  }
  static void append(std::string& key, const Words& words, std::size_t first, std::size_t last);

  std::vector<Place> places_;
  Words ending_;
  Words endless_;
  std::size_t missing_ = 0;
  std::size_t full_words_ = 0;             // the words before it are all ones
  std::vector<std::size_t> words_in_use_;  // after each insertion: the words from it on are zero
};

}  // namespace mpspec
