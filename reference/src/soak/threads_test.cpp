// The workers of the soak as threads of one process, which nobody kills: what ThreadSanitizer and
// AddressSanitizer can look at.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "soak/world.hpp"

namespace mp::soak {
namespace {

TEST(SoakThreads, LeaveEverythingInOrder) {
  const World world = *World::create();
  std::vector<std::thread> threads;
  for (int place = 0; place < 4; ++place) {
    threads.emplace_back(
        [&world, place] { work(world, place, static_cast<std::uint64_t>(place)); });
  }
  // Until they have done something, however slow the machine is.
  while (world.counted(Count::Operations) < 2'000) std::this_thread::yield();
  world.stop.set();
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(world.counted(Count::Broken), 0);
  EXPECT_EQ(world.counted(Count::OwnersDied), 0);
  EXPECT_TRUE(world.lock.acquire(kPoll));
  EXPECT_TRUE(check_pair(world.under_lock, /*owner_died=*/false));
  EXPECT_TRUE(world.rlock.acquire(kPoll));
  EXPECT_TRUE(check_pair(world.under_rlock, /*owner_died=*/false));
  EXPECT_EQ(world.semaphore.get_value(), kPermits);
  EXPECT_EQ(*world.semaphore.recover(), 0);
  EXPECT_EQ(world.counted(Count::Puts) - world.counted(Count::Gets),
            static_cast<long>(world.queue.qsize()));
}

}  // namespace
}  // namespace mp::soak
