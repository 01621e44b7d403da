#include "mp/manager_server.hpp"

#include "manager/server/server.hpp"

namespace mp {

struct ManagerServer::State {
  manager::Server server;
};

ManagerServer::ManagerServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
ManagerServer::ManagerServer(ManagerServer&&) noexcept = default;
ManagerServer::~ManagerServer() = default;

Result<ManagerServer> ManagerServer::open(const Address& address, ManagerServerOptions options) {
  const bool has_store = options.store.has_value();
  MP_TRY_ASSIGN(manager::Server server, manager::Server::open(address, std::move(options)));
  std::unique_ptr<State> state(new State{std::move(server)});
  // A store that refuses is known before anybody is told the address.
  if (has_store) MP_TRY(state->server.prepare());
  return ManagerServer(std::move(state));
}

const Address& ManagerServer::address() const { return state_->server.address(); }
Result<void> ManagerServer::serve() { return state_->server.serve(); }
ManagerServerStats ManagerServer::stats() const { return state_->server.stats(); }
void ManagerServer::stop() noexcept { state_->server.stop(); }

}  // namespace mp
