#pragma once

#include <map>
#include <optional>
#include <unordered_map>

#include "manager/objects/referent.hpp"
#include "manager/server/poller.hpp"

namespace mp::manager {

/// Which process is behind which connection, and which have died. The kernel knows it of Unix
/// sockets; clients over TCP are kAnonymous.
class Clients {
 public:
  /// Keys of the poller from kFirstKey on are clients.
  static constexpr Poller::Key kFirstKey = Poller::Key{1} << 63;

  explicit Clients(Poller& poller) : poller_(poller) {}

  /// The process that opened this connection.
  ClientId connected(int socket);
  /// One of its connections has ended. True when the process is dead and this was its last one.
  bool disconnected(ClientId client);

  struct Death {
    ClientId client;
    bool has_connections;  // inherited by processes that live
  };
  /// What the poller says of a key from kFirstKey on.
  std::optional<Death> ended(Poller::Key key);

  template <class Predicate>
  bool any_alive(Predicate predicate) const {
    for (const auto& [id, client] : clients_) {
      if (client.pidfd && predicate(id)) return true;
    }
    return false;
  }

 private:
  struct Client {
    pid_t pid;
    base::UniqueFd pidfd;  // empty: dead
    std::size_t connections = 0;
  };
  ClientId add(pid_t pid, int socket);

  Poller& poller_;
  std::unordered_map<ClientId, Client> clients_;
  std::map<pid_t, ClientId> by_pid_;  // the living
  ClientId next_ = kAnonymous + 1;
};

}  // namespace mp::manager
