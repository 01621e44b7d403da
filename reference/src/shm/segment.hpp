#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/unique_fd.hpp"
#include "mp/result.hpp"

namespace mp::shm {

/// What a segment holds. The numbers are part of the layout.
enum class Kind : std::uint16_t {
  Lock = 1,
  RLock = 2,
  Semaphore = 3,
  Condition = 4,
  Event = 5,
  Barrier = 6,
  Value = 7,
  Array = 8,
  Queue = 9,
};

/// "Lock"; "unknown" for a number of none of them.
std::string_view to_string(Kind kind);

/// The first cache line of every segment. Written once, before anybody else can see the segment.
struct SegmentHeader {
  static constexpr std::uint32_t kMagic = 0x6d705347;  // "mpSG"

  std::uint32_t magic;
  std::uint16_t kind;
  std::uint16_t layout_version;
  std::uint64_t content_bytes;  ///< size of the content at creation
  std::uint64_t
      reserved_bytes;       ///< address space every process sets aside for the content to grow into
  std::uint64_t id;         ///< random: no two segments of a machine have the same
  std::int64_t created_ns;  ///< nanoseconds since the epoch, CLOCK_REALTIME
  std::uint32_t creator;    ///< the process that made it, base::Identity
  std::uint32_t huge_pages;  ///< 1 when it was asked for huge pages
  std::byte unused[16];
};
static_assert(sizeof(SegmentHeader) == 64 && alignof(SegmentHeader) == 8 &&
              offsetof(SegmentHeader, id) == 24);
static_assert(std::is_standard_layout_v<SegmentHeader> &&
              std::is_trivially_copyable_v<SegmentHeader>);

/// How messages and programs call a segment: "Queue 00c0ffee00c0ffee".
std::string describe(const SegmentHeader& header);

/// What /proc/N/fd/M points to for the descriptor of a segment starts with this; kind and id
/// follow, as in "/memfd:mp.Queue.00c0ffee00c0ffee (deleted)".
inline constexpr std::string_view kSegmentLinkPrefix = "/memfd:mp.";
std::string segment_link_name(Kind kind, std::uint64_t id);

/// A piece of memory that several processes share: a header and a zeroed content. It has no name in
/// the file system; it lives as long as somebody maps it or holds its descriptor, whoever made it
/// and however that one ended. A process maps each segment once.
class Segment {
 public:
  struct Shape {
    Kind kind;
    std::uint16_t layout_version;
    std::size_t content_bytes;
    /// For a content that grows: how far. Address space only, no memory. At least content_bytes
    /// when not zero.
    std::size_t reserved_bytes = 0;
    /// Whether the system shall be asked for huge pages. It may have none: then these are ordinary.
    bool huge_pages = false;
  };

  static Result<std::shared_ptr<Segment>> create(const Shape& shape);

  /// Maps the segment behind `fd`, which another process may have made; the one there is when this
  /// process has it mapped. Its header is bytes from outside.
  /// Errors: Malformed  not a segment
  static Result<std::shared_ptr<Segment>> open(base::UniqueFd fd);
  /// Errors: Malformed  not a segment, or not of this kind, layout version and size
  static Result<std::shared_ptr<Segment>> open(base::UniqueFd fd, Kind kind,
                                               std::uint16_t layout_version,
                                               std::size_t content_bytes_min);

  /// The segment of this process whose content begins at `content`; null when there is none.
  static std::shared_ptr<Segment> of(const void* content);
  /// The segment with that id, if this process has it mapped.
  static std::shared_ptr<Segment> with_id(std::uint64_t id);

  /// Errors: Malformed  of another kind, layout version or size; the message names the segment
  Result<void> expect(Kind kind, std::uint16_t layout_version, std::size_t content_bytes_min) const;

  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment();

  const SegmentHeader& header() const { return *static_cast<const SegmentHeader*>(base_); }
  std::byte* content() const { return static_cast<std::byte*>(base_) + sizeof(SegmentHeader); }
  /// How much content can be addressed; memory is there up to where it was created or grown to.
  std::size_t addressable_bytes() const {
    return std::max(first_bytes_, room_bytes_) - sizeof(SegmentHeader);
  }
  /// Whether so much content at `offset` can be addressed, and lies in one piece: what a content
  /// has grown by does not follow what it was created with.
  bool can_address(std::size_t offset, std::size_t bytes) const {
    const std::size_t end = is_first(offset) ? first_bytes_ : room_bytes_;
    return bytes < end && offset + sizeof(SegmentHeader) <= end - bytes;
  }
  /// Where the content at `offset` begins, which can be addressed.
  std::byte* content_at(std::size_t offset) const {
    return static_cast<std::byte*>(is_first(offset) ? base_ : room_) + sizeof(SegmentHeader) +
           offset;
  }
  int fd() const { return fd_.get(); }

  /// Provides zeroed memory for `bytes` of content from `offset` on. What is there already stays as
  /// it is. Errors: TooLarge  beyond what was reserved
  ///         System    no memory is left
  Result<void> provide(std::size_t offset, std::size_t bytes) const;

  /// Gives whole pages of that range back to the system; they read as zero. An advice: it may do
  /// nothing.
  void discard(std::size_t offset, std::size_t bytes) const;

 private:
  explicit Segment(base::UniqueFd fd) : fd_(std::move(fd)) {}
  bool is_first(std::size_t offset) const { return offset + sizeof(SegmentHeader) < first_bytes_; }
  static Result<std::shared_ptr<Segment>> map(base::UniqueFd fd, const Shape& shape);

  base::UniqueFd fd_;
  void* base_ = nullptr;  // header and first content
  std::size_t first_bytes_ = 0;
  /// The whole file again, and what it may grow to. First contents have a mapping of their own so
  /// that many of them share pages of the page table; the ones amid so much room would take two
  /// pages each.
  void* room_ = nullptr;
  std::size_t room_bytes_ = 0;
};

/// A State that lives in the content of a segment of its own: `State::kKind` and
/// `State::kLayoutVersion` name its layout, and all bytes zero is what its constructor leaves
/// behind where it says nothing else.
template <class State>
concept SharedState = std::is_standard_layout_v<State> && std::is_trivially_destructible_v<State> &&
                          alignof(State) <= sizeof(SegmentHeader) &&
                      requires {
  { State::kKind } -> std::convertible_to<Kind>;
  { State::kLayoutVersion } -> std::convertible_to<std::uint16_t>;
};

/// A new State in a segment of its own, followed by `extra_bytes` of zeros. The pointer keeps the
/// segment mapped.
template <SharedState State>
Result<std::shared_ptr<State>> make_shared_state(std::size_t extra_bytes = 0,
                                                 bool huge_pages = false) {
  MP_TRY_ASSIGN(std::shared_ptr<Segment> segment,
                Segment::create({.kind = State::kKind,
                                 .layout_version = State::kLayoutVersion,
                                 .content_bytes = sizeof(State) + extra_bytes,
                                 .huge_pages = huge_pages}));
  State* state = new (segment->content()) State;
  return std::shared_ptr<State>(std::move(segment), state);
}

/// The State in a segment that another process made.
/// Errors: Malformed  another kind, layout version or size
template <SharedState State>
Result<std::shared_ptr<State>> shared_state_in(std::shared_ptr<Segment> segment) {
  MP_TRY(segment->expect(State::kKind, State::kLayoutVersion, sizeof(State)));
  auto* state = reinterpret_cast<State*>(segment->content());
  return std::shared_ptr<State>(std::move(segment), state);
}

}  // namespace mp::shm
