#include "process/current.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "base/poll.hpp"

namespace mp {
namespace process {

Current& Current::instance() {
  static Current& current = *new Current;  // never destroyed: used by atexit handlers
  return current;
}

void Current::set_parent(ParentProcess process) {
  parent = std::move(process);
  parent_sentinel.reset();
}

namespace {

/// A descriptor that is readable once the parent of that number has ended.
Result<base::UniqueFd> open_parent_sentinel(pid_t pid) {
  base::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd && errno != ESRCH) return system_error("pidfd_open", errno);
  // Still the parent after the descriptor was made: it is the parent's, and of no later process
  // with its number.
  if (pidfd && ::getppid() == pid) return pidfd;
  base::UniqueFd ready(::eventfd(1, EFD_CLOEXEC));
  if (!ready) return system_error("eventfd", errno);
  return ready;
}

}  // namespace

void signal_at_parents_death(int signal) {
  const auto sentinel = Current::instance().parent->sentinel();
  if (!sentinel) {  // no descriptor is left: whoever wants to die with its parent does it at once
    ::kill(::getpid(), signal);
    return;
  }
  // Signals are for the program's own threads.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread([fd = *sentinel, signal] {
    // An error is none of the parent's end: the descriptor stays open as long as the process.
    while (!base::poll_readable(fd, Deadline::never()).value_or(false)) {
    }
    ::kill(::getpid(), signal);
  }).detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::string default_name(const std::vector<int>& numbers) {
  std::string name = "Process";
  char separator = '-';
  for (const int number : numbers) {
    name += separator;
    name += std::to_string(number);
    separator = ':';
  }
  return name;
}

}  // namespace process

CurrentProcess current_process() {
  const process::Current& current = process::Current::instance();
  return {.name = current.name, .pid = ::getpid(), .daemon = current.daemon};
}

bool ParentProcess::is_alive() const { return ::getppid() == pid; }

Result<int> ParentProcess::sentinel() const {
  process::Current& current = process::Current::instance();
  const std::lock_guard guard(current.parent_mutex);
  if (!current.parent_sentinel) {
    MP_TRY_ASSIGN(current.parent_sentinel, process::open_parent_sentinel(pid));
  }
  return current.parent_sentinel.get();
}

Result<bool> ParentProcess::join(Timeout timeout) const {
  const Deadline deadline = Deadline::after(timeout);
  MP_TRY_ASSIGN(const int fd, sentinel());
  return base::poll_readable(fd, deadline);
}

std::optional<ParentProcess> parent_process() { return process::Current::instance().parent; }

}  // namespace mp
