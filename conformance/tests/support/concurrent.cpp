#include "tests/support/concurrent.hpp"

#include <fstream>

#include "history/explain.hpp"
#include "history/history_json.hpp"
#include "history/program_json.hpp"
#include "history/timeline_html.hpp"
#include "tests/support/in_range.hpp"

namespace mpspec {
namespace {

constexpr int kReplays = 50;

rc::Gen<PlannedCall> planned(const std::vector<Callable>& callables) {
  return rc::gen::mapcat(
      gen::in_range<std::size_t>(0, callables.size()), [&callables](std::size_t row) {
        return rc::gen::map(callables[row].args, [&method = callables[row].method](Args args) {
          return PlannedCall{method, std::move(args)};
        });
      });
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
}

void leave_behind(const Adapter& adapter, const SharedUse& use, const Counterexample& failed) {
  leave_history(adapter, failed.attempt);
  const StoredProgram program{use.object.type, use.made_from, failed.program};
  write(adapter.settings().folder / "program.json", to_json(program).dump(1));
}

/// A program that failed before, as often as a race may need to fail again.
void replay(Adapter& adapter, const SharedUse& use, const StoredProgram& stored) {
  if (stored.type != use.object.type || !(List{stored.made_from} == List{use.made_from}))
    adapter.stop(Verdict::inconclusive,
                 "the program that failed is of an object that was made otherwise than this one");
  if (stored.program.actors.size() > use.actors.size())
    adapter.stop(Verdict::inconclusive, "the program has more actors than the case");
  Counterexample again{stored.program, {}, 0, 0};
  for (; again.runs < kReplays; ++again.runs) {
    Attempt attempt = run_parallel(adapter, use, stored.program);
    const bool failed = attempt.failed();
    if (failed || again.failures == 0) again.attempt = std::move(attempt);
    again.failures += failed ? 1 : 0;
  }
  if (again.failures == 0) return;
  leave_behind(adapter, use, again);
  ADD_FAILURE() << explanation(again);
}

/// Small programs take a moment each; this is for those that are slow.
constexpr std::chrono::seconds kShrinkTime(20);

}  // namespace

ParallelProgram drawn(const std::vector<Callable>& callables, std::size_t prefix,
                      std::size_t calls_each, std::size_t actors) {
  const auto lane = [&](std::size_t count) {
    return *rc::gen::noShrink(
        rc::gen::container<std::vector<PlannedCall>>(count, planned(callables)));
  };
  ParallelProgram program{lane(prefix), {}};
  for (std::size_t i = 0; i < actors; ++i) program.actors.push_back(lane(calls_each));
  return program;
}

Call recorded(const Actor& actor, const Object& object, const PlannedCall& planned,
              const Outcome& outcome) {
  const ModelResult seen = outcome.ok() ? ModelResult(outcome.value()) : fails(outcome.error());
  return {actor.hello().actor, object.name,  planned.method, planned.args, {}, seen,
          outcome.began,       outcome.ended};
}

Pending begin_calls(Actor& actor, const Object& object, const std::vector<PlannedCall>& calls,
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

void collect_calls(Adapter& adapter, const Actor& actor, const Object& object,
                   const std::vector<PlannedCall>& planned, const Pending& running, Calls& calls) {
  const Outcome end = running.wait();
  const auto& seen = actor.history();
  if (!end.ok() || seen.size() != planned.size())
    adapter.stop(Verdict::fail, "a program of calls came to " + to_text(end));
  for (std::size_t k = 0; k < seen.size(); ++k)
    calls.push_back(recorded(actor, object, planned[k], seen[k].second));
}

void leave_history(const Adapter& adapter, const Attempt& attempt) {
  const auto& folder = adapter.settings().folder;
  write(folder / "history.json", to_json(attempt.history).dump(1));
  write(folder / "history.html",
        timeline_html(attempt.history, attempt.judgement, "A history without an order"));
}

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
    running.push_back(begin_calls(*use.actors[i], use.object, program.actors[i], start));
  for (std::size_t i = 0; i < program.actors.size(); ++i)
    collect_calls(adapter, *use.actors[i], use.object, program.actors[i], running[i], calls);
  attempt.judgement = judge(attempt.history, Budget::of(adapter.settings().deadline));
  return attempt;
}

void check_parallel(Adapter& adapter, const SharedUse& use, const std::vector<Callable>& callables,
                    const ParallelShape& shape) {
  if (const auto& file = adapter.settings().replay; !file.empty())
    return replay(adapter, use, program_from_text(text_of(file)));
  bool overlapped = false;
  std::string failure;
  const auto round = [&] {
    const ParallelProgram program =
        drawn(callables, shape.prefix, shape.calls_each, use.actors.size());
    // rapidcheck asks again for a result that it reports, and a race need not fail again.
    if (!failure.empty()) RC_FAIL(failure);
    const auto run = [&](const ParallelProgram& p) { return run_parallel(adapter, use, p); };
    const Attempt attempt = run(program);
    overlapped = overlapped || has_overlap(attempt.history.calls);
    if (attempt.judgement.answer == Answer::unknown)
      adapter.stop(Verdict::inconclusive, explanation(attempt.judgement));
    if (!attempt.failed()) return;
    const bool shrinks = !rc::detail::configuration().testParams.disableShrinking;
    const auto time = shrinks ? kShrinkTime : std::chrono::seconds(0);
    const Counterexample smallest =
        shrink({program, attempt}, run, {.deadline = Clock::now() + time});
    leave_behind(adapter, use, smallest);
    failure = explanation(smallest);
    RC_FAIL(failure);
  };
  // The smallest program that failed says more than the drawn one that rapidcheck tells.
  if (const auto found = counterexample(round, shape.rounds))
    report_property(failure.empty() ? *found : failure);
  if (!overlapped && !::testing::Test::HasFailure())
    adapter.stop(Verdict::inconclusive, "no two calls of different processes overlapped");
}

}  // namespace mpspec
