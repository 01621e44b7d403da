#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mp/result.hpp"

namespace mp::channel {

/// What precedes a message on the wire: its length as a big-endian 32-bit integer, or -1 and then
/// the length as a big-endian 64-bit integer. See the specification, wire/ (framing).
class FrameHeader {
 public:
  static constexpr std::size_t kShortBytes = 4;
  static constexpr std::size_t kLongBytes = 8;  ///< that follow the first four
  static constexpr std::uint64_t kShortLengthMax = 0x7fffffff;

  explicit FrameHeader(std::uint64_t length);
  std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }

 private:
  std::array<std::byte, kShortBytes + kLongBytes> bytes_;
  std::size_t size_;
};

/// What the first four bytes say: a length, or that the long length follows.
struct ShortLength {
  bool long_follows;
  std::uint64_t length;
};
/// Errors: Malformed  a negative length
Result<ShortLength> parse_short_length(std::span<const std::byte, FrameHeader::kShortBytes> bytes);
std::uint64_t parse_long_length(std::span<const std::byte, FrameHeader::kLongBytes> bytes);

}  // namespace mp::channel
