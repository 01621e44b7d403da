#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/pickle/opcodes.hpp"

namespace mp::pickle {

/// Appends to a string, and from protocol 4 on divides what it writes into frames the way CPython
/// does: a frame ends at the first value that begins behind 64 KiB, contents of that size are
/// written between frames, and less than four bytes are not worth a frame.
class FrameWriter {
 public:
  explicit FrameWriter(std::string& out);

  /// From here on everything is in frames.
  void start_frames() noexcept {
    framing_ = true;
    limit_ = at_;
  }
  /// Before each value: closes a frame that is large enough.
  void value_begins() {
    if (frame_ != nullptr && static_cast<std::size_t>(at_ - frame_) >= kFrameTarget) close_frame();
  }

  /// `count` bytes to write into, to be confirmed by wrote().
  char* room(std::size_t count) {
    if (static_cast<std::size_t>(limit_ - at_) < count) make_room(count);
    return at_;
  }
  void wrote(std::size_t count) noexcept { at_ += count; }

  void put(Opcode opcode) {
    *room(1) = static_cast<char>(opcode);
    wrote(1);
  }
  void put(std::string_view bytes);
  /// A header and its contents, which stand outside all frames when they are large.
  void put_contents(std::string_view header, std::string_view contents);

  /// Ends the last frame; the string has its final size.
  void finish();

 private:
  static constexpr std::size_t kFrameTarget = 64 * 1024;
  static constexpr std::size_t kFrameMin = 4;
  static constexpr std::size_t kFrameHeader = 9;
  static constexpr std::size_t kRoomBehind = 256;

  void make_room(std::size_t count);
  void reserve(std::size_t count);
  void append(std::string_view header, std::string_view contents);
  void close_frame();

  std::string& out_;
  char* at_;
  char* limit_;            // at_ between two frames, so that the next write opens one
  char* frame_ = nullptr;  // behind the header of the open frame
  bool framing_ = false;
};

}  // namespace mp::pickle
