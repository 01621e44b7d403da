#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <unordered_map>

#include "wire/object/memory_budget.hpp"
#include "wire/object/nodes.hpp"

namespace mp::pickle {

/// What GET gives back. Entries do not count as owners: the decoder keeps everything it meets
/// alive until it is done.
class DecoderMemo {
 public:
  /// `dense_end`: numbers below are worth an array slot each. A number beyond the input's size
  /// cannot come from a pickler that counts, and must not make an array of that size.
  explicit DecoderMemo(std::size_t dense_end) : dense_end_(dense_end) {}

  std::size_t size() const noexcept { return size_; }

  /// Of the numbers that are worth a slot each.
  std::size_t capacity() const noexcept { return dense_.capacity(); }

  /// Before put(). False when the budget does not allow for it.
  bool make_room(std::size_t number, detail::MemoryBudget& budget) {
    if (number >= dense_end_) return sparse_.contains(number) || budget.take(kSparseBytes);
    return number < dense_.size() || budget.make_room(dense_, number + 1 - dense_.size());
  }

  void put(std::size_t number, const Object& object) {
    Object& slot = find_or_make(number);
    if (detail::Access::is_hole(slot)) ++size_;
    slot = detail::Access::borrow(object);
  }

  /// The object, or nullptr.
  const Object* get(std::size_t number) const noexcept {
    const Object* slot = nullptr;
    if (number < dense_.size())
      slot = &dense_[number];
    else if (const auto found = sparse_.find(number); found != sparse_.end())
      slot = &found->second;
    return slot == nullptr || detail::Access::is_hole(*slot) ? nullptr : slot;
  }

 private:
  Object& find_or_make(std::size_t number) {
    if (number >= dense_end_)
      return sparse_.try_emplace(number, detail::Access::hole()).first->second;
    while (dense_.size() <= number) dense_.push_back(detail::Access::hole());
    return dense_[number];
  }

  /// A node of the table and its share of the buckets, old and new ones.
  static constexpr std::size_t kSparseBytes = 96;

  std::size_t dense_end_;
  std::size_t size_ = 0;
  boost::container::small_vector<Object, 32> dense_;
  std::unordered_map<std::size_t, Object> sparse_;
};

}  // namespace mp::pickle
