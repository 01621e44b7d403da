#include "tests/support/crash.hpp"

#include <signal.h>

#include "tests/support/process_watch.hpp"

namespace mpspec {

void CrashConformance::SetUp() {
  ManagedConformance::SetUp();
  tolerate_leftovers();
}

void CrashConformance::kill(const Child& child) {
  const ProcessWatch watch(child.actor.pid());
  child.actor.kill();
  if (!watch.ended_by(adapter().deadline())) inconclusive("a killed process does not end");
}

void CrashConformance::kill_waiting(const Child& child, const Pending& operation,
                                    const std::vector<pid_t>& others) {
  wait_until_blocked(child.actor, operation, others);
  kill(child);
}

void CrashConformance::kill_process(pid_t pid) {
  const ProcessWatch watch(pid);
  ::kill(pid, SIGKILL);
  if (!watch.ended_by(adapter().deadline())) inconclusive("a killed process does not end");
}

void CrashConformance::kill_within(std::chrono::microseconds limit, const Child& child,
                                   const Pending& running) {
  const auto delay = std::uniform_int_distribution<long long>(0, limit.count())(random_);
  const auto ended = running.wait_until(Clock::now() + std::chrono::microseconds(delay));
  ASSERT_FALSE(ended) << "it ended by itself: " << to_text(*ended);
  kill(child);
}

pid_t CrashConformance::server_pid() {
  return static_cast<pid_t>(as_int(main().call(server(), "pid").value()));
}

void CrashConformance::acquire(Actor& actor, const Object& lock) {
  ASSERT_THAT(actor.call(lock, "acquire"), Returns(true));
}

void CrashConformance::release(Actor& actor, const Object& lock) {
  ASSERT_THAT(actor.call(lock, "release"), Returns(Value()));
}

void CrashConformance::expect_locked(Actor& actor, const Object& lock) {
  EXPECT_THAT(actor.call(lock, "acquire", {false}), Returns(false));
}

}  // namespace mpspec
