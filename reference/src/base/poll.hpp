#pragma once

#include <poll.h>

#include <span>

#include "mp/clock.hpp"
#include "mp/result.hpp"

namespace mp::base {

/// Waits until poll(2) reports something about one of `entries`, or the deadline. Signals do not
/// end the wait. Returns the number of entries with events; zero means that the deadline passed.
Result<int> poll_until(std::span<pollfd> entries, const Deadline& deadline);

/// Whether `fd` became readable (or reached its end) before the deadline.
Result<bool> poll_readable(int fd, const Deadline& deadline);

/// The rest of a wait as the operating system counts it, at most an hour: callers loop. Rounded up,
/// never down.
timespec to_timespec(Timeout remaining);

}  // namespace mp::base
