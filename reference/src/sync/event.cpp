#include "mp/event.hpp"

#include "shm/parking.hpp"
#include "shm/segment.hpp"

namespace mp {
namespace sync {

/// The lowest bit of the word is the flag; the others count how often it was set, so that a waiter
/// notices a flag that was set and cleared while it slept. A death of a setter between the change
/// and the wake-up: waiters notice at the end of their slice.
struct EventState {
  static constexpr shm::Kind kKind = shm::Kind::Event;
  static constexpr std::uint16_t kLayoutVersion = 2;

  shm::Parking flag;

  static constexpr std::uint32_t kSet = 1;
  static constexpr std::uint32_t kOneSetting = 2;
};
static_assert(sizeof(EventState) == 12 && shm::SharedState<EventState>);

}  // namespace sync

using sync::EventState;

Result<Event> Event::create() {
  MP_TRY_ASSIGN(auto state, shm::make_shared_state<EventState>());
  return Event(std::move(state));
}

bool Event::is_set() const {
  return (state_->flag.word.load(std::memory_order_acquire) & EventState::kSet) != 0;
}

void Event::set() const {
  std::uint32_t seen = state_->flag.word.load();
  do {
    if ((seen & EventState::kSet) != 0) return;
  } while (!state_->flag.word.compare_exchange_weak(
      seen, (seen + EventState::kOneSetting) | EventState::kSet));
  state_->flag.wake_all();
}

void Event::clear() const { state_->flag.word.fetch_and(~EventState::kSet); }

bool Event::wait(Timeout timeout) const {
  const Deadline deadline = Deadline::after(timeout);
  shm::WaitSlices slices(deadline);
  const std::uint32_t first = state_->flag.word.load(std::memory_order_acquire);
  if ((first & EventState::kSet) != 0) return true;
  while (true) {
    const bool last_try = deadline.passed();
    // Clear when the wait began: any change is a setting.
    if (state_->flag.word.load(std::memory_order_acquire) != first) return true;
    if (last_try) return false;
    state_->flag.sleep(first, slices.next());
  }
}

}  // namespace mp
