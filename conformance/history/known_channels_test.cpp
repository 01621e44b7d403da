// Known-good and known-bad histories of queues, locks, semaphores and events.
#include <gtest/gtest.h>

#include "history/story_test.hpp"

namespace mpspec {
namespace {

class DirectQueues : public ::testing::TestWithParam<const char*> {
 protected:
  static Story queue() { return Story(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Types, DirectQueues, ::testing::Values("manager.Queue", "SimpleQueue"));

TEST_P(DirectQueues, FirstInFirstOut) {
  const auto two = [] { return queue().put(1, "a", 0, 1).put(2, "b", 2, 3); };
  EXPECT_TRUE(two().get(3, Value("a"), 4, 5).get(3, Value("b"), 6, 7).good());
  EXPECT_TRUE(two().get(3, Value("b"), 4, 5).get(3, Value("a"), 6, 7).bad()) << "reordered";
  EXPECT_TRUE(two().get(3, Value("b"), 4, 5).bad()) << "overtook what is still inside";
  EXPECT_TRUE(two().get(3, Value("b"), 4, 7).get(4, Value("a"), 5, 6).good()) << "gets overlap";
}

TEST_P(DirectQueues, OverlappingPutsGoInInAnyOrderButOne) {
  const auto two = [] { return queue().put(1, "a", 0, 3).put(2, "b", 1, 2); };
  EXPECT_TRUE(two().get(3, Value("b"), 4, 5).get(3, Value("a"), 6, 7).good());
  EXPECT_TRUE(two().get(3, Value("a"), 4, 5).get(3, Value("b"), 6, 7).good());
}

TEST_P(DirectQueues, NothingIsDuplicatedInventedOrLost) {
  const auto one = [] { return queue().put(1, "a", 0, 1); };
  EXPECT_TRUE(one().get(2, Value("a"), 2, 9).get(3, Value("a"), 2, 9).bad()) << "twice";
  EXPECT_TRUE(one().put(1, "a", 2, 3).get(2, Value("a"), 2, 9).get(3, Value("a"), 2, 9).good());
  EXPECT_TRUE(one().get(2, Value("b"), 2, 9).bad()) << "nobody put it";
  EXPECT_TRUE(queue().get(2, Value("a"), 0, 1).put(1, "a", 2, 3).bad()) << "before it was put";
  EXPECT_TRUE(one().get(2, fails("Empty"), 2, 3).bad()) << "lost";
  EXPECT_TRUE(one().get(2, fails("Empty"), 1, 3).good()) << "looked before";
  EXPECT_TRUE(one().get(2, Value("a"), 2, 5).get(3, fails("Empty"), 4, 6).good());
}

TEST_P(DirectQueues, AKilledCaller) {
  const auto put = [] { return queue().killed(1, "put", {"a"}, 0).put(2, "b", 1, 2); };
  EXPECT_TRUE(put().get(3, Value("b"), 3, 4).get(3, fails("Empty"), 5, 6).good());
  EXPECT_TRUE(put().get(3, Value("a"), 3, 4).get(3, Value("b"), 5, 6).good());
  EXPECT_TRUE(put().get(3, Value("b"), 3, 4).get(3, Value("a"), 5, 6).good());
  EXPECT_TRUE(put().get(3, Value("a"), 3, 4).get(3, Value("a"), 5, 6).bad());
  const auto get = [] {
    return queue().put(2, "a", 1, 2).put(2, "b", 3, 4).killed(1, "get", {}, 0);
  };
  EXPECT_TRUE(get().get(3, Value("b"), 5, 6).get(3, fails("Empty"), 7, 8).good());
  EXPECT_TRUE(get().get(3, Value("a"), 5, 6).get(3, fails("Empty"), 7, 8).good());
  EXPECT_TRUE(get().get(3, fails("Empty"), 5, 6).bad()) << "it took one item at most";
}

TEST(BoundedQueue, FullAndEmptyTellHowManyItemsThereAre) {
  const auto full = [](long long maxsize) {
    return Story("manager.Queue", {maxsize})
        .put(1, "a", 0, 1)
        .call(2, "put_nowait", {"b"}, fails("Full"), 2, 3);
  };
  EXPECT_TRUE(full(1).good());
  EXPECT_TRUE(full(2).bad());
  EXPECT_TRUE(full(0).bad());
  EXPECT_TRUE(full(1).get(3, Value("a"), 2, 3).good());
  const auto crowded = [](int get_began) {
    return Story("manager.Queue", {1})
        .put(1, "a", 0, 1)
        .put(2, "b", 2, 5)
        .get(3, Value("a"), get_began, 9)
        .get(3, Value("b"), 10, 11);
  };
  EXPECT_TRUE(crowded(4).good()) << "put waited for room";
  EXPECT_TRUE(crowded(6).bad()) << "there was no room for it";
}

TEST(BoundedQueue, WhatItSaysOfItself) {
  const auto says = [](const char* method, const Value& value) {
    return Story("manager.Queue", {1}).put(1, "a", 0, 1).call(2, method, {}, value, 2, 3);
  };
  EXPECT_TRUE(says("qsize", 1).good());
  EXPECT_TRUE(says("qsize", 0).bad());
  EXPECT_TRUE(says("empty", false).good());
  EXPECT_TRUE(says("empty", true).bad());
  EXPECT_TRUE(says("full", true).good());
  EXPECT_TRUE(says("full", false).bad());
}

TEST(FeedingQueue, ItemsArriveLaterInTheOrderOfEachProducer) {
  const auto two = [](int second) {
    return Story("Queue").put(1, "a", 0, 1).put(second, "b", 2, 3);
  };
  EXPECT_TRUE(two(2).get(3, Value("b"), 4, 5).get(3, Value("a"), 6, 7).good());
  EXPECT_TRUE(two(1).get(3, Value("b"), 4, 5).get(3, Value("a"), 6, 7).bad());
  EXPECT_TRUE(two(1).get(3, Value("b"), 4, 5).bad());
  EXPECT_TRUE(two(1).get(3, Value("a"), 4, 5).get(3, Value("b"), 6, 7).good());
  EXPECT_TRUE(two(1).get(3, fails("Empty"), 4, 5).good()) << "on its way";
  EXPECT_TRUE(two(1).get(3, Value("a"), 4, 5).get(4, Value("a"), 4, 5).bad());
  EXPECT_TRUE(Story("Queue").get(3, Value("a"), 0, 1).put(1, "a", 2, 3).bad());
}

TEST(FeedingQueue, ItsBoundHoldsForPuts) {
  const auto full = [](long long maxsize) {
    return Story("Queue", {maxsize})
        .put(1, "a", 0, 1)
        .call(2, "put_nowait", {"b"}, fails("Full"), 2, 3);
  };
  EXPECT_TRUE(full(1).good());
  EXPECT_TRUE(full(2).bad());
  EXPECT_TRUE(Story("Queue", {1}).put(1, "a", 0, 1).put(2, "b", 2, 3).bad()) << "one too many";
}

TEST(KnownLocks, OneHolderAtATime) {
  for (const char* type : {"Lock", "manager.Lock", "RLock", "BoundedSemaphore"}) {
    const auto held = [&] { return Story(type).call(1, "acquire", {}, Value(true), 0, 1); };
    EXPECT_TRUE(held().call(2, "acquire", {}, Value(true), 2, 3).bad()) << type;
    EXPECT_TRUE(held().call(2, "acquire", {false}, Value(false), 2, 3).good()) << type;
    EXPECT_TRUE(held().call(2, "acquire", {}, Value(false), 2, 3).bad())
        << type << " never gives up";
    const auto released = [&] { return held().call(1, "release", {}, Value(), 4, 6); };
    EXPECT_TRUE(released().call(2, "acquire", {}, Value(true), 2, 5).good()) << type;
    EXPECT_TRUE(released().call(2, "acquire", {}, Value(true), 2, 3).bad()) << type;
    EXPECT_TRUE(released().call(2, "acquire", {false}, Value(false), 7, 8).bad()) << type;
  }
}

TEST(KnownLocks, AKilledHolder) {
  const auto killed = [] { return Story("Lock").killed(1, "acquire", {}, 0); };
  EXPECT_TRUE(killed().call(2, "acquire", {}, Value(true), 1, 2).good());
  EXPECT_TRUE(killed().call(2, "acquire", {true, 0.1}, Value(false), 1, 2).good());
  EXPECT_TRUE(killed()
                  .call(2, "acquire", {}, Value(true), 1, 2)
                  .call(3, "acquire", {}, Value(true), 3, 4)
                  .bad());
}

TEST(KnownLocks, ARecursiveLockCountsItsHolder) {
  const auto twice = [] {
    return Story("RLock")
        .call(1, "acquire", {}, Value(true), 0, 1)
        .call(1, "acquire", {}, Value(true), 2, 3)
        .call(1, "release", {}, Value(), 4, 5);
  };
  EXPECT_TRUE(twice().call(2, "release", {}, fails("AssertionError"), 6, 7).good());
  EXPECT_TRUE(twice().call(2, "release", {}, Value(), 6, 7).bad());
  EXPECT_TRUE(twice().call(2, "acquire", {}, Value(true), 6, 7).bad());
}

TEST(KnownSemaphores, NoMoreThanThereAre) {
  const auto taken = [](int times) {
    Story story("Semaphore", {2});
    for (int i = 0; i < times; ++i) story.call(i, "acquire", {}, Value(true), 0, 5);
    return story;
  };
  EXPECT_TRUE(taken(2).good());
  EXPECT_TRUE(taken(3).bad());
  EXPECT_TRUE(taken(3).call(9, "release", {}, Value(), 5, 6).good());
  EXPECT_TRUE(taken(2).call(9, "get_value", {}, Value(0), 6, 7).good());
  EXPECT_TRUE(taken(2).call(9, "get_value", {}, Value(1), 6, 7).bad());
  EXPECT_TRUE(
      Story("BoundedSemaphore", {1}).call(1, "release", {}, fails("ValueError"), 0, 1).good());
  EXPECT_TRUE(Story("BoundedSemaphore", {1}).call(1, "release", {}, Value(), 0, 1).bad());
}

TEST(KnownEvents, WhatWasSetIsNotMissed) {
  const auto set = [] { return Story("Event").call(1, "set", {}, Value(), 2, 3); };
  EXPECT_TRUE(set().call(2, "wait", {}, Value(true), 0, 4).good());
  EXPECT_TRUE(set().call(2, "wait", {}, Value(true), 0, 1).bad());
  EXPECT_TRUE(set().call(2, "wait", {0.1}, Value(false), 4, 5).bad()) << "missed";
  EXPECT_TRUE(set().call(2, "wait", {0.1}, Value(false), 0, 3).good());
  EXPECT_TRUE(set().call(2, "is_set", {}, Value(false), 4, 5).bad());
  EXPECT_TRUE(
      set().call(1, "clear", {}, Value(), 4, 5).call(2, "is_set", {}, Value(true), 6, 7).bad());
}

}  // namespace
}  // namespace mpspec
