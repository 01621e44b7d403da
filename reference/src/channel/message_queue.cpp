#include "channel/message_queue.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "mp/queue.hpp"
#include "shm/spin.hpp"

namespace mp::channel {
namespace {

using namespace std::chrono_literals;
using Outcome = sync::RobustLock::Outcome;

/// How long an operation that may not wait still waits for one of the queue's locks, which are held
/// for the time of a copy. Only a process that was stopped in the middle of one, or that thinks
/// about a reservation, makes it give up.
constexpr Timeout kLockPatience = 1s;

Deadline patient(const Deadline& deadline) {
  const Deadline at_least = Deadline::after(kLockPatience);
  return deadline.when() > at_least.when() ? deadline : at_least;
}

/// How long a producer leaves a full queue to its consumers, at most, before it looks again.
constexpr std::uint32_t kRoomPausesMost = 32;

/// How often a put looks for room in a ring that could grow.
constexpr int kChancesBeforeGrowing = 8;

/// In a queue of so many messages a producer that finds one place leaves it so long.
constexpr std::uint32_t kManyMessages = 64;
constexpr int kRoomPauses = 16;

/// Whether the lock was acquired. What a dead holder left is in order, see QueueState.
bool acquire(sync::RobustLock& lock, const Deadline& deadline) {
  if (lock.try_acquire_briefly(base::this_process())) return true;
  // Only now: a deadline costs a look at the clock.
  return lock.acquire_contended(sync::this_process(), patient(deadline)) != Outcome::TimedOut;
}

/// One of the queue's locks for a scope.
class Held {
 public:
  Held(sync::RobustLock& lock, const Deadline& deadline)
      : lock_(lock), is_held_(acquire(lock, deadline)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (is_held_) lock_.release();
  }

  explicit operator bool() const { return is_held_; }
  /// Leaves it held, for who will release it.
  void keep() { is_held_ = false; }

 private:
  sync::RobustLock& lock_;
  bool is_held_;
};

/// Who slept wakes the next one in turn when he is through, see shm::SleepersInTurn.
template <class WakeNext>
class InTurn {
 public:
  explicit InTurn(WakeNext wake_next) : wake_next_(std::move(wake_next)) {}
  InTurn(const InTurn&) = delete;
  InTurn& operator=(const InTurn&) = delete;
  ~InTurn() {
    if (has_slept_) wake_next_();
  }

  void slept() { has_slept_ = true; }

 private:
  WakeNext wake_next_;
  bool has_slept_ = false;
};

Error full() { return {ErrorCode::Full, "the queue is full"}; }
Error empty() { return {ErrorCode::Empty, "the queue is empty"}; }

bool has_moved(const std::atomic<std::uint64_t>& mark, Mark seen) {
  return mark.load() != seen.bits();
}

}  // namespace

Result<std::shared_ptr<MessageQueue>> MessageQueue::create(std::int64_t maxsize,
                                                           unsigned capacity_log2) {
  constexpr std::int64_t kUnlimited = std::numeric_limits<std::int32_t>::max();
  if (maxsize > kUnlimited) {
    return Error{ErrorCode::OutOfRange, "a queue's maxsize is at most 2147483647"};
  }
  MP_TRY_ASSIGN(
      Ring ring,
      Ring::create(static_cast<std::uint32_t>(maxsize > 0 ? maxsize : kUnlimited), capacity_log2));
  return std::shared_ptr<MessageQueue>(new MessageQueue(std::move(ring)));
}

Result<std::shared_ptr<MessageQueue>> MessageQueue::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(auto segment, unpacker.shared());
  MP_TRY_ASSIGN(Ring ring, Ring::open(std::move(segment)));
  return std::shared_ptr<MessageQueue>(new MessageQueue(std::move(ring)));
}

Result<void> MessageQueue::check_open() const {
  if (is_closed()) return Error{ErrorCode::Closed, "the queue is closed"};
  return {};
}

/// With put_lock held. Full also when the ring could grow, but may not.
Result<Ring::Place> MessageQueue::find_room(std::size_t length, bool may_grow,
                                            const Deadline& deadline) const {
  if (ring_.is_full()) return full();
  // A producer that takes each place at once holds its consumer up with each, see SecondMessage.
  if (state().maxsize >= kManyMessages && ring_.room_seen() == 1 && ring_.look_for_room() == 1) {
    shm::Spin::pauses(kRoomPauses);
    ring_.look_for_room();
  }
  if (const auto place = ring_.place_for(length)) return *place;
  if (!may_grow && ring_.is_roomy_for(length)) return full();
  const Held consumers(state().get_lock, deadline);
  if (!consumers) return full();
  MP_TRY(ring_.grow_for(length));
  const auto place = ring_.place_for(length);
  MP_ASSERT(place.has_value());
  return *place;
}

