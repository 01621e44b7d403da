#include "mp/slice.hpp"

#include <algorithm>
#include <limits>

namespace mp {
namespace {

/// A bound counted from the end when negative, and cut off at `lowest` and `highest`.
std::int64_t resolve(std::int64_t bound, std::int64_t length, std::int64_t lowest,
                     std::int64_t highest) {
  if (bound < 0) bound = bound < -length ? lowest : bound + length;
  return std::clamp(bound, lowest, highest);
}

}  // namespace

Result<SliceRange> select(const Slice& slice, std::size_t length) {
  // The most negative step cannot be negated; no object is so long that the difference could be
  // seen.
  const std::int64_t step =
      std::max(slice.step.value_or(1), -std::numeric_limits<std::int64_t>::max());
  if (step == 0) return Error{ErrorCode::InvalidArgument, "slice step cannot be zero"};
  const auto end = static_cast<std::int64_t>(length);
  const bool forward = step > 0;
  const std::int64_t lowest = forward ? 0 : -1;
  const std::int64_t highest = forward ? end : end - 1;
  const std::int64_t first =
      slice.start ? resolve(*slice.start, end, lowest, highest) : (forward ? lowest : highest);
  const std::int64_t stop =
      slice.stop ? resolve(*slice.stop, end, lowest, highest) : (forward ? highest : lowest);
  const std::int64_t distance = forward ? stop - first : first - stop;
  const std::int64_t stride = forward ? step : -step;
  const std::int64_t count = distance <= 0 ? 0 : (distance - 1) / stride + 1;
  return SliceRange{first, step, static_cast<std::size_t>(count)};
}

}  // namespace mp
