#include "manager/ring/ring_client.hpp"

#include <errno.h>
#include <poll.h>

namespace mp::manager {
namespace {

/// Asleep, a server's death is not noticed; at the socket it is, but to be woken there costs more.
constexpr std::chrono::milliseconds kAsleepAtMost{4};

}  // namespace

template <class Ready>
bool RingClient::sleep_until(const Ready& ready) {
  const Deadline deadline = Deadline::after(kAsleepAtMost);
  bool is_ready = false;
  do {
    end_->attend(kAsleep);
    is_ready = ready();
    if (!is_ready) shm::futex_wait(end_->attention(), kAsleep, deadline.remaining());
  } while (!is_ready && !(is_ready = ready()) && !deadline.passed());
  end_->attend(kAwake);
  return is_ready;
}

template <class Ready>
Result<void> RingClient::listen_until(const Ready& ready) {
  bool has_ended = false;
  while (true) {
    end_->attend(kListening);
    if (ready()) break;
    if (has_ended) return Error{ErrorCode::Disconnected, "the server has closed the connection"};
    pollfd entry{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&entry, 1, -1) < 0 && errno != EINTR) return system_error("poll", errno);
    // What it said before its end is still there.
    if (entry.revents != 0) has_ended = !end_->hear();
  }
  end_->attend(kAwake);
  return {};
}

template <class Ready>
Result<void> RingClient::await(const Ready& ready) {
  if (ready()) return {};
  if (end_->is_peer_elsewhere() && vigil_.keep(ready)) return {};
  if (sleep_until(ready)) return {};
  return listen_until(ready);
}

Result<void> RingClient::await_input() {
  return await([this] { return end_->has_input(); });
}
Result<void> RingClient::await_room() {
  return await([this] { return end_->has_room(); });
}
Result<void> RingClient::await_input_or_room() {
  return await([this] { return end_->has_input() || end_->has_room(); });
}

}  // namespace mp::manager
