#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mp::introspection {

/// A mapping of another process, as /proc/N/maps has it.
struct Mapping {
  std::uint64_t first;   ///< address
  std::uint64_t end;     ///< address behind it
  std::uint64_t offset;  ///< of `first` in the file
  std::string path;      ///< "/memfd:mp.Lock.... (deleted)", "/dev/shm/psm_..."; may be empty
};
/// Those with a path that begins with `prefix`; none when the process cannot be looked into.
std::vector<Mapping> mappings(pid_t process, std::string_view prefix);

std::vector<pid_t> threads_of(pid_t process);

/// The process that a living thread is of; 0 when there is no such thread.
pid_t process_of(pid_t thread);

/// The address of the futex that the thread sleeps on; nothing when it does not, or may not be
/// looked into.
std::optional<std::uint64_t> futex_of(pid_t process, pid_t thread);

}  // namespace mp::introspection
