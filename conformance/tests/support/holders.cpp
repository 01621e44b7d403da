#include "tests/support/holders.hpp"

#include <algorithm>

namespace mpspec {
namespace {

// Together enough for a lock that lets two in once in a thousand acquires of a process to do it. In
// several programs, because each has a deadline of its own: a busy machine takes long for thousands
// of hand-overs in a row.
constexpr int kPrograms = 10;
constexpr int kRounds = 250;
constexpr int kRacesMax = 20;

struct Race {
  std::vector<Holding> holdings;  // of the objects
  std::vector<Holding> calls;     // of the outermost acquire
};

Program contender(const Object& object, int levels, Clock::time_point start) {
  Program round;
  for (int i = 0; i < levels; ++i) round.call(object, "acquire");
  round.yield();  // the others get their chance while the object is held
  for (int i = 0; i < levels; ++i) round.call(object, "release");
  Program program;
  program.start_at(start).repeat(kRounds, round).record();
  return program;
}

/// One round is `levels` acquires and as many releases, in the order of execution.
void add(const std::vector<std::pair<int, Outcome>>& history, std::size_t levels, Race& race) {
  ASSERT_EQ(history.size(), 2 * levels * kRounds);
  for (std::size_t i = 0; i < history.size(); i += 2 * levels) {
    const Outcome& first = history[i].second;
    const Outcome& last = history[i + 2 * levels - 1].second;
    race.calls.push_back({first.began, first.ended});
    race.holdings.push_back({first.ended, last.began});
    for (std::size_t k = 0; k < levels; ++k) {
      EXPECT_THAT(history[i + k].second, Returns(true));
      EXPECT_THAT(history[i + levels + k].second, Returns(Value()));
    }
  }
}

void run_programs(const std::vector<Actor*>& actors, const Object& object, int levels, Race& race) {
  const auto start = Clock::now() + 10ms;
  std::vector<Pending> running;
  for (Actor* actor : actors) running.push_back(actor->begin_run(contender(object, levels, start)));
  for (std::size_t i = 0; i < actors.size(); ++i) {
    EXPECT_THAT(running[i].wait(), Succeeds());
    add(actors[i]->history(), static_cast<std::size_t>(levels), race);
  }
}

Race run_race(const std::vector<Actor*>& actors, const Object& object, int levels) {
  Race race;
  for (int i = 0; i < kPrograms && !::testing::Test::HasFailure(); ++i) {
    run_programs(actors, object, levels, race);
  }
  return race;
}

/// Whether somebody called acquire while `capacity` others held the object: a call holds nothing
/// before it returns.
bool was_contended(const Race& race, std::size_t capacity) {
  return std::any_of(race.calls.begin(), race.calls.end(), [&](const Holding& call) {
    const auto held =
        std::count_if(race.holdings.begin(), race.holdings.end(), [&](const Holding& holding) {
          return holding.from <= call.from && call.from < holding.until;
        });
    return static_cast<std::size_t>(held) >= capacity;
  });
}

}  // namespace

std::size_t most_at_once(const std::vector<Holding>& holdings) {
  std::vector<std::pair<Clock::time_point, int>> changes;  // an end sorts before a beginning
  for (const Holding& holding : holdings) {
    changes.emplace_back(holding.from, 1);
    changes.emplace_back(holding.until, -1);
  }
  std::sort(changes.begin(), changes.end());
  int now = 0;
  int most = 0;
  for (const auto& [when, change] : changes) most = std::max(most, now += change);
  return static_cast<std::size_t>(most);
}

std::size_t race_for(Adapter& adapter, const std::vector<Actor*>& actors, const Object& object,
                     std::size_t capacity, int levels) {
  for (int i = 0; i < kRacesMax; ++i) {
    const Race race = run_race(actors, object, levels);
    if (::testing::Test::HasFailure() || was_contended(race, capacity))
      return most_at_once(race.holdings);
  }
  adapter.stop(Verdict::inconclusive, "the processes never raced for " + object.name);
}

}  // namespace mpspec
