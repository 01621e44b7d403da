#include "mp/process.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/poll.hpp"
#include "process/bootstrap.hpp"
#include "process/children.hpp"
#include "process/current.hpp"
#include "process/spawn.hpp"
#include "process/state.hpp"

namespace mp {
namespace {

using process::Birth;
using process::Children;
using process::Current;
using process::State;
using Phase = process::State::Phase;

Error broken_rule(std::string text) { return {ErrorCode::InvalidArgument, std::move(text)}; }

/// Only the creator can wait for the child; elsewhere the object merely is a name.
Result<void> check_creator(const State& state, const char* only_the_creator) {
  if (state.creator != ::getpid()) return Error{ErrorCode::NotOwner, only_the_creator};
  return {};
}

Result<void> check_open(const State& state) {
  if (state.phase == Phase::Closed) return Error{ErrorCode::Closed, "process object is closed"};
  return {};
}

std::shared_ptr<State> new_state(ProcessOptions options) {
  Current& current = Current::instance();
  std::vector<int> numbers = current.numbers;
  numbers.push_back(++current.processes_made);
  std::string default_name = process::default_name(numbers);
  auto state = std::make_shared<State>(::getpid(), std::move(numbers));
  state->name = std::move(options.name).value_or(std::move(default_name));
  state->daemon = options.daemon.value_or(current.daemon);
  state->parent_death_signal = options.parent_death_signal;
  return state;
}

/// The child's descriptor. Without one the child could not be waited for: then there shall be no
/// child.
Result<std::shared_ptr<base::UniqueFd>> open_pidfd(pid_t pid) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (fd >= 0) return std::make_shared<base::UniqueFd>(fd);
  const int reason = errno;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  return system_error("pidfd_open", reason);
}

bool is_current(const State& state) { return Current::instance().self == &state; }

Result<void> send_signal(State& state, int signal) {
  MP_TRY(check_creator(state, "can only signal a child process"));
  const std::lock_guard guard(state.mutex);
  MP_TRY(check_open(state));
  if (state.phase == Phase::Initial) return broken_rule("process not started");
  if (state.phase == Phase::Ended) return {};
  const long sent = ::syscall(SYS_pidfd_send_signal, state.pidfd->get(), signal, nullptr, 0);
  if (sent != 0 && errno != ESRCH) return system_error("pidfd_send_signal", errno);
  return {};
}

}  // namespace

Process::Process(Target target, ProcessOptions options) : state_(new_state(std::move(options))) {
  state_->target = std::move(target);
}

std::shared_ptr<State> Process::spawned_state(SpawnCall call, ProcessOptions options) {
  auto state = new_state(std::move(options));
  state->call = std::move(call);
  return state;
}

Result<void> Process::start() {
  MP_TRY(check_creator(*state_, "can only start a process object created by current process"));
  const Current& current = Current::instance();
  active_children();  // reaps: a program that never joins must not collect zombies
  process::finish_children_at_exit();

  std::unique_lock children_lock = Children::instance().lock();
  std::unique_lock state_lock(state_->mutex);
  MP_TRY(check_open(*state_));
  if (state_->phase != Phase::Initial) return broken_rule("cannot start a process twice");
  if (current.daemon) return broken_rule("daemonic processes are not allowed to have children");

  process::flush_standard_streams();
  Birth birth{.target = {},
              .name = state_->name,
              .daemon = state_->daemon,
              .parent_death_signal = state_->parent_death_signal,
              .numbers = state_->numbers,
              .parent = {.name = current.name, .pid = state_->creator}};
  pid_t pid = 0;
  if (state_->call) {
    MP_TRY_ASSIGN(pid, process::spawn_child(birth, *state_->call));
  } else {
    pid = ::fork();
    if (pid < 0) return system_error("fork", errno);
  }
  if (pid == 0) {
    birth.target = std::move(state_->target);
    birth.self = state_.get();
    Children::instance().forget_all_locked();
    state_lock.unlock();
    children_lock.unlock();
    process::run_child(std::move(birth));
  }
  MP_TRY_ASSIGN(state_->pidfd, open_pidfd(pid));
  state_->pid = pid;
  state_->phase = Phase::Started;
  Children::instance().add_locked(state_);
  // What the target or the call holds belongs to the child now. Let go of it last: its destructors
  // are the caller's code.
  const Target released = std::move(state_->target);
  const std::optional<SpawnCall> made = std::exchange(state_->call, std::nullopt);
  state_lock.unlock();
  children_lock.unlock();
  return {};
}

