#pragma once

#include <cstddef>
#include <limits>

#include "shm/futex.hpp"
#include "shm/spin.hpp"

namespace mp::shm {

/// How many may sleep until a word changes. Zero at first.
///
/// Whoever changes the word then looks at the count; whoever waits raises the count and then lets
/// the kernel compare the word. All four are sequentially consistent, so at least one of them sees
/// the other, and nobody pays for a system call when nobody sleeps.
///
/// A death ... of a sleeper:  it stays counted: a futile wake-up now and then, for ever
///         ... between change and wake-up, or of the one sleeper that was woken:  the others look
///         again at the end of their slice
class Sleepers {
 public:
  /// Sleeps while the word is `seen`, for `at_most` that long. Returns early for any reason.
  void sleep(FutexWord& word, std::uint32_t seen, Timeout at_most) {
    count_.fetch_add(1);
    futex_wait(word, seen, at_most);
    count_.fetch_sub(1);
  }

  /// After a change of the word.
  void wake(FutexWord& word, std::size_t count) {
    constexpr std::size_t kAll = std::numeric_limits<int>::max();
    if (count_.load() > 0) futex_wake(word, static_cast<int>(std::min(count, kAll)));
  }

 private:
  std::atomic<std::uint32_t> count_{0};
};
static_assert(sizeof(Sleepers) == 4);

/// A word that changes when something happens, who sleeps until it does, and where it was last
/// made happen. Zero at first.
struct Parking {
  FutexWord word{0};
  Sleepers sleepers;
  LastSeen changer;

  /// Waits while the word is `seen`: awake for a moment when who changed it last runs on another
  /// processor, then asleep, for `at_most` that long. Returns early for any reason.
  void sleep(std::uint32_t seen, Timeout at_most) {
    if (at_most > kPoll && Spin::until(changer, [&] { return word.load() != seen; })) return;
    sleepers.sleep(word, seen, at_most);
  }

  /// After a change of the word.
  void wake(std::size_t count) {
    changer.here();
    sleepers.wake(word, count);
  }
  void wake_all() { wake(std::numeric_limits<std::size_t>::max()); }
};
static_assert(sizeof(Parking) == 12);

}  // namespace mp::shm
