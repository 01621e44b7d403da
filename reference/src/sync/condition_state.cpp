#include "sync/condition_state.hpp"

#include <limits>

namespace mp::sync {
namespace {

constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
/// Each store of an operation becomes visible after those before it, so a death between two of them
/// leaves the first ones behind and not the later ones.
constexpr std::memory_order kInOrder = std::memory_order_release;

}  // namespace

std::uint64_t ConditionState::enter() {
  const std::uint64_t ticket = next_ticket.load(kRelaxed);
  next_ticket.store(ticket + 1, kInOrder);
  waiting.store(waiting.load(kRelaxed) + 1, kInOrder);
  return ticket;
}

bool ConditionState::may_go(std::uint64_t ticket) const {
  return ticket < all_below.load(std::memory_order_acquire) ||
         (permits.load(std::memory_order_acquire) > 0 &&
          ticket < some_below.load(std::memory_order_acquire));
}

bool ConditionState::take_notification(std::uint64_t ticket) {
  if (ticket < all_below.load(kRelaxed)) return true;
  if (permits.load(kRelaxed) == 0 || ticket >= some_below.load(kRelaxed)) return false;
  permits.store(permits.load(kRelaxed) - 1, kInOrder);
  leave();
  return true;
}

void ConditionState::leave() { waiting.store(waiting.load(kRelaxed) - 1, kInOrder); }

void ConditionState::notify(std::uint64_t n) {
  const std::uint64_t sleeping = waiting.load(kRelaxed);
  if (sleeping == 0) return;
  const std::uint64_t granted = permits.load(kRelaxed);
  const bool all = n >= sleeping - granted;
  if (all) {
    all_below.store(next_ticket.load(kRelaxed), kInOrder);
    permits.store(0, kInOrder);
    waiting.store(0, kInOrder);
  } else {
    some_below.store(next_ticket.load(kRelaxed), kInOrder);
    permits.store(granted + n, kInOrder);
  }
  announced.word.fetch_add(1);
  if (all) {
    announced.wake_all();
  } else {
    announced.wake(n);
  }
}

}  // namespace mp::sync
