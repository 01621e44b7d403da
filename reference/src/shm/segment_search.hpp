#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "shm/segment.hpp"

namespace mp::shm {

/// A descriptor that some process has of a segment, as its link in /proc tells.
struct SegmentDescriptor {
  pid_t process;
  int fd;
  std::string_view kind;  ///< "Queue"; valid during the call
  std::uint64_t id;
};

/// Calls `visit` for each descriptor of a segment that the process has, until it returns false.
/// False when it did, or when the process cannot be looked into.
bool visit_segments(pid_t process, const std::function<bool(const SegmentDescriptor&)>& visit);

/// The processes of this machine that can be seen, by number.
std::vector<pid_t> visible_processes();

/// The segment behind a descriptor of another process.
/// Errors: NotFound   the process or its descriptor is gone, or is of no segment with that id
///         Malformed  not a segment
///         System     the operating system refused: a process of another user
Result<std::shared_ptr<Segment>> open_segment_of(pid_t process, int fd, std::uint64_t id);

/// The segment with that id: this process's own; else by that descriptor of that process; else from
/// any process of this user that has it.
/// Errors: NotFound  no such process has it any more
Result<std::shared_ptr<Segment>> find_segment(Kind kind, std::uint64_t id, pid_t process, int fd);

}  // namespace mp::shm
