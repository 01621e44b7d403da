#include "channel/message_queue.hpp"

#include <limits>

#include "mp/queue.hpp"

namespace mp::channel {
namespace {

using namespace std::chrono_literals;

/// How long an operation that may not wait still waits for the queue's lock, which is held for the
/// time of a copy. Only a process that was stopped in the middle of one makes it give up.
constexpr Timeout kLockPatience = 1s;

/// The queue's lock for a scope, and the ring in order.
class LockedRing {
 public:
  LockedRing(const Ring& ring, const Deadline& deadline)
      : lock_(ring.state().lock), outcome_(lock_.acquire(sync::this_process(), patient(deadline))) {
    if (outcome_ == Outcome::OwnerDied) ring.recover();
  }
  LockedRing(const LockedRing&) = delete;
  LockedRing& operator=(const LockedRing&) = delete;
  ~LockedRing() {
    if (*this) lock_.release();
  }

  explicit operator bool() const { return outcome_ != Outcome::TimedOut; }

 private:
  using Outcome = sync::RobustLock::Outcome;

  static Deadline patient(const Deadline& deadline) {
    const Deadline at_least = Deadline::after(kLockPatience);
    return deadline.when() > at_least.when() ? deadline : at_least;
  }

  sync::RobustLock& lock_;
  Outcome outcome_;
};

Error full() { return {ErrorCode::Full, "the queue is full"}; }
Error empty() { return {ErrorCode::Empty, "the queue is empty"}; }

}  // namespace

Result<std::shared_ptr<MessageQueue>> MessageQueue::create(std::int64_t maxsize,
                                                           unsigned capacity_log2) {
  constexpr std::int64_t kUnlimited = std::numeric_limits<std::int32_t>::max();
  if (maxsize > kUnlimited) return Error{ErrorCode::OutOfRange, "maxsize is beyond 2147483647"};
  MP_TRY_ASSIGN(
      Ring ring,
      Ring::create(static_cast<std::uint32_t>(maxsize > 0 ? maxsize : kUnlimited), capacity_log2));
  return std::shared_ptr<MessageQueue>(new MessageQueue(std::move(ring)));
}

Result<void> MessageQueue::check_open() const {
  if (is_closed()) return Error{ErrorCode::Closed, "the queue is closed"};
  return {};
}

Result<void> MessageQueue::put(BytesView message, const Deadline& deadline) {
  MP_TRY(check_open());
  if (message.size() > kQueueItemBytesMax)
    return Error{ErrorCode::TooLarge, "the item is too long"};
  shm::WaitSlices slices(deadline);
  while (true) {
    const bool last_try = deadline.passed();
    bool was_put = false;
    std::uint32_t seen = 0;
    {
      const LockedRing locked(ring_, deadline);
      if (!locked) return full();
      const Result<void> put = is_full() ? full() : ring_.put(message);
      was_put = put.has_value();
      if (was_put) {
        state().put_event.word.fetch_add(1);
      } else if (last_try || put.error().code != ErrorCode::Full) {
        return put;
      } else {
        seen = state().get_event.word.load();
      }
    }
    if (was_put) {
      state().put_event.wake(1);
      return {};
    }
    state().get_event.sleep(seen, slices.next());
  }
}

Result<Bytes> MessageQueue::get(const Deadline& deadline) {
  MP_TRY(check_open());
  shm::WaitSlices slices(deadline);
  while (true) {
    const bool last_try = deadline.passed();
    std::optional<Bytes> message;
    std::uint32_t seen = 0;
    {
      const LockedRing locked(ring_, deadline);
      if (!locked) return empty();
      if (!ring_.is_empty()) {
        message = ring_.get();
        state().get_event.word.fetch_add(1);
      } else if (last_try) {
        return empty();
      } else {
        seen = state().put_event.word.load();
      }
    }
    if (message) {
      state().get_event.wake(1);
      return *std::move(message);
    }
    state().put_event.sleep(seen, slices.next());
  }
}

Result<void> MessageQueue::task_done() {
  bool none_left = false;
  {
    const LockedRing locked(ring_, Deadline::never());
    const std::uint64_t puts = state().puts.load(std::memory_order_relaxed);
    const std::uint64_t dones = state().dones.load(std::memory_order_relaxed);
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
      const LockedRing locked(ring_, deadline);
      if (!locked) return false;
      if (state().dones.load(std::memory_order_relaxed) ==
          state().puts.load(std::memory_order_relaxed))
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
