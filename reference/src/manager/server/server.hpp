#pragma once

#include <array>

#include "manager/net/listener.hpp"
#include "mp/manager_server.hpp"

namespace mp::manager {

/// What ManagerServer is made of. It may be opened in one process and serve in a child of it.
class Server {
 public:
  /// See ManagerServer::open().
  static Result<Server> open(const Address& address, ManagerServerOptions options);

  const Address& address() const { return listener_.address(); }
  /// See ManagerServer.
  Result<void> serve();
  ManagerServerStats stats() const { return stats_; }
  /// From a signal handler, too.
  void stop() noexcept;

  /// The descriptors it needs in the process that serves.
  std::array<int, 2> descriptors() const { return {listener_.fd(), stop_.get()}; }
  /// In the process that does not serve: closes the socket and leaves its file.
  void abandon() { listener_.abandon(); }

 private:
  Server(Listener listener, base::UniqueFd stop, ManagerServerOptions options)
      : listener_(std::move(listener)), stop_(std::move(stop)), options_(std::move(options)) {}

  Listener listener_;
  base::UniqueFd stop_;  // an eventfd
  ManagerServerOptions options_;
  ManagerServerStats stats_;
};

}  // namespace mp::manager
