#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "manager/ring/layout.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// The end of a lane that bytes are written to. What it knows by itself it never reads back from
/// the lane. One thread at a time.
class LaneWriter {
 public:
  explicit LaneWriter(Lane& lane) : lane_(lane) {}

  /// Writes what there is room for; how many bytes went. Tells nobody.
  /// Errors: Malformed   the reader claims to have read what was not written
  Result<std::size_t> write(std::string_view bytes);
  /// Whether write() would write something, or fail.
  bool has_room() const;

 private:
  Result<std::size_t> free_lines(std::size_t wanted);
  void put(std::string_view piece);

  Lane& lane_;
  std::uint64_t written_ = 0;   // lines
  std::uint64_t consumed_ = 0;  // as it was seen last
};

/// The end that they are read from. One thread at a time.
class LaneReader {
 public:
  explicit LaneReader(Lane& lane) : lane_(lane) {}

  /// Copies whole pieces, as many as `room` has room for: at least kPieceMax. How many bytes came.
  /// Errors: Malformed   a piece of impossible length
  Result<std::size_t> read(std::span<char> room);
  bool has_input() const;

  /// Whether the writer is to be woken if it waits for room: once for every quarter of the lane.
  ///
  /// That is enough. A writer waits when less than a piece's lines are free *after* it said that it
  /// waits, so more than three quarters lie unread before the reader. On its way through them it
  /// comes by a quarter's end, sees that the writer waits, and there is room by then.
  bool has_passed_quarter() const { return passed_quarter_; }

 private:
  std::uint32_t next_length() const;

  Lane& lane_;
  std::uint64_t read_ = 0;  // lines
  bool passed_quarter_ = false;
};

}  // namespace mp::manager