/// Waits until there is room, and calls `use(lock, place)` with put_lock held.
template <class Use>
Result<void> MessageQueue::with_room(std::size_t length, const Deadline& deadline, const Use& use) {
  if (is_closed()) return check_open();
  if (length > kQueueItemBytesMax) {
    return Error{ErrorCode::TooLarge, "a queue's message has at most 1073741824 bytes"};
  }
  shm::WaitSlices slices(deadline);
  InTurn turn([&] {
    if (!is_full()) wake_putters(1);
  });
  // The ring grows, but not before consumers had as long to make room as growing would take; and
  // where others always are faster to take the room, not later than after a few times.
  int chances = kChancesBeforeGrowing;
  while (true) {
    const bool last_try = deadline.passed();
    bool would_grow = false;
    Mark seen(0, 0);
    {
      Held held(state().put_lock, deadline);
      if (!held) return full();
      const Result<Ring::Place> place = find_room(length, chances <= 0 || last_try, deadline);
      if (place) {
        use(held, *place);
        return {};
      }
      if (last_try || place.error().code != ErrorCode::Full) return place.error();
      would_grow = chances > 0 && !ring_.is_full();
      seen = ring_.head_seen();
    }
    chances = std::max(0, chances - 1);
    if (await_room(seen)) continue;
    const Timeout slice = slices.next();
    sleep_until_room(seen, would_grow ? std::min(slice, ring_.time_to_grow()) : slice);
    turn.slept();
    if (!has_moved(state().head, seen)) chances = 0;
  }
}

Result<void> MessageQueue::put(BytesView message, const Deadline& deadline) {
  MP_TRY(with_room(message.size(), deadline, [&](const Held&, const Ring::Place& place) {
    state().putter.here();
    append(message, place);
  }));
  wake_getters(1);
  return {};
}

void MessageQueue::append(BytesView message, const Ring::Place& place) const {
  if (!message.empty()) std::memcpy(place.bytes.data(), message.data(), message.size());
  ring_.commit(place);
}

bool MessageQueue::append_if_there_is_room(BytesView message) const {
  if (message.size() > kQueueItemBytesMax || ring_.is_full()) return false;
  const std::optional<Ring::Place> place = ring_.place_for(message.size());
  if (!place) return false;
  append(message, *place);
  return true;
}

Result<std::size_t> MessageQueue::put_many(std::span<const BytesView> messages,
                                           const Deadline& deadline) {
  std::size_t done = 0;
  while (done < messages.size()) {
    const std::size_t before = done;
    const Result<void> put =
        with_room(messages[done].size(), deadline, [&](const Held&, const Ring::Place& first) {
          state().putter.here();
          append(messages[done], first);
          ++done;
          // What needs more than there is at once is for the next round.
          while (done < messages.size() && append_if_there_is_room(messages[done])) ++done;
        });
    if (!put) {
      if (done > 0) return done;
      return put.error();
    }
    wake_getters(done - before);
  }
  return done;
}

Result<Ring::Place> MessageQueue::reserve(std::size_t length, const Deadline& deadline) {
  Ring::Place reserved{{}, Mark(0, 0)};
  MP_TRY(with_room(length, deadline, [&](Held& held, const Ring::Place& place) {
    reserved = place;
    held.keep();
  }));
  return reserved;
}

void MessageQueue::commit(const Ring::Place& place) {
  state().putter.here();
  ring_.commit(place);
  state().put_lock.release();
  wake_getters(1);
}

void MessageQueue::abandon() { state().put_lock.release(); }

/// Waits until there is a message, and calls `use(lock, oldest)` with get_lock held.
template <class Use>
Result<void> MessageQueue::with_oldest(const Deadline& deadline, const Use& use) {
  if (is_closed()) return check_open();
  shm::WaitSlices slices(deadline);
  InTurn turn([&] {
    if (size() > 0) wake_getters(1);
  });
  while (true) {
    const bool last_try = deadline.passed();
    Mark seen(0, 0);
    {
      Held held(state().get_lock, deadline);
      if (!held) return empty();
      if (const auto oldest = ring_.oldest()) {
        if (ring_.seen_ahead() == 1) {
          second_message_.wait_if_it_pays([&] { return ring_.look_ahead() > 1; });
        }
        use(held, *oldest);
        return {};
      }
      if (last_try) return empty();
      seen = Mark::from_bits(state().head.load(std::memory_order_relaxed));
    }
    if (wait_for_message(seen, slices)) turn.slept();
  }
}

