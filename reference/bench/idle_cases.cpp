// What costs something while nothing happens.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <vector>

#include "mp/event.hpp"
#include "mp/lock.hpp"
#include "mp/queue.hpp"
#include "mp/semaphore.hpp"
#include "mp/value.hpp"
#include "suites.hpp"

namespace mp::bench {
namespace {

/// The part of a second, in percent, that one who waits for a second computes.
Contender blocked_waiter() {
  return {.name = "Queue::get",
          .run =
              [](std::int64_t) {
                const Queue queue = *Queue::create();
                const auto used = shared_object<double>();
                run_team({[&] {
                           static_cast<void>(queue.get(std::chrono::seconds(1)));
                           rusage usage{};
                           ::getrusage(RUSAGE_SELF, &usage);
                           const timeval& user = usage.ru_utime;
                           const timeval& system = usage.ru_stime;
                           *used =
                               100.0 * (static_cast<double>(user.tv_sec + system.tv_sec) +
                                        1e-6 * static_cast<double>(user.tv_usec + system.tv_usec));
                         }},
                         Placement::Free);
                return *used;
              },
          .operations = 1};
}

/// What the system has in use, without what it could give back at once, in KiB.
double used_kib() {
  std::ifstream meminfo("/proc/meminfo");
  std::string name, unit;
  double value = 0, used = 0;
  while (meminfo >> name >> value) {
    std::getline(meminfo, unit);
    if (name == "Shmem:" || name == "Slab:" || name == "PageTables:" || name == "AnonPages:")
      used += value;
  }
  return used;
}

/// Makes so many objects in a process of its own, and asks the system what they take, each.
template <class Make>
Contender memory_of(const char* name, const Make& make) {
  return {.name = name,
          .run =
              [make](std::int64_t count) {
                const auto kib = shared_object<double>();
                run_team({[&] {
                           const double before = used_kib();
                           std::vector<decltype(make())> objects;
                           objects.reserve(static_cast<std::size_t>(count));
                           for (std::int64_t n = 0; n < count; ++n) objects.push_back(make());
                           *kib = (used_kib() - before) / static_cast<double>(count);
                         }},
                         Placement::Free);
                return std::max(*kib, 0.0);
              },
          .operations = 10'000};
}

Case memory_case(Contender ours) {
  const std::string name = "10,000 objects: " + ours.name + ", each";
  return {.name = name, .ours = std::move(ours), .floor = 4, .aim = 0.25, .unit = "KiB"};
}

}  // namespace

std::vector<Case> idle_cases() {
  return {
      {.name = "a blocked get, processor time",
       .ours = blocked_waiter(),
       .floor = 1,
       .aim = 0.5,
       .unit = "%"},
      memory_case(memory_of("Lock", [] { return *Lock::create(); })),
      memory_case(memory_of("Semaphore", [] { return *Semaphore::create(); })),
      memory_case(memory_of("Event", [] { return *Event::create(); })),
      memory_case(memory_of("Value", [] { return *Value<std::int64_t>::create(); })),
      memory_case(memory_of("Queue", [] { return *Queue::create(); })),
  };
}

}  // namespace mp::bench
