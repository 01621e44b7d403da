#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
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

/// The first cache line of every segment. Written once, before anybody else can see the segment.
struct SegmentHeader {
  static constexpr std::uint32_t kMagic = 0x6d705347;  // "mpSG"

  std::uint32_t magic;
  std::uint16_t kind;
  std::uint16_t layout_version;
  std::uint64_t content_bytes;  ///< size of the content at creation
  std::uint64_t
      reserved_bytes;  ///< address space every process sets aside for the content to grow into
  std::byte unused[40];
};
static_assert(sizeof(SegmentHeader) == 64 && alignof(SegmentHeader) == 8);
static_assert(std::is_standard_layout_v<SegmentHeader> &&
              std::is_trivially_copyable_v<SegmentHeader>);

/// A piece of memory that this process shares with those it forks: a header and a zeroed content.
/// It has no name; it lives as long as somebody maps it or holds its descriptor, whoever made it
/// and however that one ended.
class Segment {
 public:
  struct Shape {
    Kind kind;
    std::uint16_t layout_version;
    std::size_t content_bytes;
    /// For a content that grows: how far. Address space only, no memory. At least content_bytes
    /// when not zero.
    std::size_t reserved_bytes = 0;
  };

  static Result<std::shared_ptr<Segment>> create(const Shape& shape);

  /// Maps the segment behind `fd`, which another process made. Its header is bytes from outside.
  /// Errors: Malformed  not a segment, or not of this kind, layout version and size
  static Result<std::shared_ptr<Segment>> open(base::UniqueFd fd, Kind kind,
                                               std::uint16_t layout_version,
                                               std::size_t content_bytes_min);

  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment();

  const SegmentHeader& header() const { return *static_cast<const SegmentHeader*>(base_); }
  std::byte* content() const { return static_cast<std::byte*>(base_) + sizeof(SegmentHeader); }
  /// How much content can be addressed; memory is there up to where it was created or grown to.
  std::size_t addressable_bytes() const { return mapped_bytes_ - sizeof(SegmentHeader); }
  int fd() const { return fd_.get(); }

  /// Provides zeroed memory for `bytes` of content from `offset` on. What is there already stays as
  /// it is. Errors: TooLarge  beyond what was reserved
  ///         System    no memory is left
  Result<void> provide(std::size_t offset, std::size_t bytes) const;

  /// Gives whole pages of that range back to the system; they read as zero. An advice: it may do
  /// nothing.
  void discard(std::size_t offset, std::size_t bytes) const;

 private:
  Segment(base::UniqueFd fd, void* base, std::size_t mapped_bytes)
      : fd_(std::move(fd)), base_(base), mapped_bytes_(mapped_bytes) {}

  base::UniqueFd fd_;
  void* base_;
  std::size_t mapped_bytes_;
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
Result<std::shared_ptr<State>> make_shared_state(std::size_t extra_bytes = 0) {
  MP_TRY_ASSIGN(std::shared_ptr<Segment> segment,
                Segment::create({.kind = State::kKind,
                                 .layout_version = State::kLayoutVersion,
                                 .content_bytes = sizeof(State) + extra_bytes}));
  State* state = new (segment->content()) State;
  return std::shared_ptr<State>(std::move(segment), state);
}

}  // namespace mp::shm
