// What is left of a queue when a process is killed at any instruction of an operation on it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "base/testing/single_step.hpp"
#include "channel/message_queue.hpp"
#include "mp/queue.hpp"

namespace mp::channel {
namespace {

using mp::testing::Forked;
using mp::testing::kill_everywhere;
using mp::testing::kTestDeadline;
using mp::testing::Signal;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using Contents = std::vector<std::string>;

constexpr unsigned kPageLog2 = 12;
constexpr long kPoints = 200;
constexpr long kPointsOfLongOperations = 60;
using Shared = std::shared_ptr<MessageQueue>;

Shared queue_of(const Contents& items, std::int64_t maxsize = 0) {
  Shared queue = *MessageQueue::create(maxsize, kPageLog2);
  for (const std::string& item : items)
    EXPECT_TRUE(queue->put(bytes_view(item), Deadline::after(kPoll)));
  return queue;
}

/// Everything the queue holds; checks that its counts say the same.
Contents drain(MessageQueue& queue) {
  Contents items;
  while (true) {
    const Result<Bytes> item = queue.get(Deadline::after(kPoll));
    if (!item) {
      EXPECT_EQ(item.error().code, ErrorCode::Empty);
      EXPECT_EQ(queue.size(), 0u);
      return items;
    }
    items.emplace_back(text_view(*item));
  }
}

/// The queue works as if nothing had happened.
void expect_usable(MessageQueue& queue) {
  EXPECT_TRUE(queue.put(bytes_view("after"), Deadline::after(kPoll)));
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_EQ(drain(queue), Contents{"after"});
}

TEST(QueueDeath, AnywhereInPut) {
  kill_everywhere(
      kPoints,
      [] {
        return queue_of({"a", "b"});
      },
      [](Shared& queue) { static_cast<void>(queue->put(bytes_view("new"), Deadline::never())); },
      [](Shared& queue) {
        EXPECT_THAT(drain(*queue), AnyOf(ElementsAre("a", "b"), ElementsAre("a", "b", "new")));
        expect_usable(*queue);
      });
}

TEST(QueueDeath, AnywhereInPutOfAnEmptyQueue) {
  kill_everywhere(
      kPoints, [] { return queue_of({}); },
      [](Shared& queue) { static_cast<void>(queue->put(bytes_view("new"), Deadline::never())); },
      [](Shared& queue) {
        EXPECT_THAT(drain(*queue), AnyOf(ElementsAre(), ElementsAre("new")));
        expect_usable(*queue);
      });
}

TEST(QueueDeath, AnywhereInGet) {
  kill_everywhere(
      kPoints,
      [] {
        return queue_of({"a", "b"});
      },
      [](Shared& queue) { static_cast<void>(queue->get(Deadline::never())); },
      [](Shared& queue) {
        EXPECT_THAT(drain(*queue), AnyOf(ElementsAre("a", "b"), ElementsAre("b")));
        expect_usable(*queue);
      });
}

TEST(QueueDeath, AnywhereInGetOfTheLastItem) {
  kill_everywhere(
      kPoints, [] { return queue_of({"a"}, 1); },
      [](Shared& queue) { static_cast<void>(queue->get(Deadline::never())); },
      [](Shared& queue) {
        EXPECT_THAT(drain(*queue), AnyOf(ElementsAre("a"), ElementsAre()));
        expect_usable(*queue);
      });
}

TEST(QueueDeath, AnywhereInAPutThatGrows) {
  const std::string live(3000, 'x');
  const std::string large(2000, 'y');
  kill_everywhere(
      kPointsOfLongOperations,
      [&] {
        return queue_of({"a", live});
      },
      [&](Shared& queue) { static_cast<void>(queue->put(bytes_view(large), Deadline::never())); },
      [&](Shared& queue) {
        EXPECT_THAT(drain(*queue), AnyOf(ElementsAre("a", live), ElementsAre("a", live, large)));
        expect_usable(*queue);
      });
}

TEST(QueueDeath, AnywhereInTaskDone) {
  kill_everywhere(
      kPoints, [] { return queue_of({"a"}); },
      [](Shared& queue) { static_cast<void>(queue->task_done()); },
      [](Shared& queue) {
        // One task: done, or still to be done, and never done twice.
        const bool was_done = queue->join(Deadline::after(kPoll));
        EXPECT_EQ(queue->task_done().has_value(), !was_done);
        EXPECT_TRUE(queue->join(Deadline::after(kPoll)));
      });
}

TEST(QueueDeath, OfAPutKeepsTheTasksCounted) {
  kill_everywhere(
      kPoints, [] { return queue_of({}); },
      [](Shared& queue) { static_cast<void>(queue->put(bytes_view("task"), Deadline::never())); },
      [](Shared& queue) {
        const bool was_put = !drain(*queue).empty();
        EXPECT_EQ(queue->join(Deadline::after(kPoll)), !was_put);
        EXPECT_EQ(queue->task_done().has_value(), was_put);
      });
}

TEST(QueueDeath, ABlockedGetterTakesNothingWithIt) {
  const Queue queue = *Queue::create();
  std::vector<Forked> getters;
  for (int i = 0; i < 4; ++i) {
    getters.emplace_back([&] {
      static_cast<void>(queue.get());
      ADD_FAILURE() << "there was nothing to get";
    });
  }
  for (Forked& getter : getters) {
    getter.await_asleep();
    getter.kill_and_reap();
  }
  ASSERT_TRUE(queue.put(bytes_view("1")));
  EXPECT_EQ(text_view(*queue.get(kTestDeadline)), "1");
}

TEST(QueueDeath, ABlockedProducerHoldsNobodyUp) {
  const Queue queue = *Queue::create(1);
  ASSERT_TRUE(queue.put(bytes_view("1")));
  Signal done;
  const auto put_second = [&] {
    EXPECT_TRUE(queue.put(bytes_view("2")));
    done.raise();
  };
  Forked victim(put_second);
  Forked survivor(put_second);
  victim.await_asleep();
  survivor.await_asleep();
  EXPECT_FALSE(done.came_within(kPoll));
  victim.kill_and_reap();
  EXPECT_EQ(text_view(*queue.get(kTestDeadline)), "1");
  EXPECT_TRUE(done.await());
  EXPECT_EQ(text_view(*queue.get(kTestDeadline)), "2");
  EXPECT_EQ(survivor.reap(), 0);
}

TEST(QueueDeath, OfBusyProducersLosesNothingThatOthersPut) {
  const Queue queue = *Queue::create(8);
  std::vector<Forked> victims;
  for (int i = 0; i < 3; ++i) {
    victims.emplace_back([&] {
      while (true) static_cast<void>(queue.put(bytes_view("victim")));
    });
  }
  Forked survivor([&] {
    for (int n = 0; n < 300; ++n) EXPECT_TRUE(queue.put(bytes_view(std::to_string(n))));
  });
  int next = 0;
  for (int taken = 0; next < 300; ++taken) {
    const Result<Bytes> item = queue.get(kTestDeadline);
    ASSERT_TRUE(item) << "after " << next << " items of the survivor";
    if (text_view(*item) == std::to_string(next)) {
      ++next;
    } else {
      ASSERT_EQ(text_view(*item), "victim");
    }
    if (taken == 100 || taken == 200 || taken == 300) victims.pop_back();  // killed wherever it is
  }
  EXPECT_EQ(survivor.reap(), 0);
}

}  // namespace
}  // namespace mp::channel
