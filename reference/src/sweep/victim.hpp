#pragma once

#include <sys/types.h>

#include "mp/clock.hpp"
#include "sweep/world.hpp"

namespace mp::sweep {

/// A forked process that runs a world's operation one machine instruction at a time, by ptrace(2),
/// until it is killed (SIGKILL): the death of a process at any chosen point of the library's real
/// code. Needs x86-64, and a system that lets a process trace its child.
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

  bool is_before_system_call() const;
  /// Begins the system call that it stands before, and returns when it sleeps there or has
  /// returned.
  void enter_system_call();
  /// Whether it fell asleep, and on_sleep was called.
  bool has_slept() const { return has_slept_; }

  void kill();

 private:
  Step step_through_system_call();
  bool has_stopped(int wait_options);

  std::function<void()> on_sleep_;
  pid_t pid_ = 0;
  bool has_slept_ = false;
  int status_ = 0;
};

}  // namespace mp::sweep
