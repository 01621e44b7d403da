#include "channel/ring.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "mp/assert.hpp"

namespace mp::channel {
namespace {

constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
constexpr std::memory_order kRelease = std::memory_order_release;

/// The first page of the segment is the header and the state; rings begin behind it.
constexpr std::uint64_t kFirstPage = 1;
static_assert(sizeof(shm::SegmentHeader) + sizeof(QueueState) <= Extent::kPageBytes);

/// How much address space a queue sets aside. A limit on address space may force it to be content
/// with less.
constexpr std::size_t kReservedBytesMost = std::size_t{1} << 35;
constexpr std::size_t kReservedBytesLeast = std::size_t{1} << 26;

/// How much of the ring a message takes.
std::uint64_t room_for(std::uint64_t length) {
  constexpr std::uint64_t kUnit = sizeof(MessageHeader);
  return kUnit + (length + kUnit - 1) / kUnit * kUnit;
}

/// The smallest ring that holds so many bytes.
unsigned capacity_log2_for(std::uint64_t bytes) {
  return static_cast<unsigned>(std::bit_width(bytes - 1));
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
  const Extent first(kFirstPage, capacity_log2);
  MP_ASSERT(first.capacity() >= Extent::kPageBytes);
  MP_TRY_ASSIGN(std::shared_ptr<shm::Segment> segment, create_segment(first));
  auto* state = new (segment->content()) QueueState;
  state->maxsize = maxsize;
  state->extent.store(first.bits(), kRelaxed);
  return Ring(std::move(segment));
}

bool Ring::is_empty() const { return state_->head.load(kRelaxed) == state_->tail.load(kRelaxed); }

std::uint64_t Ring::message_count() const {
  // Gets first: between the two readings puts only rises, so the difference never is negative.
  const std::uint64_t gets = state_->gets.load(std::memory_order_acquire);
  const std::uint64_t puts = state_->puts.load(std::memory_order_acquire);
  return puts - gets;
}

Result<void> Ring::put(BytesView message) const {
  const std::uint64_t room = room_for(message.size());
  MP_TRY(make_room(room));
  const std::uint64_t tail = state_->tail.load(kRelaxed);
  const std::uint64_t number = state_->puts.load(kRelaxed);
  header_at(tail) = {.number = number, .length = message.size()};
  write(tail + sizeof(MessageHeader), message);
  state_->tail.store(tail + room, kRelease);  // COMMIT
  state_->puts.store(number + 1, kRelease);
  return {};
}

Bytes Ring::get() const {
  MP_ASSERT(!is_empty());
  const std::uint64_t head = state_->head.load(kRelaxed);
  const MessageHeader header = header_at(head);
  Bytes message(header.length);
  read(head + sizeof(MessageHeader), message);
  state_->head.store(head + room_for(header.length), kRelease);  // COMMIT
  state_->gets.store(header.number + 1, kRelease);
  return message;
}

void Ring::recover() const {
  const std::uint64_t head = state_->head.load(kRelaxed);
  const std::uint64_t tail = state_->tail.load(kRelaxed);
  if (head == tail) {
    // At most one count is behind, and by one: that of the operation that emptied the ring and was
    // not counted.
    const std::uint64_t count = std::max(state_->puts.load(kRelaxed), state_->gets.load(kRelaxed));
    state_->puts.store(count, kRelease);
    state_->gets.store(count, kRelease);
    return;
  }
  const std::uint64_t first = header_at(head).number;
  std::uint64_t next = first;
  for (std::uint64_t position = head; position != tail;
       position += room_for(header_at(position).length)) {
    MP_ASSERT(position < tail && header_at(position).number == next);
    ++next;
  }
  state_->puts.store(next, kRelease);
  state_->gets.store(first, kRelease);
}

MessageHeader& Ring::header_at(std::uint64_t position) const {
  const Extent ring = extent();
  std::byte* place =
      segment_->content() + ring.content_offset() + (position & (ring.capacity() - 1));
  return *reinterpret_cast<MessageHeader*>(
      place);  // positions and capacity are multiples of its size
}

void Ring::write(std::uint64_t position, BytesView bytes) const {
  const Extent ring = extent();
  std::byte* base = segment_->content() + ring.content_offset();
  const std::uint64_t place = position & (ring.capacity() - 1);
  const std::size_t before_end = std::min<std::size_t>(bytes.size(), ring.capacity() - place);
  std::copy_n(bytes.data(), before_end, base + place);
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(before_end), bytes.end(), base);
}

void Ring::read(std::uint64_t position, std::span<std::byte> bytes) const {
  const Extent ring = extent();
  const std::byte* base = segment_->content() + ring.content_offset();
  const std::uint64_t place = position & (ring.capacity() - 1);
  const std::size_t before_end = std::min<std::size_t>(bytes.size(), ring.capacity() - place);
  std::copy_n(base + place, before_end, bytes.data());
  std::copy_n(base, bytes.size() - before_end, bytes.data() + before_end);
}

Result<void> Ring::make_room(std::uint64_t needed) const {
  const std::uint64_t used = state_->tail.load(kRelaxed) - state_->head.load(kRelaxed);
  if (extent().capacity() - used >= needed) return {};
  const Extent wanted = extent().behind(capacity_log2_for(used + needed));
  if (is_reserved(wanted)) return grow(wanted);
  const bool fits_when_empty =
      extent().capacity() >= needed || is_reserved(extent().behind(capacity_log2_for(needed)));
  if (fits_when_empty) return Error{ErrorCode::Full, "the queue cannot grow any further"};
  return Error{ErrorCode::TooLarge, "more than the queue can ever hold"};
}

bool Ring::is_reserved(Extent ring) const {
  return ring.content_offset() + ring.capacity() <= segment_->addressable_bytes();
}

Result<void> Ring::grow(Extent fresh) const {
  const Extent old = extent();
  MP_TRY(segment_->provide(fresh.content_offset(), fresh.capacity()));
  copy_messages(old, fresh);
  state_->extent.store(fresh.bits(), kRelease);  // COMMIT
  segment_->discard(old.content_offset(), old.capacity());
  return {};
}

void Ring::copy_messages(Extent from, Extent to) const {
  const std::byte* source = segment_->content() + from.content_offset();
  std::byte* target = segment_->content() + to.content_offset();
  const std::uint64_t tail = state_->tail.load(kRelaxed);
  std::uint64_t position = state_->head.load(kRelaxed);
  while (position != tail) {
    const std::uint64_t old_place = position & (from.capacity() - 1);
    const std::uint64_t new_place = position & (to.capacity() - 1);
    const std::uint64_t length =
        std::min({tail - position, from.capacity() - old_place, to.capacity() - new_place});
    std::memcpy(target + new_place, source + old_place, length);
    position += length;
  }
}

}  // namespace mp::channel