Result<Bytes> MessageQueue::get(const Deadline& deadline) {
  Bytes message;
  MP_TRY(with_oldest(deadline, [&](const Held&, const Ring::Oldest& oldest) {
    message.assign(oldest.bytes.begin(), oldest.bytes.end());
    state().getter.here();
    ring_.consume(oldest);
  }));
  wake_putters(1);
  return message;
}

Result<std::vector<Bytes>> MessageQueue::get_many(std::size_t count_max, const Deadline& deadline) {
  std::vector<Bytes> messages;
  if (count_max == 0) {
    MP_TRY(check_open());
    return messages;
  }
  MP_TRY(with_oldest(deadline, [&](const Held&, const Ring::Oldest& first) {
    state().getter.here();
    const auto take = [&](const Ring::Oldest& oldest) {
      messages.emplace_back(oldest.bytes.begin(), oldest.bytes.end());
      ring_.consume(oldest);
    };
    take(first);
    while (messages.size() < count_max) {
      const std::optional<Ring::Oldest> next = ring_.oldest();
      if (!next) break;
      take(*next);
    }
  }));
  wake_putters(messages.size());
  return messages;
}

Result<Ring::Oldest> MessageQueue::peek(const Deadline& deadline) {
  Ring::Oldest seen{{}, Mark(0, 0)};
  MP_TRY(with_oldest(deadline, [&](Held& held, const Ring::Oldest& oldest) {
    seen = oldest;
    held.keep();
  }));
  return seen;
}

void MessageQueue::consume(const Ring::Oldest& oldest) {
  state().getter.here();
  ring_.consume(oldest);
  state().get_lock.release();
  wake_putters(1);
}

/// Whoever waits for the message may have been woken for it and found the lock taken: it looks
/// again by itself.
void MessageQueue::leave() { state().get_lock.release(); }

/// The head was `seen` when there was no room. Whether it moved, which consumers that are awake on
/// another processor get a moment for.
bool MessageQueue::await_room(Mark seen) const {
  // A full queue of many messages has room for several soon.
  const Mark tail = Mark::from_bits(state().tail.load(std::memory_order_relaxed));
  const int pauses = static_cast<int>(std::min(messages_between(seen, tail) / 4, kRoomPausesMost));
  return shm::Spin::until_some(state().getter, pauses,
                               [&] { return has_moved(state().head, seen); });
}

void MessageQueue::sleep_until_room(Mark seen, Timeout at_most) const {
  state().putters.sleep([&] { return !has_moved(state().head, seen); }, at_most);
}

/// The tail was `seen` when there was no message: where the head is. Whether the caller slept.
bool MessageQueue::wait_for_message(Mark seen, shm::WaitSlices& slices) const {
  const auto& tail = state().tail;
  if (shm::Spin::until(state().putter, [&] { return has_moved(tail, seen); })) return false;
  state().getters.sleep([&] { return !has_moved(tail, seen); }, slices.next());
  return true;
}

// Between the commit and the look at who sleeps a lock was released: its compare-exchange is a full
// barrier on the processors this runs on, so that a sleeper is seen, or sees the commit.

void MessageQueue::wake_getters(std::size_t messages) const { state().getters.wake(messages); }

void MessageQueue::wake_putters(std::size_t messages) const { state().putters.wake(messages); }

Result<void> MessageQueue::task_done() {
  bool none_left = false;
  {
    const Held held(state().task_lock, Deadline::never());
    const std::uint32_t puts =
        Mark::from_bits(state().tail.load(std::memory_order_acquire)).messages();
    const std::uint32_t dones = state().dones.load(std::memory_order_relaxed);
    if (dones == puts)
      return Error{ErrorCode::InvalidArgument, "task_done() called too many times"};
    state().dones.store(dones + 1, std::memory_order_release);  // COMMIT
    none_left = dones + 1 == puts;
    if (none_left) state().join_event.word.fetch_add(1);
  }
  if (none_left) state().join_event.wake_all();
  return {};
}

bool MessageQueue::join(const Deadline& deadline) {
  shm::WaitSlices slices(deadline);
  std::optional<std::uint32_t> first_seen;
  while (true) {
    const bool last_try = deadline.passed();
    std::uint32_t seen = 0;
    {
      const Held held(state().task_lock, deadline);
      if (!held) return false;
      if (state().dones.load(std::memory_order_relaxed) ==
          Mark::from_bits(state().tail.load(std::memory_order_acquire)).messages())
        return true;
      seen = state().join_event.word.load();
      // Tasks are left, but there was a moment when none were.
      if (seen != first_seen.value_or(seen)) return true;
      if (last_try) return false;
      first_seen = seen;
    }
    state().join_event.sleep(seen, slices.next());
  }
}

}  // namespace mp::channel
