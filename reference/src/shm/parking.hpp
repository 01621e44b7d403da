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

/// Who sleeps until there is something for him, where one who was woken wakes the next when there
/// is more: for what happens far more often than a sleeper can be woken. Who makes it happen wakes
/// somebody only when nobody is on his way already, so that a busy side pays for one system call
/// each time somebody slept, and not for one each time until he runs. Zero at first.
///
/// Who slept has to look, after sleep(), whether there is something for him; and, when there is
/// still more, to wake() as one who made it happen.
///
/// Sleepers sleep on `call_`: it is 1 while somebody waits to be called, and who makes something
/// happen takes the call before he wakes. So a late waker who takes the call of a sleeper that he
/// did not see coming keeps it from falling asleep. (The first version slept on the word that
/// changes; its model found the sleeper whose call had been taken.)
/// Invariant, without deaths: while somebody sleeps and there is something for him, `call_` is 1
/// and the next one wakes, or somebody is on his way who will set it, look, and wake.
/// A death ... of a sleeper:  it stays counted: a futile wake-up after each sleep, for ever
///         ... between taking the call and the wake-up, or on the way:  the others look again at
///         the end of their slice; until then nobody is woken
class SleepersInTurn {
 public:
  /// Sleeps while there is nothing, for `at_most` that long. Returns early for any reason.
  template <class IsNothing>
  void sleep(const IsNothing& is_nothing, Timeout at_most) {
    count_.fetch_add(1);
    call_.store(1);
    if (is_nothing()) futex_wait(call_, 1, at_most);
    // Woken, or in time, or by chance: it might have been the wake-up of another one.
    if (count_.fetch_sub(1) > 1) call_.store(1);
  }

  /// After something happened that is enough for so many.
  void wake(std::size_t count) {
    constexpr std::size_t kAll = std::numeric_limits<int>::max();
    if (call_.load() == 0 || call_.exchange(0) == 0) return;
    futex_wake(call_, static_cast<int>(std::min(count, kAll)));
  }

 private:
  std::atomic<std::uint32_t> count_{0};
  FutexWord call_{0};
};
static_assert(sizeof(SleepersInTurn) == 8);

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
