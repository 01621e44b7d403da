// Operations that have to wait for another one.
#pragma once

#include <chrono>
#include <functional>

#include "tests/support/conformance.hpp"

namespace mpspec {

/// When the operation that lets another one go was called: the waiting one must not return before.
inline Clock::time_point call_of(const Outcome& outcome) { return outcome.began; }
inline Clock::time_point call_of(Clock::time_point moment) { return moment; }

/// How long an operation must have waited before it is let go: on a busy machine one that does not
/// wait needs that to show it.
inline constexpr auto kSeenWaiting = 20ms;

/// Asserts that an operation does not return before the one that lets it go was called.
/// `start` begins the operation that has to wait and gives its Pending, `release` lets it go and
/// gives its own Outcome, or the moment directly before what it did; the two and `restore` together
/// leave everything as it was, so that they can be repeated. An operation that does not wait gets a
/// moment to show it. The moment orders nothing: it grows until the stamps prove that the operation
/// was called kSeenWaiting before `release` was. Returns the outcome of the operation that waited.
template <class Start, class Release>
Outcome expect_waits(
    Start&& start, Release&& release, const std::function<void()>& restore = [] {}) {
  for (auto moment = 40ms; moment < 5s; moment *= 2) {
    const Pending waiter = start();
    const auto early = waiter.wait_until(Clock::now() + moment);
    const Clock::time_point released = call_of(release());
    const Outcome outcome = waiter.wait();
    EXPECT_FALSE(early) << "it did not wait: " << to_text(*early);
    EXPECT_LE(released, outcome.ended) << "it returned before it was let go";
    if (early || outcome.began + kSeenWaiting <= released) return outcome;
    restore();
  }
  CaseContext::current().adapter()->stop(
      Verdict::inconclusive, "the operation never began in time before what lets it go");
}

/// How long an operation took in its actor.
inline std::chrono::nanoseconds duration(const Outcome& outcome) {
  return outcome.ended - outcome.began;
}

}  // namespace mpspec
