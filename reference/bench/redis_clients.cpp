#include "redis_clients.hpp"

#include <hiredis/hiredis.h>
#include <unistd.h>

#include "client_work.hpp"

namespace mp::bench {
namespace {

redisContext* connect(const std::string& path) {
  redisContext* context = redisConnectUnix(path.c_str());
  if (context == nullptr || context->err != 0) throw std::runtime_error("no Redis");
  return context;
}

}  // namespace

Contender redis_clients(RedisClients clients, const std::string& name, RedisCommands commands) {
  return {.name = "Redis " + name, .run = [=](std::int64_t operations) {
            const Running& server = clients.server(clients.placement);
            return run_clients(clients.count, clients.placement, operations, [&]() -> Operation {
              redisContext* context = connect(server.path);
              const auto ask = [context](const std::string& command) {
                void* reply = redisCommand(context, command.c_str());
                if (reply == nullptr) throw std::runtime_error("Redis is gone");
                freeReplyObject(reply);
              };
              const auto& [prepare, first, second] = commands;
              if (!prepare.empty()) ask(prepare);
              if (second.empty()) return [ask, first = first] { ask(first); };
              const auto full = std::make_shared<bool>(false);
              const std::string own = std::to_string(::getpid());
              return [=, put = first + own + " item", take = second + own + " 0"] {
                ask(*full ? take : put);
                *full = !*full;
              };
            });
          }};
}

Contender redis_pipeline(RedisClients clients) {
  return {.name = "Redis, pipeline of 16", .run = [=](std::int64_t operations) {
            const Running& server = clients.server(clients.placement);
            return run_clients(clients.count, clients.placement, operations, [&]() -> Operation {
              redisContext* context = connect(server.path);
              return [context] {
                for (int i = 0; i < kBatch; ++i) redisAppendCommand(context, "HSET d key 1");
                for (int i = 0; i < kBatch; ++i) {
                  void* reply = nullptr;
                  if (redisGetReply(context, &reply) != REDIS_OK) {
                    throw std::runtime_error("Redis is gone");
                  }
                  freeReplyObject(reply);
                }
              };
            });
          }};
}

}  // namespace mp::bench
