#include "manager/server/server.hpp"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "manager/server/event_loop.hpp"

namespace mp::manager {

Result<Server> Server::open(const Address& address, ManagerServerOptions options) {
  MP_TRY_ASSIGN(Listener listener, Listener::open(address));
  base::UniqueFd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop) return system_error("eventfd", errno);
  return Server(std::move(listener), std::move(stop), std::move(options));
}

Result<void> Server::serve() {
  MP_TRY_ASSIGN(const auto loop, EventLoop::open(listener_, stop_.get(), options_));
  const Result<void> served = loop->run();
  stats_ = loop->stats();
  return served;
}

void Server::stop() noexcept {
  const std::uint64_t one = 1;
  // Cannot fail but for a counter that is full, which is a stop as well.
  [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
}

}  // namespace mp::manager
