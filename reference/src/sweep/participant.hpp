#pragma once

#include <sys/types.h>

#include <functional>

#include "base/unique_fd.hpp"
#include "mp/clock.hpp"

namespace mp::sweep {

/// Where the processes of a point say what they found broken; read once they have ended.
class FindingsPipe {
 public:
  FindingsPipe();
  void write(const std::string& finding) const;
  /// What was written so far.
  std::string read() const;

 private:
  base::UniqueFd reader_;
  base::UniqueFd writer_;
};

/// A forked process that does its part and ends, or is killed with this one, or by the destructor.
class Participant {
 public:
  enum class End { Well, Broken, Stuck };

  Participant(const std::function<void()>& body, const FindingsPipe& findings);
  Participant(Participant&& other) noexcept;
  Participant& operator=(Participant&&) = delete;
  ~Participant();

  /// Whether it sleeps (or has ended) before the deadline.
  bool await_asleep(const Deadline& deadline) const;
  /// How it ended; Stuck when it did not before the deadline.
  End await_end(const Deadline& deadline);

 private:
  pid_t pid_;
};

/// The state letter of a process, see proc(5); '?' when there is none.
char process_state(pid_t process);

/// Pauses between two looks at another process, so that it has the processor meanwhile. On a busy
/// machine a yield would cost more: it stands back behind everybody.
void look_again_soon();

/// As soon as the process that forked this one ends, this one is killed.
void die_with_parent(pid_t parent);

}  // namespace mp::sweep
