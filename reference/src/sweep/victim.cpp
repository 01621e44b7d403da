#include "sweep/victim.hpp"

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
constexpr std::chrono::seconds kHangsAfter{10};

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
  Victim victim(nothing, nothing.on_sleep);
  return WIFSTOPPED(victim.status_) && victim.run_to({.address = victim.address()}) == Step::Done;
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
  if (is_before_system_call()) return proceed(PTRACE_SINGLESTEP);
  // Nothing but a system call takes long enough to be watched.
  if (::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0) return Step::Ended;
  return has_stopped(0) && WSTOPSIG(status_) == SIGTRAP ? Step::Done : Step::Ended;
}

Victim::Step Victim::run_to(const Place& place) {
  set_breakpoint(place.address);
  Step reached = Step::Done;
  for (long pass = 0; pass < place.pass && reached == Step::Done; ++pass) {
    reached = proceed(PTRACE_CONT);
  }
  if (reached != Step::Done) return reached;
  clear_breakpoint();
  for (long n = 0; n < place.repetition && reached == Step::Done; ++n) reached = step();
  return reached;
}

Victim::Step Victim::run_to_end() { return proceed(PTRACE_CONT); }

/// Any signal but the trap of a step or a breakpoint is that of the operation's end.
Victim::Step Victim::proceed(int request) {
  status_ = 0;
  if (ptrace(static_cast<__ptrace_request>(request), pid_, nullptr, nullptr) != 0) {
    return Step::Ended;
  }
  const Deadline deadline = Deadline::after(kHangsAfter);
  while (!has_stopped(WNOHANG)) {
    if (!has_slept_ && process_state(pid_) == 'S') {
      has_slept_ = true;
      on_sleep_();
    }
    if (deadline.passed()) return Step::Hangs;
    look_again_soon();
  }
  return WSTOPSIG(status_) == SIGTRAP ? Step::Done : Step::Ended;
}

void Victim::enter_system_call() {
  status_ = 0;
  if (::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0) return;
  while (!has_stopped(WNOHANG) && process_state(pid_) != 'S') look_again_soon();
}

bool Victim::has_stopped(int wait_options) {
  int status = 0;
  if (::waitpid(pid_, &status, wait_options) != pid_) return false;
  status_ = status;
  return WIFSTOPPED(status);
}

bool Victim::is_before_system_call() const {
  // The victim was forked from this process: its code is at the same place here.
  constexpr unsigned char kSystemCall[] = {0x0f, 0x05};
  return std::memcmp(reinterpret_cast<const void*>(address()), kSystemCall, sizeof kSystemCall) ==
         0;
}

#if defined(__x86_64__)

std::uintptr_t Victim::address() const {
  return static_cast<std::uintptr_t>(
      ::ptrace(PTRACE_PEEKUSER, pid_, offsetof(user_regs_struct, rip), nullptr));
}

void Victim::set_breakpoint(std::uintptr_t address) {
  constexpr long kEnableFirst = 1;  // of the control register: for execution at that address
  const bool is_set =
      ::ptrace(PTRACE_POKEUSER, pid_, offsetof(user, u_debugreg[0]), address) == 0 &&
      ::ptrace(PTRACE_POKEUSER, pid_, offsetof(user, u_debugreg[7]), kEnableFirst) == 0;
  MP_ASSERT(is_set);
}

void Victim::clear_breakpoint() {
  ::ptrace(PTRACE_POKEUSER, pid_, offsetof(user, u_debugreg[7]), 0L);
}

#else

std::uintptr_t Victim::address() const { return reinterpret_cast<std::uintptr_t>(&be_victim); }
void Victim::set_breakpoint(std::uintptr_t) {}
void Victim::clear_breakpoint() {}

#endif

}  // namespace mp::sweep
