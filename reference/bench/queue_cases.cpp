// Messages through queues.
#include <algorithm>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <chrono>
#include <cstring>

#include "cpython.hpp"
#include "mp/queue.hpp"
#include "raw/ring.hpp"
#include "suites.hpp"

namespace mp::bench {
namespace {

/// Who puts and who gets what.
struct Traffic {
  int producers;
  int consumers;
  std::size_t bytes;

  /// How many messages may be under way: few when they are large.
  std::size_t capacity() const { return bytes >= 1 << 20 ? 16 : bytes >= 1 << 16 ? 64 : 1024; }
};

/// The time of one message. `put` and `get` make what one process needs, and move one message at
/// each call.
template <class Putter, class Getter>
double run_traffic(const Traffic& traffic, std::int64_t messages, Placement placement,
                   const Putter& putter, const Getter& getter) {
  const std::int64_t shares = traffic.producers * traffic.consumers;
  const std::int64_t whole = std::max<std::int64_t>(1, messages / shares) * shares;
  std::vector<Party> parties;
  for (int n = 0; n < traffic.producers; ++n) {
    parties.emplace_back([&] {
      auto put = putter();
      for (std::int64_t sent = 0; sent < whole / traffic.producers; ++sent) put();
    });
  }
  for (int n = 0; n < traffic.consumers; ++n) {
    parties.emplace_back([&] {
      auto get = getter();
      for (std::int64_t got = 0; got < whole / traffic.consumers; ++got) get();
    });
  }
  return run_team(parties, placement) / static_cast<double>(whole);
}

Placement placement_of(const Traffic& traffic) {
  return traffic.producers + traffic.consumers == 2 ? Placement::Split : Placement::Free;
}

Contender queue(const Traffic& traffic) {
  return {"Queue", [traffic](std::int64_t messages) {
            const Queue queue = *Queue::create(static_cast<std::int64_t>(traffic.capacity()));
            return run_traffic(
                traffic, messages, placement_of(traffic),
                [&] {
                  return [&queue, message = Bytes(traffic.bytes)] { queue.put(message).value(); };
                },
                [&] {
                  return [&queue] {
                    const Bytes message = queue.get().value();
                    if (message.size() > 0 && message[0] != std::byte{0})
                      throw CannotMeasure("a message is torn");
                  };
                });
          }};
}

Contender ring(const Traffic& traffic) {
  return {"plain MPMC ring", [traffic](std::int64_t messages) {
            raw::Ring ring(traffic.capacity(), traffic.bytes);
            return run_traffic(
                traffic, messages, placement_of(traffic),
                [&] {
                  return [&ring, message = Bytes(traffic.bytes)] {
                    ring.put(message.data(), message.size());
                  };
                },
                [&] {
                  return [&ring, message = Bytes(traffic.bytes)]() mutable {
                    ring.get(message.data());
                  };
                });
          }};
}

Contender boost_queue(const Traffic& traffic) {
  return {"Boost message_queue", [traffic](std::int64_t messages) {
            namespace ipc = boost::interprocess;
            const std::string name = "mp-bench-" + std::to_string(::getpid());
            ipc::message_queue queue(ipc::create_only, name.c_str(), traffic.capacity(),
                                     traffic.bytes);
            ipc::message_queue::remove(name.c_str());  // the mapping stays, also in children
            return run_traffic(
                traffic, messages, placement_of(traffic),
                [&] {
                  return [&queue, message = Bytes(traffic.bytes)] {
                    queue.send(message.data(), message.size(), 0);
                  };
                },
                [&] {
                  return [&queue, message = Bytes(traffic.bytes)]() mutable {
                    std::size_t length = 0;
                    unsigned priority = 0;
                    queue.receive(message.data(), message.size(), length, priority);
                  };
                });
          }};
}

void move_all(int fd, std::byte* bytes, std::size_t length, bool is_read) {
  while (length > 0) {
    const ssize_t moved = is_read ? ::read(fd, bytes, length) : ::write(fd, bytes, length);
    if (moved <= 0) throw CannotMeasure("a pipe broke");
    bytes += moved;
    length -= static_cast<std::size_t>(moved);
  }
}

Contender pipe(const Traffic& traffic) {
  return {"pipe", [traffic](std::int64_t messages) {
            int ends[2];
            if (::pipe(ends) != 0) throw CannotMeasure("no pipe");
            const auto mover = [&](int end) {
              return [&ends, end, message = Bytes(traffic.bytes)]() mutable {
                move_all(ends[end], message.data(), message.size(), end == 0);
              };
            };
            const double time = run_traffic(
                traffic, messages, placement_of(traffic), [&] { return mover(1); },
                [&] { return mover(0); });
            ::close(ends[0]);
            ::close(ends[1]);
            return time;
          }};
}

using Clock = std::chrono::steady_clock;

/// One asks, the other answers; the time, in microseconds, within which that part of the rounds
/// ends.
double round_trip(std::int64_t rounds, Placement placement, double part) {
  const Queue there = *Queue::create(64);
  const Queue back = *Queue::create(64);
  const auto count = static_cast<std::size_t>(rounds);
  const auto memory = shared_bytes(count * sizeof(double));
  const std::span times(static_cast<double*>(memory.get()), count);
  const Bytes message(64);
  run_team({[&] {
              for (double& time : times) {
                const auto begin = Clock::now();
                there.put(message).value();
                back.get().value();
                time = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
              }
            },
            [&] {
              for (std::size_t n = 0; n < count; ++n) back.put(there.get().value()).value();
            }},
           placement);
  const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(count - 1));
  std::ranges::nth_element(times, times.begin() + place);
  return times[static_cast<std::size_t>(place)];
}

Contender trip(Placement placement, double part) {
  return {"Queue", [=](std::int64_t rounds) { return round_trip(rounds, placement, part); }};
}

/// The same with a word for each side and nothing but futexes.
double futex_round_trip(std::int64_t rounds) {
  const auto turns = shared_object<raw::FutexTurns>();
  const double ns = run_team({[&] {
                                for (std::int64_t n = 0; n < rounds; ++n) {
                                  turns->give(1);
                                  turns->take(0);
                                }
                              },
                              [&] {
                                for (std::int64_t n = 0; n < rounds; ++n) {
                                  turns->take(1);
                                  turns->give(0);
                                }
                              }},
                             Placement::Same);
  return ns / static_cast<double>(rounds) / 1000;
}

Case one_to_one(const std::string& size, std::size_t bytes, Contender raw, double floor,
                double aim) {
  return {.name = "Queue, " + size + ", 1P1C",
          .placement = Placement::Split,
          .ours = queue({1, 1, bytes}),
          .raw = std::move(raw),
          .floor = floor,
          .aim = aim};
}

}  // namespace

