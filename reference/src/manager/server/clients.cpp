#include "manager/server/clients.hpp"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "manager/net/pidfd.hpp"

namespace mp::manager {
namespace {

/// Zero when the kernel does not say.
pid_t peer_of(int socket) {
  sockaddr_storage name{};
  socklen_t name_size = sizeof name;
  const bool is_local =
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &name_size) == 0 &&
      name.ss_family == AF_UNIX;
  if (!is_local) return 0;
  ucred credentials{};
  socklen_t size = sizeof credentials;
  const int done = ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size);
  return done == 0 ? credentials.pid : 0;
}

bool has_hung_up(int socket) {
  pollfd entry{.fd = socket, .events = POLLRDHUP, .revents = 0};
  return ::poll(&entry, 1, 0) == 1;
}

}  // namespace

ClientId Clients::connected(int socket) {
  const pid_t pid = peer_of(socket);
  if (pid == 0) return kAnonymous;
  const auto known = by_pid_.find(pid);
  const ClientId id = known != by_pid_.end() ? known->second : add(pid, socket);
  if (id != kAnonymous) ++clients_.at(id).connections;
  return id;
}

ClientId Clients::add(pid_t pid, int socket) {
  Client client{.pid = pid, .pidfd = open_pidfd(pid)};
  // A process that only cannot be watched must not be taken for dead.
  if (!client.pidfd && errno != ESRCH) return kAnonymous;
  // A peer that is gone already may have left its number to another process.
  if (client.pidfd && has_hung_up(socket)) client.pidfd.reset();
  const ClientId id = next_++;
  if (client.pidfd) {
    if (!poller_.watch(client.pidfd.get(), EPOLLIN, kFirstKey + id)) return kAnonymous;
    by_pid_[pid] = id;
  }
  clients_.emplace(id, std::move(client));
  return id;
}

bool Clients::disconnected(ClientId id) {
  if (id == kAnonymous) return false;
  Client& client = clients_.at(id);
  MP_ASSERT(client.connections > 0);
  if (--client.connections > 0 || client.pidfd) return false;
  clients_.erase(id);
  return true;
}

std::optional<Clients::Death> Clients::ended(Poller::Key key) {
  const auto found = clients_.find(key - kFirstKey);
  if (found == clients_.end() || !found->second.pidfd) return std::nullopt;
  Client& client = found->second;
  poller_.forget(client.pidfd.get());
  client.pidfd.reset();
  by_pid_.erase(client.pid);
  const Death death{found->first, client.connections > 0};
  if (!death.has_connections) clients_.erase(found);
  return death;
}

}  // namespace mp::manager
