#include "channel/frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace mp::channel {
namespace {

std::vector<int> header_bytes(std::uint64_t length) {
  std::vector<int> bytes;
  for (const std::byte byte : FrameHeader(length).bytes())
    bytes.push_back(std::to_integer<int>(byte));
  return bytes;
}

std::array<std::byte, 4> four(unsigned a, unsigned b, unsigned c, unsigned d) {
  return {std::byte(a), std::byte(b), std::byte(c), std::byte(d)};
}

TEST(FrameHeader, IsBigEndian) {
  EXPECT_THAT(header_bytes(0), ::testing::ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(header_bytes(0x01020304), ::testing::ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(header_bytes(0x7fffffff), ::testing::ElementsAre(0x7f, 0xff, 0xff, 0xff));
  EXPECT_THAT(header_bytes(0x80000000),
              ::testing::ElementsAre(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0));
}

TEST(FrameHeader, IsReadBack) {
  EXPECT_EQ(parse_short_length(four(1, 2, 3, 4))->length, 0x01020304u);
  EXPECT_TRUE(parse_short_length(four(0xff, 0xff, 0xff, 0xff))->long_follows);
  EXPECT_EQ(parse_short_length(four(0xff, 0xff, 0xff, 0xfb)).error().code, ErrorCode::Malformed);
  EXPECT_EQ(parse_short_length(four(0x80, 0, 0, 0)).error().code, ErrorCode::Malformed);
  const FrameHeader header(0x123456789a);
  EXPECT_EQ(parse_long_length(header.bytes().last<8>()), 0x123456789au);
}

}  // namespace
}  // namespace mp::channel
