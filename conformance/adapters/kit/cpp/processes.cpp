// Actors as processes, by fork.
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "actor.hpp"

namespace mpspec::kit {
namespace {

class ForkProcess {
 public:
  explicit ForkProcess(std::function<int()> target) : target_(std::move(target)) {}
  ~ForkProcess() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  void start() {
    if (pid_ != 0) throw Error("AssertionError", "cannot start a process twice");
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0) throw Error("OSError", "cannot fork");
    if (child == 0) {
      const int code = target_();
      std::fflush(nullptr);
      ::_exit(code);  // what the parent registered for its own exit is not the child's
    }
    pid_ = child;
    descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  }

  void join(Patience patience) {
    need_started();
    pollfd entry{descriptor_, POLLIN, 0};
    timespec wait{};
    if (patience) {
      wait.tv_sec = patience->count() / 1'000'000'000;
      wait.tv_nsec = patience->count() % 1'000'000'000;
    }
    const bool ended = ::ppoll(&entry, 1, patience ? &wait : nullptr, nullptr) == 1;
    const std::lock_guard guard(mutex_);
    if (!ended || exitcode_) return;
    int status = 0;
    if (::waitpid(pid_, &status, 0) != pid_) throw Error("AssertionError", "not a child process");
    exitcode_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

  bool is_alive() {
    if (pid_ == 0) return false;
    join(std::chrono::nanoseconds(0));
    return !exitcode_;
  }

  void send(int signal) {
    need_started();
    if (is_alive()) ::kill(pid_, signal);
  }

  Value exitcode() {
    if (pid_ != 0) is_alive();
    return exitcode_ ? Value(*exitcode_) : Value();
  }

  [[nodiscard]] Value pid() const { return pid_ == 0 ? Value() : Value(pid_); }

 private:
  void need_started() const {
    if (pid_ == 0) throw Error("AssertionError", "the process was not started");
  }

  std::function<int()> target_;
  pid_t pid_ = 0;
  int descriptor_ = -1;
  std::mutex mutex_;
  std::optional<int> exitcode_;
};

/// The objects that the child shall have, under the same names.
Objects handed_objects(Call& call) {
  Objects handed;
  for (const Value& reference : call.get("objects", Value::array())) {
    const std::string name = reference.at("ref");
    handed.emplace(name, call.actor().find(name));
  }
  return handed;
}

std::shared_ptr<ForkProcess> new_process(Call& call) {
  if (call.has("method") && to_text(call.need("method")) != "fork")
    throw Error("ValueError", "cannot find context for " + to_text(call.need("method")));
  const Table& table = call.actor().table();
  const int number = static_cast<int>(to_int(call.need("actor")));
  return std::make_shared<ForkProcess>([&table, number, handed = handed_objects(call)] {
    return (new Actor(table, number, handed))
        ->run();  // the parent's actor lies in this memory, too
  });
}

}  // namespace

void add_fork_processes(Table& table) {
  table.feature("fork");
  table.make<ForkProcess>("Process.new", "actor objects name daemon method", new_process);
  const auto on = [&](const char* operation, const char* parameters, auto function) {
    table.on<ForkProcess>(operation, parameters, function);
  };
  on("Process.start", "", [](ForkProcess& process, Call&) { process.start(); });
  on("Process.join", "timeout",
     [](ForkProcess& process, Call& call) { process.join(call.timeout()); });
  on("Process.is_alive", "", [](ForkProcess& process, Call&) { return process.is_alive(); });
  on("Process.terminate", "", [](ForkProcess& process, Call&) { process.send(SIGTERM); });
  on("Process.kill", "", [](ForkProcess& process, Call&) { process.send(SIGKILL); });
  on("Process.exitcode", "", [](ForkProcess& process, Call&) { return process.exitcode(); });
  on("Process.pid", "", [](ForkProcess& process, Call&) { return process.pid(); });
}

}  // namespace mpspec::kit
