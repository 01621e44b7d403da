#include "channel/frame.hpp"

namespace mp::channel {
namespace {

constexpr std::uint32_t kLongFollows = 0xffffffff;

void write_big_endian(std::uint64_t number, std::span<std::byte> bytes) {
  for (std::size_t i = bytes.size(); i-- > 0; number >>= 8)
    bytes[i] = static_cast<std::byte>(number);
}

std::uint64_t read_big_endian(std::span<const std::byte> bytes) {
  std::uint64_t number = 0;
  for (const std::byte byte : bytes) number = number << 8 | std::to_integer<std::uint64_t>(byte);
  return number;
}

}  // namespace

FrameHeader::FrameHeader(std::uint64_t length) : bytes_{}, size_(kShortBytes) {
  if (length <= kShortLengthMax) {
    write_big_endian(length, std::span(bytes_).first<kShortBytes>());
    return;
  }
  write_big_endian(kLongFollows, std::span(bytes_).first<kShortBytes>());
  write_big_endian(length, std::span(bytes_).last<kLongBytes>());
  size_ = kShortBytes + kLongBytes;
}

Result<ShortLength> parse_short_length(std::span<const std::byte, FrameHeader::kShortBytes> bytes) {
  const std::uint64_t number = read_big_endian(bytes);
  if (number == kLongFollows) return ShortLength{.long_follows = true, .length = 0};
  if (number > FrameHeader::kShortLengthMax) {
    return Error{ErrorCode::Malformed, "a frame of negative length"};
  }
  return ShortLength{.long_follows = false, .length = number};
}

std::uint64_t parse_long_length(std::span<const std::byte, FrameHeader::kLongBytes> bytes) {
  return read_big_endian(bytes);
}

}  // namespace mp::channel