std::vector<Case> queue_cases() {
  const Traffic small{1, 1, 64};
  const Traffic four_to_one{4, 1, 64};
  const Traffic two_to_two{2, 2, 64};
  const Traffic large{1, 1, 1 << 16};
  const Traffic huge{1, 1, 1 << 20};
  Contender own = queue(small);
  own.name = "its own 1P1C";
  return {
      one_to_one("64 B", 64, ring(small), 3, 1.3),
      one_to_one("64 B", 64, boost_queue(small), 1.0 / 5, 1.0 / 10),
      one_to_one("64 B", 64, pipe(small), 1 / 2.5, 1.0 / 5),
      one_to_one("64 B", 64, cpython("Queue"), 1.0 / 40, 1.0 / 90),
      {.name = "Queue, 64 B, 4P1C", .ours = queue(four_to_one), .raw = own, .floor = 2, .aim = 1.2},
      {.name = "Queue, 64 B, 2P2C", .ours = queue(two_to_two), .raw = own, .floor = 2, .aim = 1.2},
      one_to_one("64 KiB", 1 << 16, ring(large), 1.3, 1.05),
      one_to_one("1 MiB", 1 << 20, ring(huge), 1.3, 1.05),
      {.name = "Queue round trip, p50",
       .placement = Placement::Split,
       .ours = trip(Placement::Split, 0.5),
       .floor = 0.6,
       .aim = 0.25,
       .unit = "us"},
      {.name = "Queue round trip, p99",
       .placement = Placement::Split,
       .ours = trip(Placement::Split, 0.99),
       .floor = 5,
       .aim = 0.6,
       .unit = "us"},
      {.name = "Queue round trip, p50",
       .placement = Placement::Same,
       .ours = trip(Placement::Same, 0.5),
       .raw = Contender{"futex ping-pong", futex_round_trip},
       .floor = 1.3,
       .aim = 1.05,
       .unit = "us"},
  };
}

}  // namespace mp::bench
