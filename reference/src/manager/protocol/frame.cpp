#include "manager/protocol/frame.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace mp::manager {
namespace {

constexpr std::size_t kShortHeader = 4;
constexpr std::size_t kLongHeader = 12;
constexpr std::uint64_t kLongestShort = 0x7fffffff;
constexpr std::uint32_t kLongMark = 0xffffffff;
/// What a reader keeps between messages; a large message's buffer is given back.
constexpr std::size_t kKeptRoom = 4 * FrameReader::kMinimumRoom;

template <class Integer>
void append_big_endian(std::string& out, Integer value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

template <class Integer>
Integer read_big_endian(const char* from) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value = static_cast<Integer>(value << 8) | static_cast<unsigned char>(from[i]);
  }
  return value;
}

}  // namespace

void append_frame(std::string& out, std::string_view payload) {
  append_frame_header(out, payload.size());
  out.append(payload);
}

void append_frame_header(std::string& out, std::uint64_t length) {
  if (length <= kLongestShort) {
    append_big_endian(out, static_cast<std::uint32_t>(length));
  } else {
    append_big_endian(out, kLongMark);
    append_big_endian(out, length);
  }
}

std::span<char> FrameReader::prepare() {
  if (begin_ == end_) {
    begin_ = end_ = 0;
    if (size_ > kKeptRoom) release_room();
  }
  if (size_ - end_ < kMinimumRoom && begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (size_ - end_ < kMinimumRoom) grow(std::max(size_ * 2, end_ + kMinimumRoom));
  return std::span(buffer_.get(), size_).subspan(end_);
}

void FrameReader::grow(std::size_t size) {
  // The C library moves large blocks by their pages, without copying them.
  void* larger = std::realloc(buffer_.get(), size);
  if (larger == nullptr) throw std::bad_alloc();
  static_cast<void>(buffer_.release());
  buffer_.reset(static_cast<char*>(larger));
  size_ = size;
}

void FrameReader::release_room() {
  if (begin_ != end_) return;
  buffer_.reset();
  size_ = begin_ = end_ = 0;
}

void FrameReader::commit(std::size_t count) {
  MP_ASSERT(count <= size_ - end_);
  end_ += count;
}

void FrameReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::span<char> room = prepare();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), count);
    commit(count);
    bytes.remove_prefix(count);
  }
}

Result<std::optional<FrameReader::Header>> FrameReader::header() const {
  const std::size_t available = end_ - begin_;
  const char* from = buffer_.get() + begin_;
  if (available < kShortHeader) return std::optional<Header>{};
  const auto length = read_big_endian<std::uint32_t>(from);
  if (length <= kLongestShort) return std::optional<Header>({kShortHeader, length});
  if (length != kLongMark) return Error{ErrorCode::Malformed, "a frame of negative length"};
  if (available < kLongHeader) return std::optional<Header>{};
  return std::optional<Header>({kLongHeader, read_big_endian<std::uint64_t>(from + kShortHeader)});
}

Result<std::optional<std::string_view>> FrameReader::next() {
  MP_TRY_ASSIGN(const std::optional<Header> found, header());
  if (!found) return std::optional<std::string_view>{};
  if (found->length > max_payload_) return Error{ErrorCode::TooLarge, "bad message length"};
  if (end_ - begin_ - found->size < found->length) return std::optional<std::string_view>{};
  const auto length = static_cast<std::size_t>(found->length);
  const std::string_view payload(buffer_.get() + begin_ + found->size, length);
  begin_ += found->size + length;
  return std::optional<std::string_view>(payload);
}

}  // namespace mp::manager
