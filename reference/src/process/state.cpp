#include "process/state.hpp"

#include <sys/wait.h>

#include <cerrno>

namespace mp::process {
namespace {

#ifndef P_PIDFD
constexpr idtype_t kByPidfd = static_cast<idtype_t>(3);
#else
constexpr idtype_t kByPidfd = P_PIDFD;
#endif

}  // namespace

int to_exitcode(int code, int status) { return code == CLD_EXITED ? status : -status; }

Result<void> State::reap() {
  if (phase != Phase::Started) return {};
  siginfo_t info{};
  if (::waitid(kByPidfd, static_cast<id_t>(pidfd->get()), &info, WEXITED | WNOHANG) != 0) {
    // ECHILD: the program ignores SIGCHLD or reaps what it does not know. How the child ended is
    // lost.
    return system_error("waitid", errno);
  }
  if (info.si_pid == 0) return {};
  exitcode = to_exitcode(info.si_code, info.si_status);
  phase = Phase::Ended;
  return {};
}

}  // namespace mp::process
