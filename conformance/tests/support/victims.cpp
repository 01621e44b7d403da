#include "tests/support/victims.hpp"

#include <fmt/format.h>

#include "history/explain.hpp"
#include "tests/support/in_range.hpp"

namespace mpspec {
namespace {

constexpr int kVictimCalls = 200;  // more than it gets round to
constexpr std::size_t kSurvivorCalls = 40;
constexpr int kTriesMax = 8;
constexpr int kHitsWanted = 3;

/// The victim's calls in flight: its thread makes them one after the other, from `start` on.
std::vector<Pending> begin_all(Actor& victim, const Object& object,
                               const std::vector<PlannedCall>& calls, Clock::time_point start) {
  std::vector<Pending> out;
  victim.begin_run(Program().start_at(start));
  for (const PlannedCall& call : calls) out.push_back(victim.begin(object, call.method, call.args));
  return out;
}

/// What the dead had been told, and the one call that it may have been in: none that came later has
/// begun.
void add_calls_of_the_dead(Calls& calls, const Actor& victim, const Object& object,
                           const std::vector<PlannedCall>& planned,
                           const std::vector<Pending>& pending, Clock::time_point start) {
  Stamp free_since = start;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    if (const auto outcome = pending[i].answered()) {
      calls.push_back(recorded(victim, object, planned[i], *outcome));
      free_since = outcome->ended;
      continue;
    }
    Call last{victim.hello().actor, object.name, planned[i].method, planned[i].args};
    last.began = free_since;
    last.ended = Stamp::max();
    last.indefinite = true;
    calls.push_back(std::move(last));
    return;
  }
}

struct Round {
  Attempt attempt;
  bool hit = false;  // the kill came in the middle of everybody's calls
};

Round run_round(Adapter& adapter, const VictimUse& use, const ParallelProgram& program,
                std::chrono::microseconds delay) {
  const SharedUse& survivors = use.survivors;
  survivors.reset();
  const Child victim = use.spawn();
  const auto start = Clock::now() + 20ms;  // enough for everybody to be told of it
  std::vector<Pending> running;
  for (std::size_t i = 0; i < survivors.actors.size(); ++i)
    running.push_back(
        begin_calls(*survivors.actors[i], survivors.object, program.actors[i], start));
  const auto of_the_victim = begin_all(victim.actor, survivors.object, program.prefix, start);
  Round round;
  round.hit = !running.front().wait_until(start + delay);
  use.kill(victim);
  round.hit = round.hit && !of_the_victim.back().answered();
  Calls& calls = round.attempt.history.calls;
  for (std::size_t i = 0; i < running.size(); ++i)
    collect_calls(adapter, *survivors.actors[i], survivors.object, program.actors[i], running[i],
                  calls);
  add_calls_of_the_dead(calls, victim.actor, survivors.object, program.prefix, of_the_victim,
                        start);
  use.settle();  // else the last call of the dead might happen in the next round
  Actor& first = *survivors.actors.front();
  calls.push_back(recorded(first, survivors.object, use.last_look,
                           first.call(survivors.object, use.last_look.method, use.last_look.args)));
  round.attempt.history.objects = {
      {survivors.object.name, survivors.object.type, survivors.made_from}};
  round.attempt.judgement = judge(round.attempt.history, Budget::of(adapter.settings().deadline));
  return round;
}

}  // namespace

void check_with_victims(Adapter& adapter, const VictimUse& use,
                        const std::vector<Callable>& callables, int rounds) {
  int hits = 0;
  int delay_max = 2000;  // microseconds; becomes about what the survivors need for their calls
  std::string failure;
  const auto round = [&] {
    const ParallelProgram program =
        drawn(callables, kVictimCalls, kSurvivorCalls, use.survivors.actors.size());
    const int moment = *rc::gen::noShrink(gen::in_range(0, 1000));
    if (!failure.empty()) RC_FAIL(failure);  // a kill does not come twice at the same moment
    bool hit = false;
    for (int tries = 0; tries < kTriesMax && !hit; ++tries) {
      const Round result =
          run_round(adapter, use, program, std::chrono::microseconds(delay_max * moment / 1000));
      hit = result.hit;
      delay_max = std::max(20, hit ? delay_max * 5 / 4 : delay_max * 2 / 3);
      if (result.attempt.judgement.answer == Answer::unknown)
        adapter.stop(Verdict::inconclusive, explanation(result.attempt.judgement));
      if (!result.attempt.failed()) continue;
      leave_history(adapter, result.attempt);
      failure = explanation(result.attempt.judgement);
      RC_FAIL(failure);
    }
    hits += hit ? 1 : 0;
  };
  if (const auto found = counterexample(round, rounds))
    report_property(failure.empty() ? *found : failure);
  if (hits < kHitsWanted && !::testing::Test::HasFailure())
    adapter.stop(Verdict::inconclusive,
                 fmt::format("only {} kills came in the middle of everybody's calls", hits));
}

}  // namespace mpspec
