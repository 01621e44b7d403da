// Pipes, and processes.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "mp/pipe.hpp"
#include "mp/process.hpp"
#include "suites.hpp"

namespace mp::bench {
namespace {

constexpr std::size_t kMessageBytes = 64;

/// One asks, the other answers; an operation is a round.
double exchange(std::int64_t rounds, const std::function<void(int)>& send,
                const std::function<void(int)>& receive) {
  return run_team({[&] {
                     for (std::int64_t n = 0; n < rounds; ++n) {
                       send(0);
                       receive(0);
                     }
                   },
                   [&] {
                     for (std::int64_t n = 0; n < rounds; ++n) {
                       receive(1);
                       send(1);
                     }
                   }},
                  Placement::Same) /
         static_cast<double>(rounds) / 1000;
}

Contender pipe_trip() {
  return {"Pipe", [](std::int64_t rounds) {
            Pipe pipe = *Pipe::create();
            Connection* ends[] = {&pipe.first, &pipe.second};
            const Bytes message(kMessageBytes);
            return exchange(
                rounds, [&](int side) { ends[side]->send_bytes(message).value(); },
                [&](int side) { static_cast<void>(ends[side]->recv_bytes().value()); });
          }};
}

Contender socket_trip() {
  return {"raw socketpair", [](std::int64_t rounds) {
            int ends[2];
            if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
              throw CannotMeasure("no socketpair");
            std::byte message[kMessageBytes + 4]{};  // as long as a frame
            const double time = exchange(
                rounds,
                [&](int side) {
                  if (::write(ends[side], message, sizeof message) < 0)
                    throw CannotMeasure("write");
                },
                [&](int side) {
                  if (::read(ends[side], message, sizeof message) < 0) throw CannotMeasure("read");
                });
            ::close(ends[0]);
            ::close(ends[1]);
            return time;
          }};
}

/// Starting needs no team: this process does it.
double time_of(std::int64_t operations, const std::function<void()>& operation) {
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t n = 0; n < operations; ++n) operation();
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
  return time.count() / static_cast<double>(operations);
}

Contender process_start() {
  return {"Process", [](std::int64_t operations) {
            return time_of(operations, [] {
              Process process([] {});
              process.start().value();
              static_cast<void>(process.join().value());
            });
          }};
}
Contender fork_wait() {
  return {"fork, wait", [](std::int64_t operations) {
            return time_of(operations, [] {
              const pid_t pid = ::fork();
              if (pid == 0) ::_exit(0);
              ::waitpid(pid, nullptr, 0);
            });
          }};
}

}  // namespace

std::vector<Case> channel_cases() {
  return {
      {.name = "Pipe round trip, 64 B",
       .placement = Placement::Same,
       .ours = pipe_trip(),
       .raw = socket_trip(),
       .floor = 1.1,
       .aim = 1.0,
       .unit = "us"},
      {.name = "Process start and join",
       .ours = process_start(),
       .raw = fork_wait(),
       .floor = 1.5,
       .aim = 1.15,
       .unit = "us"},
  };
}

}  // namespace mp::bench
