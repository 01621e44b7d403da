#include "base/poll.hpp"

#include <cerrno>

namespace mp::base {

using namespace std::chrono_literals;

timespec to_timespec(Timeout remaining) {
  const Timeout bounded = std::clamp<Timeout>(remaining, kPoll, 1h);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(bounded);
  return {.tv_sec = static_cast<time_t>(seconds.count()),
          .tv_nsec = static_cast<long>((bounded - seconds).count())};
}

Result<int> poll_until(std::span<pollfd> entries, const Deadline& deadline) {
  while (true) {
    const timespec slice = to_timespec(deadline.remaining());
    const int ready = ::ppoll(entries.data(), entries.size(), &slice, nullptr);
    if (ready > 0) return ready;
    if (ready < 0 && errno != EINTR) return system_error("ppoll", errno);
    if (ready == 0 && deadline.passed()) return 0;
  }
}

Result<bool> poll_readable(int fd, const Deadline& deadline) {
  pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
  MP_TRY_ASSIGN(const int ready, poll_until({&entry, 1}, deadline));
  if ((entry.revents & POLLNVAL) != 0) return system_error("ppoll", EBADF);
  return ready > 0;
}

}  // namespace mp::base
