#pragma once

#include <array>

#include "manager/net/listener.hpp"
#include "mp/manager_server.hpp"

namespace mp::manager {

class EventLoop;

/// What ManagerServer is made of. It may be opened in one process and serve in a child of it.
class Server {
 public:
  /// See ManagerServer::open().
  Server(Server&&) noexcept;
  ~Server();
  static Result<Server> open(const Address& address, ManagerServerOptions options);

  const Address& address() const { return listener_.address(); }
  /// For serve() in this process, from where the object is now: what may be refused is refused
  /// here.
  Result<void> prepare();
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
  Server(Listener listener, base::UniqueFd stop, ManagerServerOptions options);

  Listener listener_;
  base::UniqueFd stop_;  // an eventfd
  ManagerServerOptions options_;
  ManagerServerStats stats_;
  std::unique_ptr<EventLoop> loop_;  // from prepare() on; refers to the others
};

}  // namespace mp::manager
