#include "history/parallel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "history/explain.hpp"

namespace mpspec {
namespace {

using Lane = std::vector<PlannedCall>;

/// Simpler values in place of one, the simplest first.
std::vector<Value> simpler(const Value& value) {
  std::vector<Value> out;
  if (const auto* number = value.get_if<BigInt>()) {
    if (*number != 0) out = {Value(0), Value(BigInt(*number / 2))};
    if (*number < 0) out.emplace_back(BigInt(-*number));
  } else if (const auto* text = value.get_if<Str>()) {
    if (!text->utf8.empty()) out = {Value("")};
  } else if (const auto* items = value.get_if<List>()) {
    for (std::size_t i = 0; i < items->items.size(); ++i) {
      List fewer = *items;
      fewer.items.erase(fewer.items.begin() + static_cast<std::ptrdiff_t>(i));
      out.emplace_back(std::move(fewer));
    }
  } else if (const auto* pairs = value.get_if<Dict>()) {
    for (std::size_t i = 0; i < pairs->items.size(); ++i) {
      Dict fewer = *pairs;
      fewer.items.erase(fewer.items.begin() + static_cast<std::ptrdiff_t>(i));
      out.emplace_back(std::move(fewer));
    }
  }
  return out;
}

/// The prefix is lane 0, the actors follow.
Lane& lane_of(ParallelProgram& program, std::size_t lane) {
  return lane == 0 ? program.prefix : program.actors[lane - 1];
}

void without_actors(const ParallelProgram& program, std::vector<ParallelProgram>& out) {
  for (std::size_t i = 0; program.actors.size() > 1 && i < program.actors.size(); ++i) {
    ParallelProgram fewer = program;
    fewer.actors.erase(fewer.actors.begin() + static_cast<std::ptrdiff_t>(i));
    out.push_back(std::move(fewer));
  }
}

void without_calls(const ParallelProgram& program, std::vector<ParallelProgram>& out) {
  ParallelProgram copy = program;
  std::size_t longest = 0;
  for (std::size_t lane = 0; lane <= program.actors.size(); ++lane)
    longest = std::max(longest, lane_of(copy, lane).size());
  for (std::size_t chunk = longest; chunk > 0; chunk /= 2) {
    for (std::size_t lane = 0; lane <= program.actors.size(); ++lane) {
      const std::size_t size = lane_of(copy, lane).size();
      for (std::size_t first = 0; first + chunk <= size; first += chunk) {
        ParallelProgram fewer = program;
        Lane& calls = lane_of(fewer, lane);
        const auto begin = calls.begin() + static_cast<std::ptrdiff_t>(first);
        calls.erase(begin, begin + static_cast<std::ptrdiff_t>(chunk));
        out.push_back(std::move(fewer));
      }
    }
  }
}

void with_simpler_values(const ParallelProgram& program, std::vector<ParallelProgram>& out) {
  ParallelProgram copy = program;
  for (std::size_t lane = 0; lane <= program.actors.size(); ++lane) {
    for (std::size_t call = 0; call < lane_of(copy, lane).size(); ++call) {
      const Args& args = lane_of(copy, lane)[call].args;
      for (std::size_t arg = 0; arg < args.size(); ++arg) {
        for (const Value& value : simpler(args[arg])) {
          out.push_back(program);
          lane_of(out.back(), lane)[call].args[arg] = value;
        }
      }
    }
  }
}

/// Runs a program as often as it takes to say how often it fails; nothing when it never does.
std::optional<Counterexample> failing(const ParallelProgram& program, const RunProgram& run,
                                      int repeats) {
  Counterexample out{program, {}, 0, repeats};
  for (int i = 0; i < repeats; ++i) {
    Attempt attempt = run(program);
    if (!attempt.failed()) continue;
    ++out.failures;
    out.attempt = std::move(attempt);
  }
  return out.failures > 0 ? std::optional(std::move(out)) : std::nullopt;
}

std::string text_of(const PlannedCall& call) {
  return call_text({0, "object", call.method, call.args});
}

std::string lane_text(const Lane& lane) {
  std::string out;
  for (const PlannedCall& call : lane) out += (out.empty() ? "" : "; ") + text_of(call);
  return out;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const PlannedCall& call) {
  return out << text_of(call);
}

std::vector<ParallelProgram> smaller_programs(const ParallelProgram& program) {
  std::vector<ParallelProgram> out;
  without_actors(program, out);
  without_calls(program, out);
  with_simpler_values(program, out);
  return out;
}

Counterexample shrink(Counterexample failed, const RunProgram& run, const ShrinkLimits& limits) {
  const auto in_time = [&] { return std::chrono::steady_clock::now() < limits.deadline; };
  bool counted = false;
  for (bool smaller = true; smaller && in_time();) {
    smaller = false;
    for (const ParallelProgram& program : smaller_programs(failed.program)) {
      if (!in_time()) break;
      if (auto next = failing(program, run, limits.repeats)) {
        failed = std::move(*next);
        counted = smaller = true;
        break;
      }
    }
  }
  if (counted) return failed;
  // Nothing smaller failed; the program itself was run only once so far.
  if (auto again = failing(failed.program, run, limits.repeats)) {
    again->failures += failed.failures;
    again->runs += failed.runs;
    return *again;
  }
  failed.runs += limits.repeats;
  return failed;
}

std::string explanation(const Counterexample& counterexample) {
  std::string out =
      fmt::format("failed {} of {} times:\n", counterexample.failures, counterexample.runs);
  if (!counterexample.program.prefix.empty())
    out += fmt::format("  first:   {}\n", lane_text(counterexample.program.prefix));
  for (std::size_t i = 0; i < counterexample.program.actors.size(); ++i)
    out += fmt::format("  actor {}: {}\n", i, lane_text(counterexample.program.actors[i]));
  return out + explanation(counterexample.attempt.judgement);
}

bool has_overlap(const Calls& calls) {
  return std::any_of(calls.begin(), calls.end(), [&](const Call& a) {
    return std::any_of(calls.begin(), calls.end(), [&](const Call& b) {
      return a.actor != b.actor && a.began <= b.ended && b.began <= a.ended;
    });
  });
}

}  // namespace mpspec
