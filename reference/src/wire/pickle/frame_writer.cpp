#include "wire/pickle/frame_writer.hpp"

#include <algorithm>
#include <cstring>

#include "wire/pickle/byte_order.hpp"

namespace mp::pickle {

FrameWriter::FrameWriter(std::string& out) : out_(out), at_(out.data() + out.size()), limit_(at_) {}

void FrameWriter::make_room(std::size_t count) {
  if (!framing_ || frame_ != nullptr) return reserve(count);
  reserve(count + kFrameHeader);
  at_ += kFrameHeader;  // filled in when the frame is closed
  frame_ = at_;
}

void FrameWriter::reserve(std::size_t count) {
  const auto used = static_cast<std::size_t>(at_ - out_.data());
  const std::size_t frame = frame_ == nullptr ? 0 : static_cast<std::size_t>(frame_ - out_.data());
  if (out_.size() - used < count) {
    // What there is room for; beyond that the string itself doubles.
    const std::size_t free = std::min(2 * used, out_.capacity());
    out_.resize(std::max({used + count, free, std::size_t{128}}));
  }
  at_ = out_.data() + used;
  limit_ = out_.data() + out_.size();
  if (frame_ != nullptr) frame_ = out_.data() + frame;
}

void FrameWriter::put(std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
  wrote(bytes.size());
}

void FrameWriter::put_contents(std::string_view header, std::string_view contents) {
  const bool framing = framing_;
  if (contents.size() >= kFrameTarget) {
    close_frame();
    framing_ = false;
    append(header, contents);
  } else {
    put(header);
    put(contents);
  }
  if (framing && !framing_) limit_ = at_;
  framing_ = framing;
}

/// Without clearing the room first, and with room for what usually is all that follows: to grow
/// would be to copy everything.
void FrameWriter::append(std::string_view header, std::string_view contents) {
  out_.resize(static_cast<std::size_t>(at_ - out_.data()));
  out_.reserve(out_.size() + header.size() + contents.size() + kRoomBehind);
  out_.append(header).append(contents);
  at_ = limit_ = out_.data() + out_.size();
}

void FrameWriter::close_frame() {
  if (frame_ == nullptr) return;
  const auto size = static_cast<std::size_t>(at_ - frame_);
  if (size >= kFrameMin) {
    frame_[-9] = static_cast<char>(Opcode::FRAME);
    store_little<std::uint64_t>(frame_ - 8, size);
  } else {
    std::memmove(frame_ - kFrameHeader, frame_, size);
    at_ -= kFrameHeader;
  }
  frame_ = nullptr;
  limit_ = at_;
}

void FrameWriter::finish() {
  close_frame();
  out_.resize(static_cast<std::size_t>(at_ - out_.data()));
}

}  // namespace mp::pickle
