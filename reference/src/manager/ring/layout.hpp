#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "shm/futex.hpp"
#include "shm/last_seen.hpp"

namespace mp::manager {

// The memory that a server shares with one client: spec/wire, "Shared memory". All numbers are the
// machine's own. The other side may write anything at any time.

inline constexpr std::size_t kLineBytes = 64;
inline constexpr std::size_t kLaneLines = 1024;
inline constexpr std::size_t kLaneBytes = kLaneLines * kLineBytes;
/// Bytes of a piece, the most.
inline constexpr std::size_t kPieceMax = 8 * 1024;

/// Lines that a piece takes: four bytes of length, then its bytes.
constexpr std::size_t lines_of(std::size_t piece) {
  return (sizeof(std::uint32_t) + piece + kLineBytes - 1) / kLineBytes;
}

/// Bytes on their way from one side to the other, in pieces that begin at a line each. Length and
/// bytes lie side by side, so that a short message is one line that moves between the processors.
///
/// Invariant: the length at the line that the reader looks at next is zero until the piece there is
/// whole. The writer puts a zero where the next piece will begin before it gives this one its
/// length, so a piece and one line beside it must be free.
///
/// A death of the writer leaves a piece without length, which nobody reads; one of the reader
/// leaves pieces that nobody takes. Either is told by the socket.
struct Lane {
  alignas(kLineBytes) std::atomic<std::uint64_t> consumed;  ///< lines; the reader's to write
  alignas(kLineBytes) std::byte bytes[kLaneBytes];          ///< the writer's to write
};

/// What a side does while nothing comes, and so how it is told that something has.
enum Attention : std::uint32_t {
  kAwake = 0,      ///< it looks by itself
  kAsleep = 1,     ///< in futex(2) on this word
  kListening = 2,  ///< for a byte on the socket
};

/// The side's own to write; who wakes it makes its attention kAwake.
struct Side {
  alignas(kLineBytes) shm::FutexWord attention;
  shm::LastSeen last_seen;
};

struct RingArea {
  static constexpr std::uint32_t kMagic = 0x6d70524e;  // "mpRN"
  static constexpr std::uint32_t kVersion = 1;

  std::uint32_t magic;
  std::uint32_t version;
  Side client;
  Side server;
  Lane requests;
  Lane replies;
};

static_assert(std::is_standard_layout_v<RingArea>);
static_assert(sizeof(Lane) == kLineBytes + kLaneBytes && sizeof(Side) == kLineBytes);
static_assert(offsetof(RingArea, client) == 64 && offsetof(RingArea, server) == 128);
static_assert(offsetof(RingArea, requests) == 192);
static_assert(offsetof(RingArea, replies) == 192 + sizeof(Lane));
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(lines_of(kPieceMax) + 1 < kLaneLines / 4);

}  // namespace mp::manager
