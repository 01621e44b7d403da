#pragma once

#include <sys/types.h>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mp/clock.hpp"
#include "mp/result.hpp"

namespace mp {

namespace process {
struct State;
}

/// Thrown by a target (or anything it calls) to end its process, as Python's sys.exit does: with a
/// status, of which the low eight bits count, or with a text that goes to standard error and the
/// status 1.
class SystemExit {
 public:
  explicit SystemExit(int status = 0) : status_(status) {}
  explicit SystemExit(std::string message) : status_(1), message_(std::move(message)) {}

  int status() const { return status_; }
  const std::string& message() const { return message_; }

 private:
  int status_;
  std::string message_;
};

struct ProcessOptions {
  std::optional<std::string> name =
      std::nullopt;  ///< default: "Process-N", in a child of a child "Process-N:M"
  std::optional<bool> daemon = std::nullopt;  ///< default: that of the creating process
  /// What the child is sent when its parent has ended in whatever way, SIGKILL for example; 0 for
  /// nothing. A thread of the child waits for it.
  int parent_death_signal = 0;
};

class SpawnCall;
class Packer;
class Unpacker;

/// A child process. Made by fork it has everything its creator had, and shares the library's
/// objects with it; spawned it is a fresh process of the same program that has the arguments of its
/// function (spawn.hpp). The target's return ends it with exit code 0, an exception it lets out
/// with 1 and a text on standard error. Its standard input is empty. It leaves without running
/// atexit handlers or destroying static objects of the program, but joins its own children first.
///
/// A Process is a handle: copies name the same child. A handle may be destroyed while the child
/// runs. When the creating process exits normally (return from main, std::exit), daemonic children
/// are terminated and then all children are joined.
///
/// Errors:  InvalidArgument  a rule is broken, the message is CPython's
///          NotOwner         asked in another process than the one that made the object
///          Closed           after close()
///          System           the operating system refused
/// Sharing: any thread of the process that made it. Forking while other threads run leaves the
/// child with the
///          calling thread only, and with whatever those threads had locked.
/// Source:  Python 3 library, `multiprocessing.Process`.
class Process {
 public:
  using Target = std::function<void()>;

  /// Starts nothing yet. Without a target the child returns at once.
  explicit Process(Target target = {}, ProcessOptions options = {});
  /// The child will be spawned, and make that call.
  template <std::same_as<SpawnCall> Call>
  explicit Process(Call call, ProcessOptions options = {})
      : state_(spawned_state(std::move(call), std::move(options))) {}

  /// Errors: InvalidArgument  "cannot start a process twice", "daemonic processes are not allowed
  /// to have children"; of a spawned one: spawn_main() was not called, an argument cannot be passed
  ///         NotOwner         "can only start a process object created by current process"
  Result<void> start();

  /// Waits until the child has ended: true, or false when `timeout` passed first. May be repeated.
  /// Errors: InvalidArgument  "can only join a started process"
  Result<bool> join(Timeout timeout = kForever);

  /// False before start() and after the end. True in the child itself.
  Result<bool> is_alive() const;

  /// The status, or the negative number of the signal that ended it; nothing before the end.
  Result<std::optional<int>> exitcode() const;

  /// Nothing before start(); then the child's, also after its end.
  Result<std::optional<pid_t>> pid() const;

  std::string name() const;
  void set_name(std::string name);

  bool is_daemon() const;
  /// Errors: InvalidArgument  "process has already started"
  Result<void> set_daemon(bool daemon);

  /// A descriptor that becomes readable when the child has ended, and stays so; owned by this
  /// object. Errors: InvalidArgument  "process not started"
  Result<int> sentinel() const;

  /// Sends SIGTERM. Nothing happens when the child has ended.
  /// Errors: InvalidArgument  "process not started"
  Result<void> terminate();

  /// Sends SIGKILL, likewise.
  Result<void> kill();

  /// Gives up the child's resources; afterwards everything but name() and close() answers Closed.
  /// Errors: InvalidArgument  "Cannot close a process while it is still running. You should first
  /// call join()
  ///                          or terminate()."
  Result<void> close();

  /// See transfer.hpp: in a spawned child, or wherever the ticket goes, the handle is only good for
  /// the name, as in a forked one.
  Result<void> pack(Packer& packer) const;
  static Result<Process> unpack(Unpacker& unpacker);

  /// Whether the two handles name the same child.
  friend bool operator==(const Process&, const Process&) = default;

 private:
  friend std::vector<Process> active_children();
  static std::shared_ptr<process::State> spawned_state(SpawnCall call, ProcessOptions options);
  explicit Process(std::shared_ptr<process::State> state) : state_(std::move(state)) {}

  std::shared_ptr<process::State> state_;
};

/// The children of the calling process that have not ended. Reaps those that have.
std::vector<Process> active_children();

struct CurrentProcess {
  std::string name;  ///< "MainProcess" in a process that was not started as a Process
  pid_t pid;
  bool daemon;
};
CurrentProcess current_process();

/// The process that started the calling one as a Process, however either was made.
struct ParentProcess {
  std::string name;
  pid_t pid;

  bool is_alive() const;
  /// A descriptor that becomes readable when the parent has ended, in whatever way, and stays so;
  /// owned by the library.
  /// Errors: System  no descriptor is left
  Result<int> sentinel() const;
  /// Waits until the parent has ended: true, or false when `timeout` passed first.
  /// Errors: as sentinel
  Result<bool> join(Timeout timeout = kForever) const;
};
std::optional<ParentProcess> parent_process();

}  // namespace mp
