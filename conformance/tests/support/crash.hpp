// Cases that kill processes at chosen moments.
#pragma once

#include <random>

#include "tests/support/asleep.hpp"
#include "tests/support/managed.hpp"

namespace mpspec {

/// How long a case waits by an operation's own timeout for what a dead process
/// may have taken with it.
inline constexpr double kPatience = 0.5;

/// A lock may say that its holder died by an error; the caller has it all the same.
MATCHER(Acquires, "returns True or fails with OwnerDied") {
  return arg == Outcome(true) || arg.error() == "OwnerDied";
}

class CrashConformance : public ManagedConformance {
 protected:
  void SetUp() override;

  /// SIGKILL; returns when the kernel has closed all that the process had.
  void kill(const Child& child);
  /// The same while the operation waits, with the help of `others`.
  void kill_waiting(const Child& child, const Pending& operation,
                    const std::vector<pid_t>& others = {});
  /// SIGKILL for a process that is no actor.
  void kill_process(pid_t pid);
  /// SIGKILL in the middle of whatever the actor does at a moment that is drawn from the run's
  /// seed; `running` is an operation that never ends.
  void kill_within(std::chrono::microseconds limit, const Child& child, const Pending& running);

  pid_t server_pid();
  /// The server has done all it will do by itself.
  void settle() { wait_until_asleep({server_pid()}); }

  void acquire(Actor& actor, const Object& lock);
  void release(Actor& actor, const Object& lock);
  /// The actor cannot get the lock at this moment, because somebody else has it.
  void expect_locked(Actor& actor, const Object& lock);

 private:
  std::mt19937_64 random_{rc::detail::configuration().testParams.seed};
};

}  // namespace mpspec
