#include "sync/barrier_parties.hpp"

#include <algorithm>
#include <new>

#include "mp/assert.hpp"

namespace mp::sync {
namespace {

using Status = Place::Status;

Error broken_barrier() { return {ErrorCode::BrokenBarrier, "the barrier is broken"}; }

Place look(const std::atomic<std::uint64_t>& place) { return Place::from_bits(place.load()); }

}  // namespace

/// The barrier's lock for a scope, and its state in order.
class BarrierParties::Locked {
 public:
  explicit Locked(BarrierParties& parties) : guard_(parties.state_->lock) {
    if (guard_.owner_died()) parties.finish_ending();
  }

 private:
  RobustGuard guard_;
};

Result<std::shared_ptr<BarrierParties>> BarrierParties::create(std::uint32_t party_count) {
  const std::size_t place_count = 2 * std::size_t{party_count};
  MP_TRY_ASSIGN(auto state, shm::make_shared_state<BarrierState>(
                                place_count * (sizeof(PlaceWord) + sizeof(Presence))));
  state->party_count = party_count;
  // Zero is a free place, but a mutex has to be made.
  std::shared_ptr<BarrierParties> made(new BarrierParties(std::move(state)));
  std::uninitialized_default_construct(made->presences_.begin(), made->presences_.end());
  return made;
}

Result<std::shared_ptr<BarrierParties>> BarrierParties::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(auto segment, unpacker.shared());
  MP_TRY_ASSIGN(auto state, shm::shared_state_in<BarrierState>(segment));
  const std::size_t room = segment->header().content_bytes - sizeof(BarrierState);
  if (state->party_count == 0 ||
      room / (sizeof(PlaceWord) + sizeof(Presence)) / 2 < state->party_count) {
    return Error{ErrorCode::Malformed, shm::describe(segment->header()) +
                                           ": its number of parties, " +
                                           std::to_string(state->party_count) + ", is impossible"};
  }
  return std::shared_ptr<BarrierParties>(new BarrierParties(std::move(state)));
}

BarrierParties::BarrierParties(std::shared_ptr<BarrierState> state) : state_(std::move(state)) {
  const std::size_t place_count = 2 * std::size_t{state_->party_count};
  auto* places = reinterpret_cast<PlaceWord*>(state_.get() + 1);
  places_ = {places, place_count};
  presences_ = {reinterpret_cast<Presence*>(places + place_count), place_count};
}

int BarrierParties::waiting() const {
  return static_cast<int>(std::ranges::count_if(
      places_, [](const PlaceWord& place) { return look(place).status() == Status::Waiting; }));
}

Result<int> BarrierParties::wait(const std::function<void()>& action, const Deadline& deadline) {
  const Deadline never = Deadline::never();
  shm::WaitSlices slices(never);
  while (true) {
    const std::uint32_t round = state_->rounds.word.load();
    const Arrival arrival = arrive(static_cast<bool>(action));
    switch (arrival.kind) {
      case Arrival::Kind::Passed:
        state_->rounds.wake_all();
        return arrival.index;
      case Arrival::Kind::Broken:
        state_->rounds.wake_all();
        return broken_barrier();
      case Arrival::Kind::Act:
        return act(action, arrival);
      case Arrival::Kind::Wait:
        return wait_in(arrival.place, arrival.index, deadline);
      case Arrival::Kind::TryAgain:
        break;
    }
    state_->rounds.sleep(round, slices.next());
    break_if_a_party_died();
  }
}

BarrierParties::Arrival BarrierParties::arrive(bool has_action) {
  const Locked locked(*this);
  if (is_broken()) return {Arrival::Kind::Broken};
  // Who comes while the action of the round before is run belongs to the next round.
  if (state_->actor.load() != 0) return {Arrival::Kind::TryAgain};
  const int before_me = waiting();
  if (before_me + 1 == party_count()) {
    if (has_dead_party()) {
      end_round(RoundEnd::Break);
      return {Arrival::Kind::Broken};
    }
    if (has_action) {
      state_->actor.store(this_thread().identity.bits());
      return {Arrival::Kind::Act, before_me, 0, state_->rounds.word.load()};
    }
    end_round(RoundEnd::Pass);
    return {Arrival::Kind::Passed, before_me};
  }
  const std::optional<std::size_t> place = take_place();
  if (!place) return {Arrival::Kind::TryAgain};
  return {Arrival::Kind::Wait, before_me, *place};
}

