#include "manager/ring/lane.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace mp::manager {
namespace {

class LaneTest : public ::testing::Test {
 protected:
  /// All that has come, piece after piece.
  std::string read() {
    std::vector<char> room(kPieceMax);
    std::string all;
    while (true) {
      const Result<std::size_t> got = reader_.read(room);
      EXPECT_TRUE(got);
      if (!got || *got == 0) return all;
      all.append(room.data(), *got);
    }
  }
  /// Overwrites the length at this line, as only a peer that keeps no order does.
  void set_length(std::size_t line, std::uint32_t length) {
    std::memcpy(lane_->bytes + line * kLineBytes, &length, sizeof length);
  }

  const std::unique_ptr<Lane> lane_{new Lane{}};
  LaneWriter writer_{*lane_};
  LaneReader reader_{*lane_};
};

TEST_F(LaneTest, WhatIsWrittenIsRead) {
  EXPECT_FALSE(reader_.has_input());
  ASSERT_EQ(*writer_.write("hello"), 5u);
  EXPECT_TRUE(reader_.has_input());
  ASSERT_EQ(*writer_.write(" again"), 6u);
  EXPECT_EQ(read(), "hello again");
  EXPECT_FALSE(reader_.has_input());
}

TEST_F(LaneTest, PiecesOfEveryLengthComeWholeAroundTheEnd) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text(1 + random() % (round % 10 == 0 ? 20'000 : 200), ' ');
    for (char& byte : text) byte = static_cast<char>(random());
    ASSERT_EQ(*writer_.write(text), text.size());
    ASSERT_EQ(read(), text);
  }
}

TEST_F(LaneTest, TakesNoMoreThanItHolds) {
  const std::string large(3 * kLaneBytes, 'x');
  const std::size_t first = *writer_.write(large);
  EXPECT_LT(first, kLaneBytes);
  EXPECT_GT(first, kLaneBytes - 3 * kPieceMax);
  EXPECT_FALSE(writer_.has_room());
  EXPECT_EQ(*writer_.write("one more that is as long as a piece" + std::string(kPieceMax, 'y')),
            0u);
  EXPECT_EQ(read().size(), first);
  EXPECT_TRUE(writer_.has_room());
}

TEST_F(LaneTest, AWriterThatWaitsForRoomIsToldAtAQuarter) {
  const std::string large(kLaneBytes, 'x');
  ASSERT_GT(*writer_.write(large), 0u);
  ASSERT_FALSE(writer_.has_room());
  std::vector<char> room(kPieceMax);
  bool was_told = false;
  while (*reader_.read(room) > 0) {
    was_told = was_told || (reader_.has_passed_quarter() && writer_.has_room());
  }
  EXPECT_TRUE(was_told);
}

TEST_F(LaneTest, TwoThreadsKeepTheOrder) {
  std::string sent(2'000'000, '\0');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 2654435761u >> 24);
  std::thread writing([&] {
    std::mt19937 random(11);
    for (std::string_view rest = sent; !rest.empty();) {
      rest.remove_prefix(*writer_.write(rest.substr(0, 1 + random() % 9000)));
    }
  });
  std::string got;
  while (got.size() < sent.size()) got += read();
  writing.join();
  EXPECT_TRUE(got == sent);
}

TEST_F(LaneTest, APieceOfImpossibleLengthIsMalformed) {
  std::vector<char> room(kPieceMax);
  set_length(0, kPieceMax + 1);
  EXPECT_EQ(reader_.read(room).error().code, ErrorCode::Malformed);
  set_length(0, 0xffffffff);
  EXPECT_EQ(reader_.read(room).error().code, ErrorCode::Malformed);
}

TEST_F(LaneTest, ReadingEndsThoughEveryLineClaimsToBeAPiece) {
  for (std::size_t line = 0; line < kLaneLines; ++line) set_length(line, 1);
  std::vector<char> room(1'000'000);
  EXPECT_EQ(*reader_.read(room), kLaneLines);
}

TEST_F(LaneTest, AReaderThatHasReadWhatWasNotWrittenIsMalformed) {
  const std::string large(3 * kLaneBytes, 'x');
  ASSERT_GT(*writer_.write(large), 0u);
  for (const std::uint64_t claimed : {std::uint64_t{5000}, ~std::uint64_t{0}}) {
    lane_->consumed = claimed;
    EXPECT_TRUE(writer_.has_room());  // so that nobody waits for it
    EXPECT_EQ(writer_.write(large).error().code, ErrorCode::Malformed);
  }
  lane_->consumed = 600;
  EXPECT_TRUE(writer_.write(large));
  lane_->consumed = 500;  // backwards
  EXPECT_EQ(writer_.write(large).error().code, ErrorCode::Malformed);
}

}  // namespace
}  // namespace mp::manager
