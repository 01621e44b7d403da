#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "mp/result.hpp"

namespace mp {

/// Python's start:stop:step, each of which may be left out.
struct Slice {
  std::optional<std::int64_t> start = std::nullopt;
  std::optional<std::int64_t> stop = std::nullopt;
  std::optional<std::int64_t> step = std::nullopt;
};

/// The elements a slice selects: `count` of them, from `first` on, `step` apart (backwards when
/// negative).
struct SliceRange {
  std::int64_t first;
  std::int64_t step;
  std::size_t count;

  /// Index of the n-th selected element.
  std::size_t operator[](std::size_t n) const {
    return static_cast<std::size_t>(first + static_cast<std::int64_t>(n) * step);
  }
};

/// What `slice` selects of `length` elements, as Python's slice.indices counts it. Bounds outside
/// are cut off. Errors: InvalidArgument  "slice step cannot be zero"
Result<SliceRange> select(const Slice& slice, std::size_t length);

/// A Python index, where -1 is the last element.
/// Errors: OutOfRange  "invalid index"
inline Result<std::size_t> select(std::int64_t index, std::size_t length) {
  const auto end = static_cast<std::int64_t>(length);
  const std::int64_t position = index < 0 ? index + end : index;
  if (position < 0 || position >= end) return Error{ErrorCode::OutOfRange, "invalid index"};
  return static_cast<std::size_t>(position);
}

}  // namespace mp
