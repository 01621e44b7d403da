#include "process/children.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "mp/assert.hpp"

namespace mp::process {

Children& Children::instance() {
  static Children& children = *new Children;  // never destroyed: used by atexit handlers
  return children;
}

void Children::add_locked(std::shared_ptr<State> child) { children_.push_back(std::move(child)); }

void Children::remove(const State& child) {
  const std::lock_guard guard(mutex_);
  std::erase_if(children_, [&](const auto& known) { return known.get() == &child; });
}

std::vector<std::shared_ptr<State>> Children::active() {
  const std::lock_guard guard(mutex_);
  const pid_t self = ::getpid();
  std::erase_if(children_, [self](const std::shared_ptr<State>& child) {
    if (child->creator != self) return true;
    const std::lock_guard state_guard(child->mutex);
    return !child->reap() || child->phase != State::Phase::Started;
  });
  return children_;
}

void finish_children() {
  for (Process& child : active_children()) {
    // A child that cannot be signalled or waited for any more has ended: there is nobody left to
    // tell.
    if (child.is_daemon()) static_cast<void>(child.terminate());
  }
  for (Process& child : active_children()) static_cast<void>(child.join());
}

void finish_children_at_exit() {
  static const int registered = std::atexit(finish_children);
  MP_ASSERT(registered == 0);
}

}  // namespace mp::process
