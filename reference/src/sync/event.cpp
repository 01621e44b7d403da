#include "mp/event.hpp"

#include "sync/event_state.hpp"

namespace mp {

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

Result<void> Event::pack(Packer& packer) const { return packer.shared(state_.get()); }

Result<Event> Event::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(auto segment, unpacker.shared());
  MP_TRY_ASSIGN(auto state, shm::shared_state_in<EventState>(std::move(segment)));
  return Event(std::move(state));
}

}  // namespace mp
