// Absolute figures of single operations of one process, for Google Benchmark's tools.
#include <benchmark/benchmark.h>

#include "mp/array.hpp"
#include "mp/event.hpp"
#include "mp/queue.hpp"
#include "mp/semaphore.hpp"
#include "mp/value.hpp"

namespace mp::bench {
namespace {

template <class L>
void acquire_release(benchmark::State& state) {
  const L lock = *L::create();
  for (auto _ : state) {
    lock.acquire().value();
    lock.release().value();
  }
}
BENCHMARK(acquire_release<Lock>);
BENCHMARK(acquire_release<RLock>);

void semaphore(benchmark::State& state) {
  const Semaphore semaphore = *Semaphore::create(1);
  for (auto _ : state) {
    semaphore.acquire().value();
    semaphore.release().value();
  }
}
BENCHMARK(semaphore);

void event_set_clear(benchmark::State& state) {
  const Event event = *Event::create();
  for (auto _ : state) {
    event.set();
    event.clear();
  }
}
BENCHMARK(event_set_clear);

void value_read(benchmark::State& state) {
  const auto value = *Value<std::int64_t>::create();
  for (auto _ : state) benchmark::DoNotOptimize(value.value());
}
BENCHMARK(value_read);

void array_set(benchmark::State& state) {
  const auto array = *Array<double>::create(1024);
  for (auto _ : state) array.set(7, 1.5).value();
}
BENCHMARK(array_set);

void queue_put_get(benchmark::State& state) {
  const Queue queue = *Queue::create();
  const Bytes message(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    queue.put(message).value();
    benchmark::DoNotOptimize(queue.get().value());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(queue_put_get)->Arg(0)->Arg(64)->Arg(1024)->Arg(65536)->Arg(1 << 20);

template <class Object, class... Arguments>
void create(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Object::create().value());
}
BENCHMARK(create<Lock>);
BENCHMARK(create<Queue>);

}  // namespace
}  // namespace mp::bench

BENCHMARK_MAIN();
