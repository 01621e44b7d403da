// The manager: what a call costs, beside an echo, Redis and CPython.
#include "manager_cases.hpp"

#include "client_work.hpp"
#include "python_clients.hpp"
#include "raw/echo.hpp"
#include "raw/futex.hpp"
#include "redis_clients.hpp"
#include "suites.hpp"

namespace mp::bench {
namespace {

Placement placement_of(int clients) { return clients == 1 ? Placement::Same : Placement::Free; }
std::string times(int clients) { return clients == 1 ? "" : " x" + std::to_string(clients); }

Contender redis(const std::string& name, int clients, const std::string& prepare,
                const std::string& first, const std::string& second = "") {
  return redis_clients({redis_server, placement_of(clients), clients}, name,
                       {.prepare = prepare, .first = first, .second = second});
}

Contender echo(int clients) {
  return {.name = "raw echo", .run = [clients](std::int64_t operations) {
            const Running& server = echo_server(placement_of(clients));
            return run_clients(clients, placement_of(clients), operations, [&]() -> Operation {
              return [fd = raw::unix_client(server.path)] {
                char message[raw::kEchoBytes] = {};
                raw::send_whole(fd, message, sizeof message);
                raw::receive_whole(fd, message, sizeof message);
              };
            });
          }};
}

/// Proxies on `placement`, in memory shared with the server or on its socket.
Contender proxies_on(const std::string& name, Placement placement, int clients, const Work& work,
                     bool shared_memory) {
  return {.name = name, .run = [=](std::int64_t operations) {
            const Running& server = mp_server(placement);
            return run_clients(clients, placement, operations, [&]() -> Operation {
              return work(
                  must(Manager::connect(server.address, kKey, {.shared_memory = shared_memory})));
            });
          }};
}

Contender proxies(const std::string& name, int clients, const Work& work) {
  return proxies_on(name, placement_of(clients), clients, work, /*shared_memory=*/false);
}

using GetServer = const Running& (*)(Placement placement);

Contender python_clients(const std::string& name, int clients, GetServer server,
                         const std::string& work, std::int64_t operations) {
  const auto kept = std::make_shared<std::unique_ptr<PythonClients>>();
  return {.name = name,
          .run =
              [=](std::int64_t count) {
                const Placement placement = placement_of(clients);
                if (!*kept) {
                  *kept =
                      std::make_unique<PythonClients>(server(placement), placement, clients, work);
                }
                return (*kept)->run(count);
              },
          .operations = operations};
}

Case micro(const std::string& name, int clients, Contender ours, Contender raw, double floor,
           double aim) {
  return {.name = name + times(clients),
          .placement = placement_of(clients),
          .ours = std::move(ours),
          .raw = std::move(raw),
          .floor = floor,
          .aim = aim};
}

std::vector<Case> socket_cases() {
  const std::pair<const char*, Operation (*)(const Manager&)> works[] = {
      {"dict get", dict_get},           {"dict set", dict_set},
      {"list get", list_get},           {"Value set", value_set},
      {"Namespace get", namespace_get}, {"Lock acquire/release", lock_pair},
      {"Queue put/get", queue_pair},
  };
  std::vector<Case> cases;
  for (const auto& [name, work] : works) {
    cases.push_back(micro(name, 1, proxies(name, 1, work), echo(1), 1.25, 1.08));
  }
  const auto against_redis = [&](int clients, double floor, double aim) {
    cases.push_back(micro("dict get", clients, proxies("dict get", clients, dict_get),
                          redis("HGET", clients, "HSET d key 1", "HGET d key"), floor, aim));
    cases.push_back(micro("dict set", clients, proxies("dict set", clients, dict_set),
                          redis("HSET", clients, "", "HSET d key 1"), floor, aim));
    cases.push_back(micro("Queue put/get", clients, proxies("Queue", clients, queue_pair),
                          redis("RPUSH/BLPOP", clients, "", "RPUSH q", "BLPOP q"), floor, aim));
  };
  against_redis(1, 1.05, 0.92);
  for (const int clients : {4, 8}) {
    for (const auto& [name, work] : {works[0], works[1], works[6]}) {
      cases.push_back(
          micro(name, clients, proxies(name, clients, work), echo(clients), 1.35, 1.15));
    }
    against_redis(clients, 1 / 1.3, 1 / 1.55);
  }
  return cases;
}

/// Two processes that take turns by two words and futex(2).
Contender futex_turns(Placement placement) {
  return {.name = "futex ping-pong", .run = [placement](std::int64_t rounds) {
            const auto turns = shared_object<raw::FutexTurns>();
            const auto side = [&](int mine) {
              return [&, mine] {
                for (std::int64_t n = 0; n < rounds; ++n) {
                  if (mine == 0) turns->give(1);
                  turns->take(mine);
                  if (mine == 1) turns->give(0);
                }
              };
            };
            return run_team({side(0), side(1)}, placement) / static_cast<double>(rounds);
          }};
}

std::vector<Case> shared_memory_cases() {
  const std::pair<const char*, Operation (*)(const Manager&)> works[] = {
      {"dict get", dict_get}, {"dict set", dict_set}, {"Queue put/get", queue_pair}};
  const auto shared = [](const std::string& name, Placement placement, int clients,
                         const Work& work) {
    return proxies_on(name, placement, clients, work, /*shared_memory=*/true);
  };
  std::vector<Case> cases;
  for (const auto& [name, work] : works) {
    const std::string in_memory = std::string(name) + ", shared memory";
    cases.push_back(micro(in_memory, 1, shared(name, Placement::Same, 1, work),
                          futex_turns(Placement::Same), 1.3, 1.1));
  }
  const auto [name, work] = works[0];
  const std::string in_memory = std::string(name) + ", shared memory";
  cases.push_back({.name = in_memory,
                   .placement = Placement::Split,
                   .ours = shared(name, Placement::Split, 1, work),
                   .floor = 600,
                   .aim = 250});
  cases.push_back({.name = in_memory + times(4),
                   .ours = shared(name, Placement::Free, 4, work),
                   .floor = 1000,
                   .aim = 300});
  cases.push_back({.name = in_memory,
                   .placement = Placement::Split,
                   .ours = shared(name, Placement::Split, 1, work),
                   .raw = redis_clients({redis_server, Placement::Split, 1}, "HGET",
                                        {.prepare = "HSET d key 1", .first = "HGET d key"}),
                   .floor = 1 / 80.0,
                   .aim = 1 / 200.0});
  return cases;
}

std::vector<Case> batch_cases() {
  std::vector<Case> cases;
  for (const int clients : {1, 4}) {
    cases.push_back(micro("16 dict sets in a batch", clients, proxies("batch", clients, dict_batch),
                          redis_pipeline({redis_server, placement_of(clients), clients}), 1.0,
                          0.6));
  }
  return cases;
}

std::vector<Case> python_cases() {
  constexpr std::int64_t kCalls = 2000;
  std::vector<Case> cases;
  const auto add = [&](int clients, double against_python_floor, double aim) {
    const auto on = [&](const std::string& name, GetServer server) {
      return python_clients(name, clients, server, "dict get", kCalls);
    };
    cases.push_back(micro("CPython's clients, dict get", clients, on("mp-manager", mp_server),
                          on("server that only answers", null_server), 1.15, 1.05));
    cases.push_back(micro("CPython's clients, dict get", clients, on("mp-manager", mp_server),
                          on("CPython's server", cpython_server), 1 / against_python_floor,
                          1 / aim));
  };
  add(1, 1.1, 1.2);
  add(4, 2.6, 2.9);
  add(8, 3.1, 3.5);
  const auto create = [](const std::string& name, GetServer server, std::int64_t operations) {
    return python_clients(name, 1, server, "create", operations);
  };
  cases.push_back(micro("CPython's client, object made and dropped", 1,
                        create("mp-manager", mp_server, 200),
                        create("CPython's server", cpython_server, 200), 1 / 3.0, 1 / 3.5));
  cases.push_back(micro("the same over TCP", 1, create("mp-manager", mp_tcp_server, 100),
                        create("CPython's server", cpython_tcp_server, 4), 1 / 40.0, 1 / 60.0));
  return cases;
}

}  // namespace

std::vector<Case> manager_cases() {
  std::vector<Case> all;
  for (const auto group :
       {socket_cases, shared_memory_cases, batch_cases, python_cases, codec_cases, server_cases}) {
    std::ranges::move(group(), std::back_inserter(all));
  }
  return all;
}

}  // namespace mp::bench
