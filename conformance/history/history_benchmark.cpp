// How long the checker takes for long histories of honest objects, and of dishonest ones.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <deque>
#include <random>

#include "history/checker.hpp"

namespace mpspec {
namespace {

constexpr int kClients = 8;
using Random = std::mt19937_64;

/// Clients that call as fast as they can: each call has its effect at the present moment, and lasts
/// from some time before to some time after it, so that the calls of all clients overlap.
class Clients {
 public:
  explicit Clients(int clients) : free_from_(static_cast<std::size_t>(clients), 0) {}

  /// The actor that goes next, and its call's times around the moment of its effect.
  Call next() {
    const auto first = std::min_element(free_from_.begin(), free_from_.end());
    const long long began = *first + length();
    now_ = std::max(now_ + 1, began + length());
    const long long ended = now_ + length();
    *first = ended + 1;
    Call call;
    call.actor = static_cast<int>(first - free_from_.begin());
    call.began = Stamp(std::chrono::nanoseconds(began));
    call.ended = Stamp(std::chrono::nanoseconds(ended));
    return call;
  }
  std::size_t below(std::size_t end) { return random_() % end; }

 private:
  long long length() { return 1 + static_cast<long long>(random_() % 2000); }

  Random random_{42};
  std::vector<long long> free_from_;
  long long now_ = 0;
};

History dict_history(int calls, std::size_t keys) {
  History history{{{"d", "manager.dict"}}, {}};
  Clients clients(kClients);
  std::vector<Value> contents(keys);
  for (int i = 0; i < calls; ++i) {
    Call call = clients.next();
    call.object = "d";
    const std::size_t key = clients.below(keys);
    if (clients.below(2) == 0) {
      call.method = "__setitem__";
      call.args = {key, i};
      call.seen = Value();
      contents[key] = i;
    } else {
      call.method = "get";
      call.args = {key};
      call.seen = contents[key];
    }
    history.calls.push_back(std::move(call));
  }
  return history;
}

/// Puts and gets of distinct values on one queue, bounded unless `maxsize` is zero, with the
/// refusals of a queue that is full or empty.
History queue_history(int calls, long long maxsize, int clients_count = kClients) {
  History history{{{"q", "manager.Queue", {maxsize}}}, {}};
  Clients clients(clients_count);
  std::deque<int> contents;
  for (int i = 0; i < calls; ++i) {
    Call call = clients.next();
    call.object = "q";
    // In waves, so that the queue grows long and runs dry.
    const bool puts = clients.below(10) < (i / 500 % 2 == 0 ? 7U : 3U);
    call.method = puts ? "put_nowait" : "get_nowait";
    if (puts) call.args = {i};
    if (puts && maxsize > 0 && static_cast<long long>(contents.size()) == maxsize) {
      call.seen = fails("Full");
    } else if (puts) {
      contents.push_back(i);
      call.seen = Value();
    } else if (contents.empty()) {
      call.seen = fails("Empty");
    } else {
      call.seen = Value(contents.front());
      contents.pop_front();
    }
    history.calls.push_back(std::move(call));
  }
  return history;
}

void expect(benchmark::State& state, const History& history, Answer answer) {
  Judgement judgement;
  for (auto _ : state) judgement = judge(history, Budget::of(std::chrono::minutes(1)));
  if (judgement.answer != answer)
    state.SkipWithError(("the answer is " + std::string(to_string(judgement.answer))).c_str());
  state.counters["calls"] = static_cast<double>(judgement.calls);
  state.counters["steps"] = static_cast<double>(judgement.steps);
}

void dict_by_key(benchmark::State& state) {
  const auto calls = static_cast<int>(state.range(0));
  const History history = dict_history(calls, static_cast<std::size_t>(state.range(1)));
  expect(state, history, Answer::linearizable);
}
BENCHMARK(dict_by_key)->Args({100'000, 1000})->Args({100'000, 10})->Unit(benchmark::kMillisecond);

void stale_read_of_a_dict(benchmark::State& state) {
  History history = dict_history(static_cast<int>(state.range(0)), 1000);
  const auto late_read =
      std::find_if(history.calls.begin() + state.range(0) / 2, history.calls.end(),
                   [](const Call& call) { return call.method == "get"; });
  late_read->seen = Value(-1);
  expect(state, history, Answer::not_linearizable);
}
BENCHMARK(stale_read_of_a_dict)->Arg(100'000)->Unit(benchmark::kMillisecond);

void queue(benchmark::State& state) {
  expect(state, queue_history(static_cast<int>(state.range(0)), state.range(1)),
         Answer::linearizable);
}
BENCHMARK(queue)
    ->Args({10'000, 0})
    ->Args({10'000, 3})
    ->Args({10'000, 100})
    ->Unit(benchmark::kMillisecond);

void queue_that_reorders(benchmark::State& state) {
  History history = queue_history(static_cast<int>(state.range(0)), 0);
  // Two items that went in far apart come out in each other's place.
  std::vector<Call*> gets;
  for (Call& call : history.calls) {
    if (call.method == "get_nowait" && std::holds_alternative<Value>(*call.seen))
      gets.push_back(&call);
  }
  std::swap(gets[gets.size() / 2]->seen, gets[gets.size() / 2 + 100]->seen);
  expect(state, history, Answer::not_linearizable);
}
BENCHMARK(queue_that_reorders)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mpspec

BENCHMARK_MAIN();
