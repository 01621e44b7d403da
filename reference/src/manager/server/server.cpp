#include "manager/server/server.hpp"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "manager/server/event_loop.hpp"

namespace mp::manager {

Server::Server(Listener listener, base::UniqueFd stop, ManagerServerOptions options)
    : listener_(std::move(listener)), stop_(std::move(stop)), options_(std::move(options)) {}
Server::Server(Server&&) noexcept = default;
Server::~Server() = default;

Result<Server> Server::open(const Address& address, ManagerServerOptions options) {
  MP_TRY_ASSIGN(Listener listener, Listener::open(address));
  base::UniqueFd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop) return system_error("eventfd", errno);
  return Server(std::move(listener), std::move(stop), std::move(options));
}

Result<void> Server::prepare() {
  MP_TRY_ASSIGN(loop_, EventLoop::open(listener_, stop_.get(), options_));
  return {};
}

Result<void> Server::serve() {
  if (!loop_) MP_TRY(prepare());
  const Result<void> served = loop_->run();
  stats_ = loop_->stats();
  loop_.reset();
  return served;
}

void Server::stop() noexcept {
  const std::uint64_t one = 1;
  // Cannot fail but for a counter that is full, which is a stop as well.
  [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
}

}  // namespace mp::manager
