#include "channel/ring.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "mp/assert.hpp"

namespace mp::channel {
namespace {

constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
constexpr std::memory_order kAcquire = std::memory_order_acquire;
constexpr std::memory_order kRelease = std::memory_order_release;

/// The header and the state precede the first ring.
constexpr std::uint64_t kFirstBlock = 1;
static_assert(sizeof(shm::SegmentHeader) + sizeof(QueueState) <= Extent::kBlockBytes);

/// How much address space a queue sets aside: room for a message of a gibibyte wherever the ring
/// stands, after all smaller rings; and ten thousand queues fit into an address space. A limit on
/// address space may force it to be content with less.
constexpr std::size_t kReservedBytesMost = std::size_t{1} << 33;
constexpr std::size_t kReservedBytesLeast = std::size_t{1} << 26;
constexpr unsigned kCapacityLog2Max = 33;

/// A ring grows so that it holds two of the messages it grows for, as long as that is not more than
/// so many bytes.
constexpr std::uint64_t kRoomAtOnceMost = std::uint64_t{1} << 24;

/// Smaller rings grow without a thought. Of bigger ones some measurements say that a byte costs a
/// quarter of a nanosecond; a put that waits so long before it grows takes twice as long at worst.
constexpr std::uint64_t kBigRing = std::uint64_t{1} << 20;
constexpr std::uint64_t kBytesGrownPerNanosecond = 4;

/// How much of the ring a message takes, without filler.
std::uint64_t room_for(std::uint64_t length) {
  constexpr std::uint64_t kUnit = Mark::kUnitBytes;
  return kUnit + (length + kUnit - 1) / kUnit * kUnit;
}

std::uint64_t place_of(Mark mark, Extent ring) {
  return (mark.units() * Mark::kUnitBytes) & (ring.capacity() - 1);
}

/// What has to be filled up before a message so that it lies in one piece.
std::uint64_t filler_before(std::uint64_t place, std::uint64_t room, Extent ring) {
  return place + room <= ring.capacity() ? 0 : ring.capacity() - place;
}

Result<std::shared_ptr<shm::Segment>> create_segment(Extent first) {
  shm::Segment::Shape shape{.kind = QueueState::kKind,
                            .layout_version = QueueState::kLayoutVersion,
                            .content_bytes = first.content_offset() + first.capacity(),
                            .reserved_bytes = kReservedBytesMost};
  auto segment = shm::Segment::create(shape);
  while (!segment && shape.reserved_bytes > kReservedBytesLeast) {
    shape.reserved_bytes /= 2;
    segment = shm::Segment::create(shape);
  }
  return segment;
}

}  // namespace

Result<Ring> Ring::create(std::uint32_t maxsize, unsigned capacity_log2) {
  const Extent first(kFirstBlock, capacity_log2);
  MP_ASSERT(first.capacity() >= Extent::kBlockBytes);
  MP_TRY_ASSIGN(std::shared_ptr<shm::Segment> segment, create_segment(first));
  auto* state = new (segment->content()) QueueState;
  state->maxsize = maxsize;
  state->extent.store(first.bits(), kRelaxed);
  return Ring(std::move(segment));
}

Result<Ring> Ring::open(std::shared_ptr<shm::Segment> segment) {
  MP_TRY(segment->expect(QueueState::kKind, QueueState::kLayoutVersion, sizeof(QueueState)));
  const Ring ring(std::move(segment));
  const std::uint64_t bits = ring.state().extent.load(kAcquire);
  const Extent extent = Extent::from_bits(bits);
  const std::size_t room = ring.segment_->addressable_bytes();
  if ((bits & 0xff) > kCapacityLog2Max || extent.capacity() < Extent::kBlockBytes ||
      (bits >> 8) == 0 || (bits >> 8) > room / Extent::kBlockBytes || !ring.can_address(extent)) {
    return Error{ErrorCode::Malformed,
                 shm::describe(ring.segment_->header()) + ": its ring lies outside of it"};
  }
  return ring;
}

std::uint32_t Ring::message_count() const {
  // The head first: between the two readings the tail only rises, so the difference never is
  // negative. Both are the state after whole operations.
  const Mark head = load(state_->head, kAcquire);
  return messages_between(head, load(state_->tail, kAcquire));
}

bool Ring::is_full() const { return room_seen() == 0 && look_for_room() == 0; }

std::optional<Ring::Place> Ring::place_for(std::size_t length) const {
  const Extent ring = extent();
  const Mark tail = load(state_->tail, kRelaxed);
  const std::uint64_t room = room_for(length);
  const std::uint64_t start = place_of(tail, ring);
  const std::uint64_t filler = filler_before(start, room, ring);
  const std::uint64_t needed = filler + room;
  if (ring.capacity() - bytes_between(head_seen(), tail) < needed) {
    state_->head_seen.store(state_->head.load(kAcquire), kRelaxed);
    if (ring.capacity() - bytes_between(head_seen(), tail) < needed) return std::nullopt;
  }
  if (filler > 0) header_at(ring, start) = {MessageHeader::kFiller, filler};
  MessageHeader& header = header_at(ring, filler > 0 ? 0 : start);
  header = {MessageHeader::kMessage, length};
  auto* first = reinterpret_cast<std::byte*>(&header + 1);
  return Place{{first, length}, tail.after_message_of(needed)};
}

bool Ring::is_roomy_for(std::size_t length) const {
  const std::uint64_t capacity = extent().capacity();
  return capacity >= kBigRing && capacity >= 2 * room_for(length);
}

Timeout Ring::time_to_grow() const {
  return Timeout(2 * extent().capacity() / kBytesGrownPerNanosecond);
}

std::optional<Ring::Oldest> Ring::oldest() const {
  const Mark head = load(state_->head, kRelaxed);
  if (seen_ahead() == 0 && look_ahead() == 0) return std::nullopt;
  const Extent ring = extent();
  const std::uint64_t start = place_of(head, ring);
  const MessageHeader* header = &header_at(ring, start);
  std::uint64_t taken = 0;
  if (header->kind == MessageHeader::kFiller) {
    taken = header->length;
    header = &header_at(ring, (start + taken) & (ring.capacity() - 1));
  }
  taken += room_for(header->length);
  const auto* first = reinterpret_cast<const std::byte*>(header + 1);
  return Oldest{{first, header->length}, head.after_message_of(taken)};
}

std::uint32_t Ring::look_ahead() const {
  // Before the head moves on: it never overtakes what was seen of the tail.
  state_->tail_seen.store(state_->tail.load(kAcquire), kRelease);
  return seen_ahead();
}

Result<void> Ring::grow_for(std::size_t length) const {
  const Mark tail = load(state_->tail, kRelaxed);
  const std::uint64_t used = bytes_between(load(state_->head, kAcquire), tail);
  const std::uint64_t room = room_for(length);
  const Extent now = extent();
  const auto fits = [&](Extent ring) {
    return used + filler_before(place_of(tail, ring), room, ring) + room <= ring.capacity();
  };
  unsigned log2 = static_cast<unsigned>(std::bit_width(now.capacity()));
  if (now.capacity() == std::uint64_t{1} << kFirstCapacityLog2) log2 = kUsualCapacityLog2;
  // Where one message of that length is, others will be: growing once is cheaper than twice.
  while ((std::uint64_t{1} << log2) < std::min(2 * room, kRoomAtOnceMost)) ++log2;
  while (log2 < kCapacityLog2Max && !fits(now.behind(log2))) ++log2;
  if (can_address(now.behind(log2))) return grow(now.behind(log2));
  // Twice the room suffices wherever the tail stands.
  const unsigned enough_log2 = static_cast<unsigned>(std::bit_width(2 * room - 1));
  if (now.capacity() >= 2 * room || can_address(now.behind(enough_log2))) {
    return Error{ErrorCode::Full, "the queue cannot grow any further"};
  }
  return Error{ErrorCode::TooLarge, "the message is longer than the queue can ever hold"};
}

bool Ring::can_address(Extent ring) const {
  return segment_->can_address(ring.content_offset(), ring.capacity());
}

Result<void> Ring::grow(Extent fresh) const {
  const Extent old = extent();
  MP_TRY(segment_->provide(fresh.content_offset(), fresh.capacity()));
  copy_messages(old, fresh);
  state_->extent.store(fresh.bits(), kRelease);  // COMMIT
  segment_->discard(old.content_offset(), old.capacity());
  return {};
}

/// What lies in one piece in a ring does so in a bigger one, whose size is a multiple.
void Ring::copy_messages(Extent from, Extent to) const {
  const std::byte* source = segment_->content_at(from.content_offset());
  std::byte* target = segment_->content_at(to.content_offset());
  const Mark head = load(state_->head, kRelaxed);
  std::uint64_t position = head.units() * Mark::kUnitBytes;
  const std::uint64_t end = position + bytes_between(head, load(state_->tail, kRelaxed));
  while (position != end) {
    const std::uint64_t old_place = position & (from.capacity() - 1);
    const std::uint64_t new_place = position & (to.capacity() - 1);
    const std::uint64_t length =
        std::min({end - position, from.capacity() - old_place, to.capacity() - new_place});
    std::memcpy(target + new_place, source + old_place, length);
    position += length;
  }
}

}  // namespace mp::channel
