#pragma once

#include <algorithm>
#include <cstddef>

namespace mp::detail {

/// What reading one value may allocate. Blocks are counted as malloc makes them. Taking comes
/// before allocating, so that the most that is there at once stays within the budget.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t most) noexcept : left_(most) {}

  /// One allocation. False: it must not be made.
  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    const std::size_t cost = block(bytes);
    if (cost > left_) return false;
    left_ -= cost;
    return true;
  }
  /// For what is there anyway.
  void take_in_any_case(std::size_t bytes) noexcept { left_ -= std::min(left_, block(bytes)); }
  /// An array that moves into a larger one: for a moment both are there.
  [[nodiscard]] bool grow(std::size_t old_bytes, std::size_t new_bytes) noexcept {
    if (!take(new_bytes)) return false;
    left_ += block(old_bytes);
    return true;
  }
  /// Room for so many items behind those of a vector or the like.
  template <class Array>
  [[nodiscard]] bool make_room(Array& array, std::size_t more) {
    const std::size_t capacity = array.capacity();
    if (capacity - array.size() >= more) return true;
    const std::size_t next =
        std::max({array.size() + more, capacity + capacity / 2, std::size_t{4}});
    constexpr std::size_t kItem = sizeof(typename Array::value_type);
    if (!grow(capacity * kItem, next * kItem)) return false;
    array.reserve(next);
    return true;
  }

 private:
  static constexpr std::size_t block(std::size_t bytes) noexcept {
    return bytes == 0 ? 0 : std::max<std::size_t>(32, (bytes + 8 + 15) / 16 * 16);
  }

  std::size_t left_;
};

}  // namespace mp::detail
