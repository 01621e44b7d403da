#pragma once

#include "shm/parking.hpp"
#include "shm/segment.hpp"

namespace mp::sync {

/// Who waits for a condition and who was notified. Everyone who waits draws a ticket; a
/// notification is for those who had drawn theirs before it.
///
/// Tickets below `all_below` are notified. Of those from there to `some_below`, as many as there
/// are `permits` may go on, whoever comes first. `waiting` counts the tickets from `all_below` on
/// whose owners wait.
///
/// Invariant:  permits < waiting, unless both are zero.
/// Everything but `announced` changes only under the condition's lock, which is the user's. Nobody
/// acknowledges: a waiter takes its permit only once it holds the lock again.
///
/// A death ... of a waiter:  it stays in `waiting`, until the next time all are notified. Its
/// permit is left for
///                           others. So no notification is lost, but a later one may let one waiter
///                           more go.
///         ... between any two stores of an operation:  the same, at worst.
///         ... of a notifier before it announced:  waiters look at the end of their slice.
struct ConditionState {
  static constexpr shm::Kind kKind = shm::Kind::Condition;
  static constexpr std::uint16_t kLayoutVersion = 3;

  shm::Parking announced;  ///< changes with every notification
  // Apart from the word that waiters look at again and again.
  alignas(64) std::atomic<std::uint64_t> next_ticket{0};
  std::atomic<std::uint64_t> all_below{0};
  std::atomic<std::uint64_t> some_below{0};
  std::atomic<std::uint64_t> permits{0};
  std::atomic<std::uint64_t> waiting{0};

  /// Draws a ticket.
  std::uint64_t enter();
  /// Whether it is worth the while to acquire the lock and ask take_notification. Without the lock.
  bool may_go(std::uint64_t ticket) const;
  /// Whether the owner of the ticket was notified; then it no longer waits.
  bool take_notification(std::uint64_t ticket);
  /// The owner of the ticket, who was not notified, waits no longer.
  void leave();
  /// Lets `n` of those who wait go on; all, when they are no more.
  void notify(std::uint64_t n);
};
static_assert(sizeof(ConditionState) == 128 && shm::SharedState<ConditionState>);

}  // namespace mp::sync
