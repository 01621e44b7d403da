#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mp/result.hpp"

namespace mp::manager {

/// Appends one frame to `out`: a big-endian signed 32-bit length and the payload. A payload that
/// does not fit such a length gets the header of twelve bytes (-1, then an unsigned 64-bit length).
void append_frame(std::string& out, std::string_view payload);
/// Without the payload, which is to follow.
void append_frame_header(std::string& out, std::uint64_t length);

/// Cuts a stream of bytes into frames. Pure: whoever owns the socket reads into prepare() and says
/// commit(). Memory grows with the bytes that arrived, never with a length that was only announced.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_payload) : max_payload_(max_payload) {}

  /// Room for the next read: at least kMinimumRoom bytes, valid until the next call.
  std::span<char> prepare();
  /// `count` bytes were written to the front of what prepare() gave.
  void commit(std::size_t count);
  /// prepare() and commit() for bytes that are somewhere else.
  void feed(std::string_view bytes);

  /// The payload of the oldest complete frame, which is then consumed. Valid until prepare().
  /// Errors: Malformed   a negative length
  ///         TooLarge    a length over the limit; the payload is not kept
  /// Both are final: frames cannot be told apart any more.
  Result<std::optional<std::string_view>> next();

  /// Bytes of memory for input.
  std::size_t room() const { return size_; }

  /// Whether a part of a frame has arrived: the end of the stream would cut it.
  bool has_partial_frame() const { return begin_ != end_; }
  /// Gives the room back when nothing is in it: of many readers, few are ever in use.
  void release_room();
  /// From now on; the handshake allows less than a session.
  void set_max_payload(std::size_t max_payload) { max_payload_ = max_payload; }

  static constexpr std::size_t kMinimumRoom = 16 * 1024;

 private:
  struct Header {
    std::size_t size;      // of the header itself
    std::uint64_t length;  // of the payload
  };
  Result<std::optional<Header>> header() const;
  void grow(std::size_t size);

  std::size_t max_payload_;
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  std::unique_ptr<char, Free> buffer_;  // not initialised: what has not arrived is not read
  std::size_t size_ = 0;
  std::size_t begin_ = 0;  // buffer_[begin_, end_) has arrived and is not consumed
  std::size_t end_ = 0;
};

}  // namespace mp::manager
