#include "introspection/states.hpp"

#include "channel/queue_state.hpp"
#include "introspection/proc.hpp"
#include "sync/barrier_state.hpp"
#include "sync/condition_state.hpp"
#include "sync/event_state.hpp"
#include "sync/items_state.hpp"
#include "sync/semaphore_state.hpp"

namespace mp::introspection {
namespace {

using base::Identity;
using shm::Kind;
using shm::Segment;

void tell(Object& object, const char* what, const std::string& text) {
  object.details.emplace_back(what, text);
}
void tell(Object& object, const char* what, std::uint64_t number) {
  tell(object, what, std::to_string(number));
}

Holder process_holder(const char* what, Identity who) {
  return {.what = what, .process = who.number(), .is_alive = base::is_process_alive(who)};
}

Holder thread_holder(const char* what, Identity who) {
  const bool is_alive = base::is_thread_alive(who);
  return {.what = what,
          .process = is_alive ? process_of(who.number()) : 0,
          .thread = who.number(),
          .is_alive = is_alive};
}

std::optional<Time> to_time(std::uint32_t seconds) {
  if (seconds == 0) return std::nullopt;
  return Time(std::chrono::seconds(seconds));
}

/// A lock in the name of the process.
void add_lock(Object& object, const char* what, const sync::RobustLock& lock) {
  const Identity holder = lock.holder();
  if (!holder.is_nobody()) object.holders.push_back(process_holder(what, holder));
}

void read(const sync::LockState& state, const Segment&, Object& object) {
  const Identity holder = state.lock.holder();
  tell(object, "state", holder.is_nobody() ? "free" : "locked");
  if (holder.is_nobody()) return;
  object.holders.push_back(process_holder("lock", holder));
  object.holders.back().since = to_time(state.seen.since(holder));
}

void read(const sync::RLockState& state, const Segment&, Object& object) {
  const Identity holder = state.lock.holder();
  tell(object, "state", holder.is_nobody() ? "free" : "locked");
  if (holder.is_nobody()) return;
  object.holders.push_back(thread_holder("lock", holder));
  object.holders.back().count = state.depth.load();
  object.holders.back().since = to_time(state.seen.since(holder));
}

void read(const sync::SemaphoreState& state, const Segment&, Object& object) {
  tell(object, "value",
       std::to_string(state.value.word.load()) + " of " + std::to_string(state.initial));
  if (state.ledger.is_incomplete()) tell(object, "holders", "not all are known");
  for (const auto& [who, taken] : state.ledger.holdings()) {
    if (taken <= 0) continue;
    object.holders.push_back(process_holder("permits", who));
    object.holders.back().count = taken;
  }
}

void read(const sync::ConditionState& state, const Segment&, Object& object) {
  tell(object, "waiting", state.waiting.load());
}

void read(const sync::EventState& state, const Segment&, Object& object) {
  tell(object, "state", (state.flag.word.load() & sync::EventState::kSet) != 0 ? "set" : "clear");
}

void read(const sync::BarrierState& state, const Segment& segment, Object& object) {
  const auto* places = reinterpret_cast<const std::atomic<std::uint64_t>*>(&state + 1);
  const std::size_t count =
      std::min<std::size_t>(2 * std::size_t{state.party_count},
                            (segment.header().content_bytes - sizeof state) / sizeof *places);
  std::uint64_t waiting = 0;
  for (std::size_t n = 0; n < count; ++n) {
    const auto place = sync::Place::from_bits(places[n].load());
    if (place.status() == sync::Place::Status::Waiting) ++waiting;
  }
  tell(object, "parties", std::to_string(waiting) + " of " + std::to_string(state.party_count));
  tell(object, "state", state.broken.load() != 0 ? "broken" : "whole");
  add_lock(object, "lock", state.lock);
  const auto actor = Identity::from_bits(state.actor.load());
  if (!actor.is_nobody()) object.holders.push_back(thread_holder("action", actor));
}

void read_items(const sync::ItemsState& state, Object& object) {
  const char letter = static_cast<char>(state.typecode);
  tell(object, "typecode", std::string(1, to_typecode(letter) ? letter : '?'));
  tell(object, "length", state.length);
}
void read(const sync::ValueState& state, const Segment& segment, Object& object) {
  read(state.lock, segment, object);
  read_items(state, object);
}
void read(const sync::ArrayState& state, const Segment& segment, Object& object) {
  read(state.lock, segment, object);
  read_items(state, object);
}

void read(const channel::QueueState& state, const Segment&, Object& object) {
  using channel::Mark;
  const Mark head = Mark::from_bits(state.head.load());
  const Mark tail = Mark::from_bits(state.tail.load());
  tell(object, "messages", messages_between(head, tail));
  tell(object, "message_bytes", bytes_between(head, tail));
  constexpr std::uint32_t kUnlimited = 0x7fffffff;
  tell(object, "maxsize",
       state.maxsize == kUnlimited ? "unlimited" : std::to_string(state.maxsize));
  tell(object, "unfinished_tasks", tail.messages() - state.dones.load());
  add_lock(object, "put lock", state.put_lock);
  add_lock(object, "get lock", state.get_lock);
  add_lock(object, "task lock", state.task_lock);
}

template <class State>
void read_as(const Segment& segment, Object& object) {
  const auto fits = segment.expect(State::kKind, State::kLayoutVersion, sizeof(State));
  if (!fits) {
    object.trouble = fits.error().message;
    return;
  }
  read(*reinterpret_cast<const State*>(segment.content()), segment, object);
}

}  // namespace

void read_state(const Segment& segment, Object& object) {
  switch (static_cast<Kind>(segment.header().kind)) {
    case Kind::Lock:
      return read_as<sync::LockState>(segment, object);
    case Kind::RLock:
      return read_as<sync::RLockState>(segment, object);
    case Kind::Semaphore:
      return read_as<sync::SemaphoreState>(segment, object);
    case Kind::Condition:
      return read_as<sync::ConditionState>(segment, object);
    case Kind::Event:
      return read_as<sync::EventState>(segment, object);
    case Kind::Barrier:
      return read_as<sync::BarrierState>(segment, object);
    case Kind::Value:
      return read_as<sync::ValueState>(segment, object);
    case Kind::Array:
      return read_as<sync::ArrayState>(segment, object);
    case Kind::Queue:
      return read_as<channel::QueueState>(segment, object);
  }
}

std::string waited_for(Kind kind, std::uint64_t offset) {
  const auto is_within = [](std::uint64_t place, std::size_t sleepers) {
    return place >= sleepers && place < sleepers + sizeof(shm::SleepersInTurn);
  };
  const std::uint64_t place = offset - sizeof(shm::SegmentHeader);
  switch (kind) {
    case Kind::Semaphore:
      return "a permit";
    case Kind::Condition:
      return "a notification";
    case Kind::Event:
      return "its being set";
    case Kind::Barrier:
      return place == 0 ? "lock" : "the other parties";
    case Kind::Queue:
      if (is_within(place, offsetof(channel::QueueState, getters))) return "a message";
      if (is_within(place, offsetof(channel::QueueState, putters))) return "room";
      if (place == offsetof(channel::QueueState, put_lock)) return "put lock";
      if (place == offsetof(channel::QueueState, get_lock)) return "get lock";
      return "its tasks";
    default:
      return "lock";
  }
}

}  // namespace mp::introspection
