#include "manager/ring/lane.hpp"

#include <algorithm>
#include <cstring>

#include "mp/assert.hpp"

namespace mp::manager {
namespace {

constexpr std::size_t kPieceLines = lines_of(kPieceMax);
constexpr std::uint64_t kQuarter = kLaneLines / 4;

std::size_t offset_of(std::uint64_t line) { return (line % kLaneLines) * kLineBytes; }

/// The length of the piece that begins at this line.
std::atomic<std::uint32_t>& length_at(Lane& lane, std::uint64_t line) {
  static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));
  return *reinterpret_cast<std::atomic<std::uint32_t>*>(lane.bytes + offset_of(line));
}

/// The bytes of a piece that begins at this line, in one part or, around the lane's end, in two.
struct Place {
  std::byte* first;
  std::size_t first_size;
  std::byte* second;

  Place(Lane& lane, std::uint64_t line, std::size_t size) {
    const std::size_t begin = offset_of(line) + sizeof(std::uint32_t);
    first = lane.bytes + begin;
    first_size = std::min(size, kLaneBytes - begin);
    second = lane.bytes;
  }
};

}  // namespace

Result<std::size_t> LaneWriter::free_lines(std::size_t wanted) {
  const std::size_t known = kLaneLines - static_cast<std::size_t>(written_ - consumed_);
  if (known >= wanted) return known;
  const std::uint64_t consumed = lane_.consumed.load();
  if (consumed < consumed_ || consumed > written_) {
    return Error{ErrorCode::Malformed, "the other side has read what was not written"};
  }
  consumed_ = consumed;
  return kLaneLines - static_cast<std::size_t>(written_ - consumed_);
}

void LaneWriter::put(std::string_view piece) {
  const Place place(lane_, written_, piece.size());
  std::memcpy(place.first, piece.data(), place.first_size);
  if (place.first_size < piece.size()) {
    std::memcpy(place.second, piece.data() + place.first_size, piece.size() - place.first_size);
  }
  const std::uint64_t next = written_ + lines_of(piece.size());
  length_at(lane_, next).store(0, std::memory_order_relaxed);
  // Sequentially consistent with the look at the reader's attention that follows.
  length_at(lane_, written_).store(static_cast<std::uint32_t>(piece.size()));
  written_ = next;
}

Result<std::size_t> LaneWriter::write(std::string_view bytes) {
  std::size_t all = 0;
  while (all < bytes.size()) {
    const std::string_view piece = bytes.substr(all, kPieceMax);
    const std::size_t needed = lines_of(piece.size()) + 1;
    MP_TRY_ASSIGN(const std::size_t free, free_lines(needed));
    if (free < needed) break;
    put(piece);
    all += piece.size();
  }
  return all;
}

bool LaneWriter::has_room() const {
  const std::uint64_t consumed = lane_.consumed.load();
  const bool is_possible = consumed >= consumed_ && consumed <= written_;
  return !is_possible || kLaneLines - (written_ - consumed) >= kPieceLines + 1;
}

std::uint32_t LaneReader::next_length() const { return length_at(lane_, read_).load(); }

bool LaneReader::has_input() const { return next_length() != 0; }

Result<std::size_t> LaneReader::read(std::span<char> room) {
  MP_ASSERT(room.size() >= kPieceMax);
  const std::uint64_t begin = read_;
  std::size_t all = 0;
  // Not more than there can be: a writer that keeps no order could go round and round.
  while (read_ - begin < kLaneLines) {
    const std::size_t length = next_length();
    if (length > kPieceMax) return Error{ErrorCode::Malformed, "a piece of impossible length"};
    if (length == 0 || length > room.size() - all) break;
    const Place place(lane_, read_, length);
    std::memcpy(room.data() + all, place.first, place.first_size);
    if (place.first_size < length) {
      std::memcpy(room.data() + all + place.first_size, place.second, length - place.first_size);
    }
    all += length;
    read_ += lines_of(length);
  }
  passed_quarter_ = begin / kQuarter != read_ / kQuarter;
  if (passed_quarter_) {
    lane_.consumed.store(read_);  // before the look at the writer's attention
  } else if (read_ != begin) {
    lane_.consumed.store(read_, std::memory_order_release);
  }
  return all;
}

}  // namespace mp::manager
