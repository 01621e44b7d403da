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

/// Tells one of those who sleep on `event`, if any may, that it changed. After the lock was
/// released: who is woken needs it.
void wake_one(shm::FutexWord& event, const std::atomic<std::uint32_t>& sleepers) {
  if (sleepers.load(std::memory_order_relaxed) > 0) shm::futex_wake(event, 1);
}

/// A caller that found nothing to do registers under the lock, so that whoever changes that later
/// sees it.
std::uint32_t register_sleeper(const shm::FutexWord& event, std::atomic<std::uint32_t>& sleepers) {
  sleepers.fetch_add(1, std::memory_order_relaxed);
  return event.load(std::memory_order_relaxed);
}

/// Sleeps for a slice unless the event came; no longer registered afterwards.
void sleep(shm::FutexWord& event, std::uint32_t seen, std::atomic<std::uint32_t>& sleepers,
           shm::WaitSlices& slices) {
  shm::futex_wait(event, seen, slices.next());
  sleepers.fetch_sub(1, std::memory_order_relaxed);
}

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
        state().put_event.fetch_add(1, std::memory_order_relaxed);
      } else if (last_try || put.error().code != ErrorCode::Full) {
        return put;
      } else {
        seen = register_sleeper(state().get_event, state().putters);
      }
    }
    if (was_put) {
      wake_one(state().put_event, state().getters);
      return {};
    }
    sleep(state().get_event, seen, state().putters, slices);
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
        state().get_event.fetch_add(1, std::memory_order_relaxed);
      } else if (last_try) {
        return empty();
      } else {
        seen = register_sleeper(state().put_event, state().getters);
      }
    }
    if (message) {
      wake_one(state().get_event, state().putters);
      return *std::move(message);
    }
    sleep(state().put_event, seen, state().getters, slices);
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
    if (none_left) state().join_event.fetch_add(1, std::memory_order_relaxed);
  }
  if (none_left && state().joiners.load(std::memory_order_relaxed) > 0) {
    shm::futex_wake_all(state().join_event);
  }
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
      seen = state().join_event.load(std::memory_order_relaxed);
      // Tasks are left, but there was a moment when none were.
      if (seen != first_seen.value_or(seen)) return true;
      if (last_try) return false;
      first_seen = seen;
      register_sleeper(state().join_event, state().joiners);
    }
    sleep(state().join_event, seen, state().joiners, slices);
  }
}

}  // namespace mp::channel
