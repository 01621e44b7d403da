#pragma once

#include "shm/parking.hpp"
#include "shm/segment.hpp"

namespace mp::sync {

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

}  // namespace mp::sync
