#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "mp/process.hpp"
#include "mp/spawn.hpp"

namespace mp::process {

/// What all handles of one child share. Lives in the creating process; a forked child's copy of it
/// is only good for telling that it is in the wrong process.
struct State {
  enum class Phase { Initial, Started, Ended, Closed };

  const pid_t creator;
  const std::vector<int>
      numbers;  ///< 2, 1 is the first process made by the second one of the main process

  std::mutex mutex;  ///< guards what follows
  Phase phase = Phase::Initial;
  Process::Target target;
  std::optional<SpawnCall> call;  ///< of a child that is to be spawned
  std::string name;
  bool daemon = false;
  int parent_death_signal = 0;
  pid_t pid = 0;  ///< from Started on
  std::shared_ptr<base::UniqueFd>
      pidfd;  ///< from Started until Closed; a waiting thread holds its own reference
  std::optional<int> exitcode;  ///< from Ended on

  State(pid_t creating_process, std::vector<int> child_numbers)
      : creator(creating_process), numbers(std::move(child_numbers)) {}

  /// Started -> Ended when the child has ended; never waits. Call with the mutex held.
  Result<void> reap();
};

/// How waitid(2) told the end, as an exit code: a status, or the negative number of a signal.
int to_exitcode(int code, int status);

}  // namespace mp::process
