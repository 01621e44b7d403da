// Two processes that take turns, and four that meet.
#include "mp/barrier.hpp"
#include "mp/condition.hpp"
#include "mp/event.hpp"
#include "mp/semaphore.hpp"
#include "raw/futex.hpp"
#include "raw/mutexes.hpp"
#include "suites.hpp"

namespace mp::bench {
namespace {

/// Side 0 gives to side 1 and takes what comes back; an operation is a round.
template <class Give, class Take>
double take_turns(std::int64_t rounds, Placement placement, const Give& give, const Take& take) {
  const auto side = [&](int mine) {
    return [&, mine] {
      for (std::int64_t n = 0; n < rounds; ++n) {
        if (mine == 0) give(1);
        take(mine);
        if (mine == 1) give(0);
      }
    };
  };
  return run_team({side(0), side(1)}, placement) / static_cast<double>(rounds) / 1000;
}

Contender futex_turns(Placement placement) {
  return {"futex ping-pong", [placement](std::int64_t rounds) {
            const auto turns = shared_object<raw::FutexTurns>();
            return take_turns(
                rounds, placement, [&](int side) { turns->give(side); },
                [&](int side) { turns->take(side); });
          }};
}

Contender semaphore_turns(Placement placement) {
  return {"Semaphore", [placement](std::int64_t rounds) {
            const Semaphore sides[] = {*Semaphore::create(0), *Semaphore::create(0)};
            return take_turns(
                rounds, placement, [&](int side) { sides[side].release().value(); },
                [&](int side) { sides[side].acquire().value(); });
          }};
}

Contender event_turns(Placement placement) {
  return {"Event", [placement](std::int64_t rounds) {
            const Event sides[] = {*Event::create(), *Event::create()};
            return take_turns(
                rounds, placement, [&](int side) { sides[side].set(); },
                [&](int side) {
                  sides[side].wait();
                  sides[side].clear();
                });
          }};
}

Contender condition_turns(Placement placement) {
  return {"Condition", [placement](std::int64_t rounds) {
            const Condition condition = *Condition::create();
            const auto turn = shared_object<int>();
            return take_turns(
                rounds, placement,
                [&](int side) {
                  condition.acquire().value();
                  *turn = side + 1;
                  condition.notify().value();
                  condition.release().value();
                },
                [&](int side) {
                  condition.acquire().value();
                  condition.wait_for([&] { return *turn == side + 1; }).value();
                  *turn = 0;
                  condition.release().value();
                });
          }};
}

double meet(std::int64_t rounds, int parties, Placement placement, const Party& wait) {
  const std::vector<Party> all(static_cast<std::size_t>(parties), [&] {
    for (std::int64_t n = 0; n < rounds; ++n) wait();
  });
  return run_team(all, placement) / static_cast<double>(rounds) / 1000;
}

Contender barrier(int parties, Placement placement) {
  return {"Barrier", [=](std::int64_t rounds) {
            const Barrier barrier = *Barrier::create(parties);
            return meet(rounds, parties, placement, [&] { barrier.wait().value(); });
          }};
}
Contender pthread_barrier(int parties, Placement placement) {
  return {"pthread_barrier", [=](std::int64_t rounds) {
            const auto memory = shared_bytes(sizeof(raw::Barrier));
            auto* barrier = new (memory.get()) raw::Barrier(static_cast<unsigned>(parties));
            return meet(rounds, parties, placement, [&] { barrier->wait(); });
          }};
}

}  // namespace

std::vector<Case> handoff_cases() {
  struct Kind {
    const char* name;
    Contender (*turns)(Placement);
    double floor;
    double aim;
  };
  const Kind kinds[] = {{"Semaphore hand-off", semaphore_turns, 1.15, 1.05},
                        {"Condition hand-off", condition_turns, 2.2, 1.5},
                        {"Event hand-off", event_turns, 2.2, 1.2}};
  std::vector<Case> cases;
  for (const Kind& kind : kinds) {
    cases.push_back({.name = kind.name,
                     .placement = Placement::Same,
                     .ours = kind.turns(Placement::Same),
                     .raw = futex_turns(Placement::Same),
                     .floor = kind.floor,
                     .aim = kind.aim,
                     .unit = "us"});
  }
  cases.push_back({.name = "Barrier of 4",
                   .placement = Placement::Same,
                   .ours = barrier(4, Placement::Same),
                   .raw = pthread_barrier(4, Placement::Same),
                   .floor = 1.3,
                   .aim = 1.0,
                   .unit = "us"});
  for (const Kind& kind : kinds) {
    cases.push_back({.name = kind.name,
                     .placement = Placement::Split,
                     .ours = kind.turns(Placement::Split),
                     .floor = 1,
                     .aim = 0.2,
                     .unit = "us"});
  }
  cases.push_back({.name = "Barrier of 2",
                   .placement = Placement::Split,
                   .ours = barrier(2, Placement::Split),
                   .floor = 1,
                   .aim = 0.2,
                   .unit = "us"});
  return cases;
}

}  // namespace mp::bench
