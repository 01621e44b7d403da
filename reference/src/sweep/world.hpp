#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "mp/error.hpp"
#include "mp/result.hpp"

namespace mp::sweep {

/// How long anybody in a world waits for what has to come: longer than a point may take. Whoever
/// waits so long is stuck, also where the end of the wait would show it that it was not woken.
inline constexpr std::chrono::minutes kPatience{2};

/// How long a victim waits for what may never come.
inline constexpr std::chrono::milliseconds kImpatience{10};

/// An invariant that a death broke.
class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string& claim) {
  if (!holds) throw Broken("not so: " + claim);
}
/// The value of what has to succeed.
template <class T>
T require(Result<T> result, const std::string& claim) {
  if (!result)
    throw Broken("not so: " + claim + ": " + std::string(to_string(result.error().code)));
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// The objects of one operation, made anew for every point at which it is killed, and what the
/// processes around them do. Each function but `on_sleep` runs in a forked process; one that
/// throws Broken has found the object broken, one that does not end is stuck.
struct World {
  /// The victim: at full speed, then one instruction after the other until it is killed.
  std::function<void()> prepare = [] {};
  std::function<void()> operate;  ///< ends by itself, if only by a timeout

  /// Each in a process of its own, asleep in the library before the victim prepares, or when it has
  /// prepared. They end well after the victim's death, by what survivors do or by the death alone.
  std::vector<std::function<void()>> bystanders;
  std::vector<std::function<void()>> followers;

  /// What happens when the victim first falls asleep; after its death, when it never did. Done by
  /// the sweep's own process.
  std::function<void()> on_sleep = [] {};
  /// Each in a process of its own that begins at that moment, and ends as the bystanders do.
  std::vector<std::function<void()>> visitors;

  /// Two survivors, after the death. The first one looks at what is left; then both work on it at
  /// the same time; then the first one looks at what they made of it.
  std::function<void()> inspect;
  std::function<void(int survivor)> work = [](int) {};
  std::function<void()> conclude = [] {};
};

/// One operation of the library in one situation.
struct Operation {
  std::string name;  ///< as in "lock.acquire"
  std::function<World()> make;
};

}  // namespace mp::sweep
