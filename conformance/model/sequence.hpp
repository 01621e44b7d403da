// What iteration and subscription of Python sequences mean.
#pragma once

#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

#include "model/result.hpp"

namespace mpspec {

/// What iterating over the value yields; nothing where Python raises TypeError. A set yields its
/// items in the order in which the value happens to hold them.
std::optional<std::vector<Value>> iterate(const Value& value);

/// An int or a bool as an integer, as __index__ gives it; nothing where Python raises TypeError.
std::optional<BigInt> as_index(const Value& value);

/// The position that an index, counted from the end if negative, means in `length` items; nothing
/// when it is out of range.
std::optional<std::size_t> position_of(const BigInt& index, std::size_t length);

/// Where a bound of a slice or of `index` lies in `length` items: from the end if negative, never
/// outside.
std::size_t clamped(BigInt bound, std::size_t length);

/// What a slice selects in a sequence of some length.
struct SliceRange {
  std::size_t start = 0;
  BigInt step = 1;
  std::size_t count = 0;

  /// A range without gaps, in order, which assignment may replace by any number of items.
  [[nodiscard]] bool contiguous() const { return step == 1; }
  /// The selected positions, in the order of the slice.
  [[nodiscard]] std::vector<std::size_t> positions() const;
};

/// TypeError for bounds that are no integers, ValueError for a step of zero.
std::variant<SliceRange, ModelError> slice_range(const Slice& slice, std::size_t length);

}  // namespace mpspec
