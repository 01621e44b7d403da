#include "manager/protocol/frame.hpp"

#include <gtest/gtest.h>

namespace mp::manager {
namespace {

std::string next_text(FrameReader& reader) {
  const Result<std::optional<std::string_view>> next = reader.next();
  if (!next) return "error: " + std::string(to_string(next.error().code));
  return *next ? std::string(**next) : "more";
}

std::string frame_of(std::string_view payload) {
  std::string frame;
  append_frame(frame, payload);
  return frame;
}

TEST(Frame, IsABigEndianLengthAndThePayload) {
  EXPECT_EQ(frame_of("ab"), std::string_view("\0\0\0\2ab", 6));
  EXPECT_EQ(frame_of(""), std::string_view("\0\0\0\0", 4));
  EXPECT_EQ(frame_of(std::string(258, 'x')).substr(0, 4), std::string_view("\0\0\1\2", 4));
}

TEST(FrameReader, CutsAStreamAtAnyByte) {
  std::string stream = frame_of("first");
  append_frame(stream, "");
  append_frame(stream, "third");
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameReader reader(100);
    std::string seen;
    const std::string_view view(stream);
    for (const std::string_view part : {view.substr(0, cut), view.substr(cut)}) {
      reader.feed(part);
      for (std::string text = next_text(reader); text != "more"; text = next_text(reader)) {
        seen += '[' + text + ']';
      }
    }
    EXPECT_EQ(seen, "[first][][third]") << "cut at " << cut;
    EXPECT_FALSE(reader.has_partial_frame());
  }
}

TEST(FrameReader, AcceptsTheLongHeaderForAShortPayload) {
  FrameReader reader(100);
  reader.feed(std::string_view("\xff\xff\xff\xff\0\0\0\0\0\0\0\2ok", 14));
  EXPECT_EQ(next_text(reader), "ok");
}

TEST(FrameReader, WaitsForTheRestOfALongHeader) {
  FrameReader reader(100);
  reader.feed(std::string_view("\xff\xff\xff\xff\0\0\0", 7));
  EXPECT_EQ(next_text(reader), "more");
  EXPECT_TRUE(reader.has_partial_frame());
}

TEST(FrameReader, RefusesOtherNegativeLengths) {
  FrameReader reader(100);
  reader.feed("\xff\xff\xff\xfbhello");
  EXPECT_EQ(next_text(reader), "error: Malformed");
}

TEST(FrameReader, RefusesALengthOverTheLimitBeforeItsBytesArrive) {
  FrameReader reader(256);
  reader.feed(std::string_view("\0\0\1\1", 4));
  EXPECT_EQ(next_text(reader), "error: TooLarge");

  FrameReader wide(256);
  wide.feed("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  EXPECT_EQ(next_text(wide), "error: TooLarge");

  FrameReader exact(256);
  exact.feed(frame_of(std::string(256, 'x')));
  EXPECT_EQ(next_text(exact), std::string(256, 'x'));
}

TEST(FrameReader, GrowsWithWhatArrivedAndNotWithWhatWasAnnounced) {
  FrameReader reader(std::size_t{1} << 40);
  reader.feed(std::string_view("\x7f\xff\xff\xff", 4));
  EXPECT_EQ(next_text(reader), "more");
  EXPECT_LE(reader.prepare().size(), 2 * FrameReader::kMinimumRoom);
}

TEST(FrameReader, CarriesALargePayloadWhole) {
  std::string payload(1'000'003, '\0');
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(i % 251);
  FrameReader reader(payload.size());
  reader.feed(frame_of(payload));
  EXPECT_EQ(next_text(reader), payload);
}

TEST(FrameReader, KeepsRoomForWhatArrivedOnly) {
  FrameReader reader(std::size_t{1} << 40);
  EXPECT_EQ(reader.room(), 0u);
  reader.feed(std::string_view("\xff\xff\xff\xff\0\0\0\x40\0\0\0\0", 12));  // 256 GiB are announced
  EXPECT_LE(reader.room(), 2 * FrameReader::kMinimumRoom);
  FrameReader other(1'000'000);
  std::string frame;
  append_frame(frame, std::string(500'000, 'x'));
  other.feed(frame);
  EXPECT_LE(other.room(), 4 * frame.size());
  ASSERT_TRUE(*other.next());
  other.release_room();
  EXPECT_EQ(other.room(), 0u);
}

}  // namespace
}  // namespace mp::manager