Result<bool> Process::join(Timeout timeout) {
  const Deadline deadline = Deadline::after(timeout);
  MP_TRY(check_creator(*state_, "can only join a child process"));
  std::shared_ptr<base::UniqueFd> pidfd;
  {
    const std::lock_guard guard(state_->mutex);
    MP_TRY(check_open(*state_));
    if (state_->phase == Phase::Initial) return broken_rule("can only join a started process");
    if (state_->phase == Phase::Ended) return true;
    pidfd = state_->pidfd;
  }
  MP_TRY_ASSIGN(const bool ended, base::poll_readable(pidfd->get(), deadline));
  if (!ended) return false;
  {
    const std::lock_guard guard(state_->mutex);
    MP_TRY(state_->reap());
  }
  Children::instance().remove(*state_);
  return true;
}

Result<bool> Process::is_alive() const {
  if (is_current(*state_)) return true;
  MP_TRY(check_creator(*state_, "can only test a child process"));
  const std::lock_guard guard(state_->mutex);
  MP_TRY(check_open(*state_));
  MP_TRY(state_->reap());
  return state_->phase == Phase::Started;
}

Result<std::optional<int>> Process::exitcode() const {
  MP_TRY(check_creator(*state_, "can only test a child process"));
  const std::lock_guard guard(state_->mutex);
  MP_TRY(check_open(*state_));
  MP_TRY(state_->reap());
  return state_->exitcode;
}

Result<std::optional<pid_t>> Process::pid() const {
  if (is_current(*state_)) return std::optional(::getpid());
  MP_TRY(check_creator(*state_, "can only test a child process"));
  const std::lock_guard guard(state_->mutex);
  MP_TRY(check_open(*state_));
  return state_->phase == Phase::Initial ? std::nullopt : std::optional(state_->pid);
}

std::string Process::name() const {
  const std::lock_guard guard(state_->mutex);
  return state_->name;
}

void Process::set_name(std::string name) {
  const std::lock_guard guard(state_->mutex);
  state_->name = std::move(name);
}

bool Process::is_daemon() const {
  const std::lock_guard guard(state_->mutex);
  return state_->daemon;
}

Result<void> Process::set_daemon(bool daemon) {
  const std::lock_guard guard(state_->mutex);
  MP_TRY(check_open(*state_));
  if (state_->phase != Phase::Initial) return broken_rule("process has already started");
  state_->daemon = daemon;
  return {};
}

Result<int> Process::sentinel() const {
  MP_TRY(check_creator(*state_, "can only test a child process"));
  const std::lock_guard guard(state_->mutex);
  MP_TRY(check_open(*state_));
  if (state_->phase == Phase::Initial) return broken_rule("process not started");
  return state_->pidfd->get();
}

Result<void> Process::terminate() { return send_signal(*state_, SIGTERM); }

Result<void> Process::kill() { return send_signal(*state_, SIGKILL); }

Result<void> Process::close() {
  MP_TRY(check_creator(*state_, "can only close a child process"));
  {
    const std::lock_guard guard(state_->mutex);
    MP_TRY(state_->reap());
    if (state_->phase == Phase::Started) {
      return broken_rule(
          "Cannot close a process while it is still running. You should first call join() or "
          "terminate().");
    }
    state_->phase = Phase::Closed;
    state_->pidfd.reset();
  }
  Children::instance().remove(*state_);
  return {};
}

Result<void> Process::pack(Packer& packer) const {
  packer.number(static_cast<std::uint64_t>(state_->creator));
  packer.bytes(bytes_view(name()));
  packer.number(is_daemon());
  return {};
}

Result<Process> Process::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const std::uint64_t creator, unpacker.number());
  MP_TRY_ASSIGN(const Bytes name, unpacker.bytes());
  MP_TRY_ASSIGN(const std::uint64_t daemon, unpacker.number());
  auto state = std::make_shared<State>(static_cast<pid_t>(creator), std::vector<int>());
  state->name = text_view(name);
  state->daemon = daemon != 0;
  state->phase = Phase::Closed;  // nor does it get back what its creator has
  return Process(std::move(state));
}

std::vector<Process> active_children() {
  std::vector<Process> processes;
  for (auto& state : Children::instance().active()) processes.push_back(Process(std::move(state)));
  return processes;
}

}  // namespace mp
