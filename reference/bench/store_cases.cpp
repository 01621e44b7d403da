// Managers that share an engine, beside hiredis straight at that engine.
#include <atomic>
#include <map>

#include "client_work.hpp"
#include "mp/manager_server.hpp"
#include "redis_clients.hpp"
#include "suites.hpp"

namespace mp::bench {
namespace {

/// A manager on the engine of that placement; one for each host.
struct Hosts {
  const Running& (*engine)(Placement placement);
  ManagerStoreOptions::Consistency consistency;
  std::map<Placement, std::vector<Running>> running = {};

  const Running& at(Placement placement, std::size_t host) {
    std::vector<Running>& all = running[placement];
    while (all.size() <= host) all.push_back(start(placement));
    return all[host];
  }

 private:
  Running start(Placement placement) const {
    Running made{.path = socket_path("host")};
    made.address = UnixAddress{made.path};
    ManagerServerOptions options{.authkey = kKey};
    options.store = ManagerStoreOptions{.url = "redis+unix://" + engine(placement).path,
                                        .consistency = consistency};
    made.process = std::make_shared<ServerProcess>(placement, [&] {
      Result<ManagerServer> server = ManagerServer::open(made.address, options);
      if (!server) throw std::runtime_error(server.error().message);
      static_cast<void>(server->serve());
    });
    await_listener(made.path);
    return made;
  }
};

Hosts& lasting() {
  static Hosts hosts{lasting_redis_server, ManagerStoreOptions::Consistency::Acked};
  return hosts;
}
Hosts& forgetful() {
  static Hosts hosts{saving_redis_server, ManagerStoreOptions::Consistency::Fast};
  return hosts;
}

/// Clients, as many on each host.
Contender through(Hosts& store, const std::string& name, Placement placement, int hosts,
                  int clients, const Work& work) {
  return {.name = name, .run = [=, &store](std::int64_t operations) {
            for (int host = 0; host < hosts; ++host)
              store.at(placement, static_cast<std::size_t>(host));
            const auto next = shared_object<std::atomic<unsigned>>();
            return run_clients(clients, placement, operations, [&]() -> Operation {
              const std::size_t host = next->fetch_add(1) % static_cast<unsigned>(hosts);
              const auto manager = std::make_shared<Manager>(
                  must(Manager::connect(store.at(placement, host).address, kKey)));
              return [manager, operation = work(*manager)] { operation(); };
            });
          }};
}

void add_rows(std::vector<Case>& cases, Hosts& store, const std::string& how) {
  const RedisClients one{store.engine, Placement::Same, 1}, many{store.engine, Placement::Free, 8};
  const auto row = [&](const std::string& name, const Work& work, Contender raw, double floor,
                       double aim) {
    cases.push_back({.name = name + ", " + how,
                     .placement = Placement::Same,
                     .ours = through(store, name, Placement::Same, 1, 1, work),
                     .raw = std::move(raw),
                     .floor = floor,
                     .aim = aim});
  };
  row("dict get", dict_get,
      redis_clients(one, "HGET", {.prepare = "HSET d key 1", .first = "HGET d key"}), 1.6, 1.3);
  row("dict set", dict_set, redis_clients(one, "HSET", {.first = "HSET d key 1"}), 1.6, 1.3);
  row("16 dict sets in a batch", dict_batch, redis_pipeline(one), 1.3, 1.0);
  cases.push_back({.name = "dict set x8 on two hosts, " + how,
                   .ours = through(store, "dict set", Placement::Free, 2, 8, dict_set),
                   .raw = redis_clients(many, "HSET", {.first = "HSET d key 1"}),
                   .floor = 1 / 0.8,
                   .aim = 1.0});
}

}  // namespace

std::vector<Case> store_cases() {
  std::vector<Case> cases;
  add_rows(cases, lasting(), "acked");
  add_rows(cases, forgetful(), "fast");
  // What a hand-over of a lock takes, in commands that change something.
  const RedisClients one{lasting_redis_server, Placement::Same, 1};
  cases.push_back(
      {.name = "Lock acquire and release, acked",
       .placement = Placement::Same,
       .ours = through(lasting(), "acquire, or release", Placement::Same, 1, 1, lock_pair),
       .raw = redis_clients(one, "HSET", {.first = "HSET d key 1"}),
       .floor = 1.6,
       .aim = 1.3});
  return cases;
}

}  // namespace mp::bench
