#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "process/state.hpp"

namespace mp::process {

/// The started children of this process that were not yet seen to have ended, in order of start.
/// Lives as long as the program, also during the destruction of its static objects.
class Children {
 public:
  static Children& instance();

  /// Held across fork, so that the child's copy is whole.
  std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }
  /// Call with lock() held.
  void add_locked(std::shared_ptr<State> child);
  /// In a new process, with lock() held: its parent's children are not its own.
  void forget_all_locked() { children_.clear(); }

  void remove(const State& child);
  /// Reaps, and returns those still alive.
  std::vector<std::shared_ptr<State>> active();

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<State>> children_;
};

/// What a normal exit does: terminates daemonic children, then joins all. Does nothing in a process
/// that was forked from the children's parent by other means than Process.
void finish_children();

/// Makes finish_children part of the normal exit of this program. Once.
void finish_children_at_exit();

}  // namespace mp::process