/// Nothing when all places are taken by living parties that are about to leave.
std::optional<std::size_t> BarrierParties::take_place() {
  const auto take = [&](std::size_t place) {
    if (!presences_[place].begin()) return false;
    places_[place].store(Place(this_thread().identity, Status::Waiting).bits());
    return true;
  };
  for (std::size_t place = 0; place < places_.size(); ++place) {
    if (look(places_[place]).status() == Status::Free && take(place)) return place;
  }
  // Who died before leaving.
  for (std::size_t place = 0; place < places_.size(); ++place) {
    if (look(places_[place]).status() != Status::Waiting && take(place)) return place;
  }
  return std::nullopt;
}

void BarrierParties::leave(std::size_t place) {
  places_[place].store(Place().bits());
  presences_[place].end();
}

Result<int> BarrierParties::wait_in(std::size_t place, int index, const Deadline& deadline) {
  shm::WaitSlices slices(deadline);
  while (true) {
    const std::uint32_t round = state_->rounds.word.load();
    const bool last_try = deadline.passed();
    const Status status = look(places_[place]).status();
    if (status != Status::Waiting) {
      leave(place);
      if (status == Status::Passed) return index;
      return broken_barrier();
    }
    if (last_try) {
      break_round_of(place);
      continue;
    }
    state_->rounds.sleep(round, slices.next());
    if (state_->rounds.word.load() == round) break_if_a_party_died();
  }
}

void BarrierParties::break_round_of(std::size_t place) {
  {
    const Locked locked(*this);
    if (look(places_[place]).status() != Status::Waiting) return;
    end_round(RoundEnd::Break);
  }
  state_->rounds.wake_all();
}

Result<int> BarrierParties::act(const std::function<void()>& action, const Arrival& arrival) {
  try {
    action();
  } catch (...) {
    finish_act(arrival.round, RoundEnd::Break);
    throw;
  }
  if (!finish_act(arrival.round, RoundEnd::Pass)) return broken_barrier();
  return arrival.index;
}

/// Ends the round of an action, unless it ended while the action ran (by abort, reset or a
/// timeout).
bool BarrierParties::finish_act(std::uint32_t round, RoundEnd end) {
  bool is_my_round = false;
  {
    const Locked locked(*this);
    is_my_round = state_->rounds.word.load() == round;
    if (is_my_round) end_round(end);
  }
  state_->rounds.wake_all();
  return is_my_round;
}

void BarrierParties::abort() {
  {
    const Locked locked(*this);
    end_round(RoundEnd::Break);
  }
  state_->rounds.wake_all();
}

void BarrierParties::reset() {
  {
    const Locked locked(*this);
    end_round(RoundEnd::Reset);
  }
  state_->rounds.wake_all();
}

void BarrierParties::break_if_a_party_died() {
  {
    const Locked locked(*this);
    if (!has_dead_party()) return;
    end_round(RoundEnd::Break);
  }
  state_->rounds.wake_all();
}

/// With the lock held.
bool BarrierParties::has_dead_party() const {
  const auto actor = base::Identity::from_bits(state_->actor.load());
  if (!actor.is_nobody() && !base::is_thread_alive(actor)) return true;
  for (std::size_t place = 0; place < places_.size(); ++place) {
    if (look(places_[place]).status() == Status::Waiting && presences_[place].is_absent())
      return true;
  }
  return false;
}

/// With the lock held; the caller wakes those who wait once it has released it.
void BarrierParties::end_round(RoundEnd end) {
  state_->ending.store(end);  // COMMIT
  finish_ending();
}

/// May be done again from the start as long as `ending` stands.
void BarrierParties::finish_ending() {
  const RoundEnd end = state_->ending.load();
  if (end == RoundEnd::None) return;
  const Status outcome = end == RoundEnd::Pass ? Status::Passed : Status::Broken;
  if (end != RoundEnd::Pass) state_->broken.store(end == RoundEnd::Break ? 1 : 0);
  for (PlaceWord& word : places_) {
    const Place place = look(word);
    if (place.status() == Status::Waiting) word.store(Place(place.who(), outcome).bits());
  }
  state_->actor.store(0);
  state_->rounds.word.fetch_add(1);
  state_->ending.store(RoundEnd::None);
}

}  // namespace mp::sync
