#include "sweep/victim.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <utility>

#include "base/identity.hpp"
#include "mp/assert.hpp"
#include "sweep/participant.hpp"

namespace mp::sweep {
namespace {

constexpr int kCannotTrace = 77;

/// Few instructions: those of the marker are stepped through, too.
inline void stop_here() { ::syscall(SYS_kill, ::getpid(), SIGSTOP); }

[[noreturn]] void be_victim(const World& world, pid_t parent) {
  die_with_parent(parent);
  // Who the child is costs some thousand instructions to find out, once. They touch nothing shared.
  base::this_process();
  base::this_thread();
  world.prepare();
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) ::_exit(kCannotTrace);
  stop_here();
  world.operate();
  stop_here();
  ::_exit(0);
}

}  // namespace

bool Victim::is_possible() {
#if defined(__x86_64__)
  World nothing;
  nothing.operate = [] {};
  return Victim(nothing, nothing.on_sleep).step() == Step::Done;
#else
  return false;
#endif
}

Victim::Victim(const World& world, std::function<void()> on_sleep)
    : on_sleep_(std::move(on_sleep)) {
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  MP_ASSERT(pid_ >= 0);
  if (pid_ == 0) be_victim(world, parent);
  static_cast<void>(has_stopped(0));
}

void Victim::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  // A tracer is told of stops that came before the end.
  while (::waitpid(pid_, &status_, 0) == pid_ && WIFSTOPPED(status_)) continue;
  pid_ = 0;
}

Victim::Step Victim::step() {
  if (!WIFSTOPPED(status_)) return Step::Ended;
  if (is_before_system_call()) return step_through_system_call();
  if (::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0) return Step::Ended;
  // Any signal but the step's own is that of the end.
  return has_stopped(0) && WSTOPSIG(status_) == SIGTRAP ? Step::Done : Step::Ended;
}

Victim::Step Victim::step_through_system_call() {
  enter_system_call();
  if (!WIFSTOPPED(status_)) {
    if (!std::exchange(has_slept_, true)) on_sleep_();
    const Deadline deadline = Deadline::after(kPatience);
    while (!has_stopped(WNOHANG)) {
      if (deadline.passed()) return Step::Hangs;
      ::sched_yield();
    }
  }
  return WSTOPSIG(status_) == SIGTRAP ? Step::Done : Step::Ended;
}

void Victim::enter_system_call() {
  status_ = 0;
  if (::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0) return;
  while (!has_stopped(WNOHANG) && process_state(pid_) != 'S') ::sched_yield();
}

bool Victim::has_stopped(int wait_options) {
  int status = 0;
  if (::waitpid(pid_, &status, wait_options) != pid_) return false;
  status_ = status;
  return WIFSTOPPED(status);
}

bool Victim::is_before_system_call() const {
#if defined(__x86_64__)
  const long address = ::ptrace(PTRACE_PEEKUSER, pid_, offsetof(user_regs_struct, rip), nullptr);
  // The victim was forked from this process: its code is at the same place here.
  constexpr unsigned char kSystemCall[] = {0x0f, 0x05};
  return std::memcmp(reinterpret_cast<const void*>(address), kSystemCall, sizeof kSystemCall) == 0;
#else
  return false;
#endif
}

}  // namespace mp::sweep
