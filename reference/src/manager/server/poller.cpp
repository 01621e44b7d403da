#include "manager/server/poller.hpp"

#include <errno.h>

#include <algorithm>
#include <limits>

namespace mp::manager {
namespace {

/// Rounded up, so that nothing is waited for twice; -1 for no deadline.
int milliseconds_until(Clock::time_point deadline) {
  if (deadline == Clock::time_point::max()) return -1;
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(
      std::clamp<std::int64_t>(rest.count(), 0, std::numeric_limits<int>::max()));
}

}  // namespace

Result<Poller> Poller::open() {
  base::UniqueFd fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!fd) return system_error("epoll_create1", errno);
  return Poller(std::move(fd));
}

Result<void> Poller::watch(int fd, std::uint32_t events, Key key) {
  epoll_event event{.events = events, .data = {.u64 = key}};
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return system_error("epoll_ctl", errno);
  }
  return {};
}

void Poller::rewatch(int fd, std::uint32_t events, Key key) {
  epoll_event event{.events = events, .data = {.u64 = key}};
  const int done = ::epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event);
  MP_ASSERT(done == 0);
}

void Poller::forget(int fd) { ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr); }

Result<std::span<const epoll_event>> Poller::wait(Clock::time_point deadline) {
  const int count = ::epoll_wait(fd_.get(), ready_, kBatch, milliseconds_until(deadline));
  if (count < 0 && errno != EINTR) return system_error("epoll_wait", errno);
  return std::span<const epoll_event>(ready_, static_cast<std::size_t>(std::max(count, 0)));
}

std::span<const epoll_event> Poller::look(std::span<epoll_event, kBatch> events) {
  const int count = ::epoll_wait(fd_.get(), events.data(), kBatch, 0);
  return events.first(static_cast<std::size_t>(std::max(count, 0)));
}

}  // namespace mp::manager
