// Many numbers at once, and one at a time.
#include <algorithm>
#include <cstring>

#include "mp/array.hpp"
#include "mp/value.hpp"
#include "raw/futex.hpp"
#include "suites.hpp"

namespace mp::bench {
namespace {

constexpr std::size_t kLength = std::size_t{1} << 20;

/// The compiler takes `what` for changed and for looked at.
template <class T>
void keep(T& what) {
  asm volatile("" : "+m"(what) : : "memory");
}

double run_one(std::int64_t operations, const Party& party) {
  return run_team({party}, Placement::Same) / static_cast<double>(operations);
}

/// Copies a million numbers into shared memory; an operation is one number.
template <class Target>
double copy_into(std::int64_t operations, const Target& target) {
  const std::vector<double> source(kLength, 1.5);
  const std::int64_t copies = std::max<std::int64_t>(1, operations / kLength);
  return run_one(copies * static_cast<std::int64_t>(kLength), [&] {
    std::memset(target.data(), 1, target.size_bytes());  // the memory is there
    for (std::int64_t n = 0; n < copies; ++n) {
      std::ranges::copy(source, target.begin());
      keep(target[0]);
    }
  });
}

Contender span_copy() {
  return {"Array::span", [](std::int64_t operations) {
            const auto array = *RawArray<double>::create(kLength);
            return copy_into(operations, array.span());
          }};
}
Contender memcpy_copy() {
  return {"memcpy", [](std::int64_t operations) {
            const auto memory = shared_bytes(kLength * sizeof(double));
            return copy_into(operations, std::span(static_cast<double*>(memory.get()), kLength));
          }};
}

/// The element that the n-th operation is about: all in turn, of a part that caches hold.
std::size_t element(std::int64_t n) { return static_cast<std::size_t>(n) % 4096; }

Contender locked_elements() {
  return {"Array::set", [](std::int64_t operations) {
            const auto array = *Array<double>::create(kLength);
            return run_one(operations, [&] {
              for (std::int64_t n = 0; n < operations; ++n) {
                array.set(static_cast<std::int64_t>(element(n)), 2.5).value();
              }
            });
          }};
}
Contender futex_elements() {
  return {"3-state futex", [](std::int64_t operations) {
            struct Shared {
              raw::FutexMutex mutex;
              alignas(64) double items[4096];
            };
            const auto shared = shared_object<Shared>();
            return run_one(operations, [&] {
              for (std::int64_t n = 0; n < operations; ++n) {
                shared->mutex.lock();
                shared->items[element(n)] = 2.5;
                shared->mutex.unlock();
              }
            });
          }};
}

Contender value_fetch_add() {
  return {"Value::fetch_add", [](std::int64_t operations) {
            const auto value = *RawValue<std::int64_t>::create();
            return run_one(operations, [&] {
              for (std::int64_t n = 0; n < operations; ++n) value.fetch_add(1);
            });
          }};
}
Contender atomic_fetch_add() {
  return {"std::atomic", [](std::int64_t operations) {
            const auto value = shared_object<std::atomic<std::int64_t>>();
            return run_one(operations, [&] {
              for (std::int64_t n = 0; n < operations; ++n) value->fetch_add(1);
            });
          }};
}

}  // namespace

std::vector<Case> array_cases() {
  return {
      {.name = "Value, atomic fetch_add",
       .placement = Placement::Same,
       .ours = value_fetch_add(),
       .raw = atomic_fetch_add(),
       .floor = 1.05,
       .aim = 1.0},
      {.name = "Array, span",
       .placement = Placement::Same,
       .ours = span_copy(),
       .raw = memcpy_copy(),
       .floor = 1.15,
       .aim = 1.05},
      {.name = "Array, element with the lock each",
       .placement = Placement::Same,
       .ours = locked_elements(),
       .raw = futex_elements(),
       .floor = 1.15,
       .aim = 1.05},
  };
}

}  // namespace mp::bench
