// Input: the limit (2 bytes), how the stream is split (a length and so many sizes), the stream.
// Properties:
//   - the payloads and the error are those that the protocol's description gives, read here by a
//     second reader that sees the whole stream at once;
//   - they do not depend on how the bytes are split over reads;
//   - a payload over the limit is refused before it has arrived, and memory follows the bytes that
//     arrived, never an announced length.
#include <optional>
#include <string>
#include <vector>

#include "fuzz/support/byte_source.hpp"
#include "manager/protocol/frame.hpp"
#include "wire/testing/allocation_meter.hpp"

namespace mp::fuzz {
namespace {

using manager::FrameReader;
using testing::AllocationMeter;

struct Messages {
  std::vector<std::string> payloads;
  std::optional<ErrorCode> error;
  bool partial = false;
  friend bool operator==(const Messages&, const Messages&) = default;
};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value * 256 + static_cast<unsigned char>(byte);
  return value;
}

Messages expected(std::string_view stream, std::size_t limit) {
  Messages messages;
  while (!stream.empty()) {
    messages.partial = true;
    if (stream.size() < 4) return messages;
    std::uint64_t length = big_endian(stream.substr(0, 4));
    std::size_t header = 4;
    if (length == 0xffffffff) {
      if (stream.size() < 12) return messages;
      length = big_endian(stream.substr(4, 8));
      header = 12;
    } else if (length > 0x7fffffff) {
      messages.error = ErrorCode::Malformed;
      return messages;
    }
    if (length > limit) {
      messages.error = ErrorCode::TooLarge;
      return messages;
    }
    if (stream.size() - header < length) return messages;
    messages.payloads.emplace_back(stream.substr(header, length));
    stream.remove_prefix(header + length);
    messages.partial = false;
  }
  return messages;
}

/// Takes every complete frame; false after an error.
bool drain(FrameReader& reader, Messages& messages) {
  while (true) {
    const Result<std::optional<std::string_view>> next = reader.next();
    if (!next) {
      messages.error = next.error().code;
      return false;
    }
    if (!*next) return true;
    messages.payloads.emplace_back(**next);
  }
}

Messages read(std::string_view stream, std::size_t limit, ByteSource sizes, bool whole) {
  FrameReader reader(limit);
  Messages messages;
  std::size_t arrived = 0;
  while (!stream.empty()) {
    const std::size_t size = whole ? stream.size() : 1 + sizes.byte();
    const std::string_view part = stream.substr(0, size);
    stream.remove_prefix(part.size());
    arrived += part.size();
    const AllocationMeter meter;
    reader.feed(part);
    // The meter sees what `new` gives; the reader's buffer is not from there.
    MP_ASSERT(meter.peak() <= 4 * arrived + 8 * FrameReader::kMinimumRoom);
    MP_ASSERT(reader.room() <= 4 * arrived + 8 * FrameReader::kMinimumRoom);
    if (!drain(reader, messages)) break;
  }
  messages.partial = reader.has_partial_frame();
  return messages;
}

}  // namespace
}  // namespace mp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  ByteSource source(as_text(data, size));
  const auto limit = static_cast<std::size_t>(source.number(2));
  const ByteSource sizes(source.take(source.byte()));
  const std::string_view stream = source.rest();
  const Messages messages = expected(stream, limit);
  MP_ASSERT(read(stream, limit, sizes, false) == messages);
  MP_ASSERT(read(stream, limit, sizes, true) == messages);
  return 0;
}
