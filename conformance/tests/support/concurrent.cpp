#include "tests/support/concurrent.hpp"

#include <fstream>

#include "history/explain.hpp"
#include "history/history_json.hpp"
#include "history/timeline_html.hpp"
#include "tests/support/in_range.hpp"

namespace mpspec {
namespace {

rc::Gen<PlannedCall> planned(const std::vector<Callable>& callables) {
  return rc::gen::mapcat(
      gen::in_range<std::size_t>(0, callables.size()), [&callables](std::size_t row) {
        return rc::gen::map(callables[row].args, [&method = callables[row].method](Args args) {
          return PlannedCall{method, std::move(args)};
        });
      });
}

/// Without rapidcheck's shrinking, which expects that what failed once fails again.
ParallelProgram drawn(const std::vector<Callable>& callables, const ParallelShape& shape,
                      std::size_t actors) {
  const auto lane = [&](std::size_t count) {
    return *rc::gen::noShrink(
        rc::gen::container<std::vector<PlannedCall>>(count, planned(callables)));
  };
  ParallelProgram program{lane(shape.prefix), {}};
  for (std::size_t i = 0; i < actors; ++i) program.actors.push_back(lane(shape.calls_each));
  return program;
}

Call recorded(const Actor& actor, const Object& object, const PlannedCall& planned,
              const Outcome& outcome) {
  const ModelResult seen = outcome.ok() ? ModelResult(outcome.value()) : fails(outcome.error());
  return {actor.hello().actor, object.name,  planned.method, planned.args, {}, seen,
          outcome.began,       outcome.ended};
}

Pending begin(Actor& actor, const Object& object, const std::vector<PlannedCall>& calls,
              Clock::time_point start) {
  Program program;
  program.start_at(start).record();
  for (const PlannedCall& call : calls) {
    Program attempt;  // an error ends the loop of one round, not the program
    attempt.call(object, call.method, call.args)
        .break_on({"KeyError", "IndexError", "AttributeError", "ValueError", "AssertionError",
                   "RuntimeError", "Empty", "Full"});
    program.repeat(1, attempt);
  }
  return actor.begin_run(program);
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
}

void leave_behind(const Adapter& adapter, const Attempt& attempt) {
  const auto& folder = adapter.settings().folder;
  write(folder / "history.json", to_json(attempt.history).dump(1));
  write(folder / "history.html",
        timeline_html(attempt.history, attempt.judgement, "A history without an order"));
}

/// Small programs take a moment each; this is for those that are slow.
constexpr std::chrono::seconds kShrinkTime(20);

}  // namespace

Attempt run_parallel(Adapter& adapter, const SharedUse& use, const ParallelProgram& program) {
  use.reset();
  Attempt attempt{{{{use.object.name, use.object.type, use.made_from}}, {}}, {}};
  Calls& calls = attempt.history.calls;
  for (const PlannedCall& call : program.prefix) {
    Actor& first = *use.actors.front();
    calls.push_back(
        recorded(first, use.object, call, first.call(use.object, call.method, call.args)));
  }
  const auto start = Clock::now() + 20ms;  // enough for every actor to be told of it
  std::vector<Pending> running;
  for (std::size_t i = 0; i < program.actors.size(); ++i)
    running.push_back(begin(*use.actors[i], use.object, program.actors[i], start));
  for (std::size_t i = 0; i < program.actors.size(); ++i) {
    const Outcome end = running[i].wait();
    const auto& seen = use.actors[i]->history();
    if (!end.ok() || seen.size() != program.actors[i].size())
      adapter.stop(Verdict::fail, "a program of calls came to " + to_text(end));
    for (std::size_t k = 0; k < seen.size(); ++k)
      calls.push_back(recorded(*use.actors[i], use.object, program.actors[i][k], seen[k].second));
  }
  attempt.judgement = judge(attempt.history, Budget::of(adapter.settings().deadline));
  return attempt;
}

void check_parallel(Adapter& adapter, const SharedUse& use, const std::vector<Callable>& callables,
                    const ParallelShape& shape) {
  bool overlapped = false;
  std::string failure;
  const auto round = [&] {
    const ParallelProgram program = drawn(callables, shape, use.actors.size());
    // rapidcheck asks again for a result that it reports, and a race need not fail again.
    if (!failure.empty()) RC_FAIL(failure);
    const auto run = [&](const ParallelProgram& p) { return run_parallel(adapter, use, p); };
    const Attempt attempt = run(program);
    overlapped = overlapped || has_overlap(attempt.history.calls);
    if (attempt.judgement.answer == Answer::unknown)
      adapter.stop(Verdict::inconclusive, explanation(attempt.judgement));
    if (!attempt.failed()) return;
    const Counterexample smallest =
        shrink({program, attempt}, run, {.deadline = Clock::now() + kShrinkTime});
    leave_behind(adapter, smallest.attempt);
    failure = explanation(smallest);
    RC_FAIL(failure);
  };
  check_property(round, shape.rounds);
  if (!overlapped && !::testing::Test::HasFailure())
    adapter.stop(Verdict::inconclusive, "no two calls of different processes overlapped");
}

}  // namespace mpspec
