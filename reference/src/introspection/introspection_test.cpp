#include "mp/introspection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/array.hpp"
#include "mp/barrier.hpp"
#include "mp/condition.hpp"
#include "mp/event.hpp"
#include "mp/lock.hpp"
#include "mp/queue.hpp"
#include "mp/semaphore.hpp"
#include "mp/shared_memory.hpp"
#include "mp/value.hpp"
#include "shm/segment.hpp"

namespace mp::introspection {
namespace {

using mp::testing::Forked;
using mp::testing::kTestDeadline;
using mp::testing::Signal;
using mp::testing::sleep_for_ever;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

template <class T>
Object look_at(const T& object) {
  const auto seen = inspect(object);
  EXPECT_TRUE(seen && seen->size() == 1);
  return seen && !seen->empty() ? seen->front() : Object();
}

/// Looks until it is as wanted: who is about to sleep does in a moment.
template <class T, class Condition>
Object look_until(const T& object, const Condition& condition) {
  const Deadline deadline = Deadline::after(kTestDeadline);
  while (true) {
    Object seen = look_at(object);
    if (condition(seen)) return seen;
    if (deadline.passed()) {
      ADD_FAILURE() << "it did not come to that";
      return seen;
    }
    ::sched_yield();
  }
}

/// Holds what `take` takes until it is killed.
template <class Take>
Forked holder(const Take& take) {
  Signal has_it;
  Forked process([&] {
    take();
    has_it.raise();
    sleep_for_ever();
  });
  EXPECT_TRUE(has_it.await());
  return process;
}

TEST(Introspection, OfAFreeLock) {
  const Lock lock = *Lock::create();
  const Object seen = look_at(lock);
  EXPECT_EQ(seen.kind, "Lock");
  EXPECT_THAT(seen.name, ::testing::MatchesRegex("Lock [0-9a-f]{16}"));
  EXPECT_EQ(seen.creator, ::getpid());
  EXPECT_TRUE(seen.creator_is_alive);
  EXPECT_THAT(seen.processes, ::testing::ElementsAre(::getpid()));
  EXPECT_TRUE(seen.holders.empty());
  EXPECT_TRUE(seen.waiters.empty());
  EXPECT_TRUE(seen.trouble.empty());
  EXPECT_GT(seen.memory, 0u);
  EXPECT_LE(*seen.created, std::chrono::system_clock::now());
  EXPECT_THAT(seen.details, Contains(Pair("state", "free")));
}

TEST(Introspection, ALockedLockSaysWhoHoldsItAndWhoWaits) {
  const Lock lock = *Lock::create();
  Forked owner = holder([&] { EXPECT_TRUE(lock.acquire()); });
  Object seen = look_at(lock);
  ASSERT_EQ(seen.holders.size(), 1u);
  EXPECT_EQ(seen.holders[0].process, owner.pid());
  EXPECT_TRUE(seen.holders[0].is_alive);
  EXPECT_FALSE(seen.holders[0].since) << "nobody waits for it";
  EXPECT_THAT(seen.processes, Contains(owner.pid()));

  Forked waiting([&] { static_cast<void>(lock.acquire()); });
  seen = look_until(lock, [&](const Object& now) { return !now.waiters.empty(); });
  EXPECT_EQ(seen.waiters[0].process, waiting.pid());
  EXPECT_EQ(seen.waiters[0].what, "lock");
  ASSERT_EQ(seen.holders.size(), 1u);
  ASSERT_TRUE(seen.holders[0].since);
  EXPECT_LE(*seen.holders[0].since, std::chrono::system_clock::now());
  EXPECT_GT(*seen.holders[0].since, std::chrono::system_clock::now() - std::chrono::minutes(10));
  waiting.kill_and_reap();

  owner.kill_and_reap();
  seen = look_at(lock);
  EXPECT_TRUE(seen.has_dead_holder());
  EXPECT_EQ(seen.holders[0].process, owner.pid() == 0 ? seen.holders[0].process : owner.pid());
  EXPECT_FALSE(seen.holders[0].is_alive);
}

TEST(Introspection, OfNumbersAndTheirLocks) {
  const Value<int> value = *Value<int>::create(3);
  EXPECT_TRUE(value.acquire());
  EXPECT_TRUE(value.acquire());
  const Object seen = look_at(value);
  EXPECT_EQ(seen.kind, "Value");
  ASSERT_EQ(seen.holders.size(), 1u);
  EXPECT_EQ(seen.holders[0].process, ::getpid());
  EXPECT_EQ(seen.holders[0].thread, ::gettid());
  EXPECT_EQ(seen.holders[0].count, 2);
  EXPECT_THAT(seen.details, Contains(Pair("typecode", "i")));
  EXPECT_TRUE(value.release());
  EXPECT_TRUE(value.release());

  const Lock lock = *Lock::create();
  const auto both = inspect(*Array<double>::create(10, lock));
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2u) << "an array and a lock of its own";
  EXPECT_EQ((*both)[0].kind, "Array");
  EXPECT_THAT((*both)[0].details, Contains(Pair("length", "10")));
  EXPECT_EQ((*both)[1].kind, "Lock");
}

TEST(Introspection, OfASemaphoreWithDeadHolders) {
  const Semaphore semaphore = *Semaphore::create(3);
  Forked living = holder([&] { EXPECT_TRUE(semaphore.acquire()); });
  holder([&] {
    EXPECT_TRUE(semaphore.acquire());
    EXPECT_TRUE(semaphore.acquire());
  }).kill_and_reap();
  Forked waiting([&] { static_cast<void>(semaphore.acquire()); });
  const Object seen = look_until(semaphore, [](const Object& now) { return !now.waiters.empty(); });
  EXPECT_EQ(seen.waiters[0].what, "a permit");
  EXPECT_THAT(seen.details, Contains(Pair("value", "0 of 3")));
  ASSERT_EQ(seen.holders.size(), 2u);
  for (const Holder& one : seen.holders) EXPECT_EQ(one.count, one.is_alive ? 1 : 2);
  EXPECT_EQ(*recover_permits(seen.id), 2);
  EXPECT_EQ(waiting.reap(), 0);
}

TEST(Introspection, OfQueuesEventsBarriersAndConditions) {
  const Queue queue = *Queue::create(5);
  EXPECT_TRUE(queue.put(bytes_view("x")));
  const Object seen = look_at(queue);
  EXPECT_THAT(seen.details, Contains(Pair("messages", "1")));
  EXPECT_THAT(seen.details, Contains(Pair("maxsize", "5")));
  const Queue empty = *Queue::create();
  Forked consumer([&] { static_cast<void>(empty.get()); });
  const Object awaited = look_until(empty, [](const Object& now) { return !now.waiters.empty(); });
  EXPECT_EQ(awaited.waiters[0].what, "a message");
  EXPECT_THAT(awaited.details, Contains(Pair("maxsize", "unlimited")));

  const Event event = *Event::create();
  event.set();
  EXPECT_THAT(look_at(event).details, Contains(Pair("state", "set")));
  const Barrier barrier = *Barrier::create(2);
  Forked party([&] { static_cast<void>(barrier.wait()); });
  // Who is on the way in is seen before it is counted.
  const Object met = look_until(barrier, [](const Object& now) {
    return !now.waiters.empty() &&
           std::count(now.details.begin(), now.details.end(),
                      std::pair<std::string, std::string>("parties", "1 of 2"));
  });
  EXPECT_EQ(met.waiters[0].what, "the other parties");
  const Condition condition = *Condition::create();
  EXPECT_EQ(inspect(condition)->back().kind, "Condition");
}

TEST(Introspection, ListsAndFindsThem) {
  const Event event = *Event::create();
  const Object seen = look_at(event);
  const auto all = objects();
  EXPECT_TRUE(std::ranges::any_of(all, [&](const Object& one) { return one.id == seen.id; }));
  EXPECT_EQ(find(seen.name.substr(seen.name.find(' ') + 1))->id, seen.id);
  EXPECT_EQ(find("no such name").error().code, ErrorCode::NotFound);
  EXPECT_EQ(find("").error().code, ErrorCode::NotFound);
}

TEST(Introspection, OfANamedBlockThatNobodyHas) {
  std::string name;
  {
    const SharedMemory memory = *SharedMemory::create(10'000);
    name = memory.name();
    const Object seen = *find(name);
    EXPECT_EQ(seen.kind, "SharedMemory");
    EXPECT_EQ(seen.bytes, 10'000u);
    EXPECT_THAT(seen.processes, ::testing::ElementsAre(::getpid()));
    const auto removable = *remove_unused_blocks(/*dry_run=*/true);
    EXPECT_FALSE(std::ranges::any_of(removable, [&](const Removed& r) { return r.name == name; }));
  }
  EXPECT_TRUE(find(name)->processes.empty());
  const auto removable = *remove_unused_blocks(/*dry_run=*/true);
  EXPECT_TRUE(std::ranges::any_of(removable, [&](const Removed& r) { return r.name == name; }));
  EXPECT_TRUE(find(name)) << "a dry run";
  EXPECT_TRUE(SharedMemory::open(name)->unlink());
}

TEST(Introspection, AnOverwrittenHeaderIsToldOf) {
  const Lock lock = *Lock::create();
  const Object before = look_at(lock);
  const auto segment = shm::Segment::with_id(before.id);
  const std::uint16_t another_version = 77;
  ASSERT_EQ(
      ::pwrite(segment->fd(), &another_version, 2, offsetof(shm::SegmentHeader, layout_version)),
      2);
  const auto all = inspect_ids({before.id});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_THAT(all[0].trouble, HasSubstr("layout version 77"));
}

}  // namespace
}  // namespace mp::introspection
