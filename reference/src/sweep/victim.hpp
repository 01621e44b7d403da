#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>

#include "mp/clock.hpp"
#include "sweep/world.hpp"

namespace mp::sweep {

/// An instruction of an operation: where it is, how often the operation has come there by then,
/// and, where one instruction does its work again and again (as `rep movsb`), how often it did so.
struct Place {
  std::uintptr_t address = 0;
  long pass = 1;
  long repetition = 0;
};

/// A forked process that runs a world's operation under control of this one, by ptrace(2), up to
/// any chosen machine instruction, until it is killed (SIGKILL): the death of a process at any
/// chosen point of the library's real code. Needs x86-64, and a system that lets a process trace
/// its child.
class Victim {
 public:
  static bool is_possible();

  /// Has prepared and stands before the operation's first instruction.
  /// `on_sleep` is called when it first falls asleep.
  Victim(const World& world, std::function<void()> on_sleep);
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  ~Victim() { kill(); }

  enum class Step {
    Done,
    Ended,  ///< there was none: the operation is over
    Hangs,  ///< it sleeps in a system call, with nobody left to wake it
  };
  Step step();

  /// Runs at full speed until it stands before the instruction, by a breakpoint of the processor.
  Step run_to(const Place& place);
  Step run_to_end();

  std::uintptr_t address() const;
  bool is_before_system_call() const;
  /// Begins the system call that it stands before, and returns when it sleeps there or has
  /// returned.
  void enter_system_call();
  /// Whether it fell asleep, and on_sleep was called.
  bool has_slept() const { return has_slept_; }

  void kill();

 private:
  Step proceed(int request);
  void set_breakpoint(std::uintptr_t address);
  void clear_breakpoint();
  bool has_stopped(int wait_options);

  std::function<void()> on_sleep_;
  pid_t pid_ = 0;
  bool has_slept_ = false;
  int status_ = 0;
};

}  // namespace mp::sweep
