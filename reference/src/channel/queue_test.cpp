#include "mp/queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <thread>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "mp/joinable_queue.hpp"
#include "mp/simple_queue.hpp"

namespace mp {
namespace {

using namespace std::chrono_literals;
using mp::testing::Forked;
using mp::testing::kTestDeadline;
using mp::testing::Signal;

template <class T>
ErrorCode code_of(const Result<T>& result) {
  return result.error().code;
}

std::string got(const Queue& queue, Timeout timeout = kTestDeadline) {
  const Result<Bytes> item = queue.get(timeout);
  return item ? std::string(text_view(*item)) : std::string(to_string(item.error().code));
}

TEST(Queue, CarriesMessagesBetweenProcesses) {
  const Queue queue = *Queue::create();
  Forked child([&] {
    EXPECT_TRUE(queue.put(bytes_view("hello")));
    EXPECT_TRUE(queue.put(Bytes(5'000'000, std::byte{7})));
  });
  EXPECT_EQ(got(queue), "hello");
  EXPECT_EQ(*queue.get(kTestDeadline), Bytes(5'000'000, std::byte{7}));
  EXPECT_EQ(child.reap(), 0);
}

TEST(Queue, AMessageOutlivesItsProducer) {
  const Queue queue = *Queue::create();
  Forked child([&] {
    EXPECT_TRUE(queue.put(bytes_view("kept")));
    ::_exit(7);
  });
  EXPECT_EQ(child.reap(), 7);
  EXPECT_EQ(got(queue, kPoll), "kept");
}

TEST(Queue, AnEmptyOneTimesOutNotBeforeItsTime) {
  const Queue queue = *Queue::create();
  EXPECT_EQ(code_of(queue.get_nowait()), ErrorCode::Empty);
  EXPECT_EQ(code_of(queue.get(-1s)), ErrorCode::Empty);
  const Clock::time_point started = Clock::now();
  EXPECT_EQ(code_of(queue.get(20ms)), ErrorCode::Empty);
  EXPECT_GE(Clock::now() - started, 20ms);
}

TEST(Queue, AFullOneTimesOutAndKeepsItsItems) {
  const Queue queue = *Queue::create(2);
  EXPECT_TRUE(queue.put_nowait(bytes_view("1")));
  EXPECT_FALSE(queue.full());
  EXPECT_TRUE(queue.put_nowait(bytes_view("2")));
  EXPECT_TRUE(queue.full());
  EXPECT_EQ(code_of(queue.put_nowait(bytes_view("3"))), ErrorCode::Full);
  EXPECT_EQ(code_of(queue.put(bytes_view("3"), -1s)), ErrorCode::Full);
  const Clock::time_point started = Clock::now();
  EXPECT_EQ(code_of(queue.put(bytes_view("3"), 20ms)), ErrorCode::Full);
  EXPECT_GE(Clock::now() - started, 20ms);
  EXPECT_EQ(queue.qsize(), 2u);
  EXPECT_EQ(got(queue), "1");
  EXPECT_EQ(got(queue), "2");
  EXPECT_TRUE(queue.empty());
}

TEST(Queue, AGetLetsABlockedPutGoOn) {
  const Queue queue = *Queue::create(1);
  ASSERT_TRUE(queue.put(bytes_view("first")));
  Signal done;
  Forked producer([&] {
    EXPECT_TRUE(queue.put(bytes_view("second")));
    done.raise();
  });
  producer.await_asleep();
  EXPECT_FALSE(done.came_within(kPoll));
  EXPECT_EQ(got(queue), "first");
  EXPECT_TRUE(done.await());
  EXPECT_EQ(got(queue), "second");
  EXPECT_EQ(producer.reap(), 0);
}

TEST(Queue, ChecksItsArguments) {
  EXPECT_EQ(code_of(Queue::create(std::int64_t{1} << 31)), ErrorCode::OutOfRange);
  EXPECT_TRUE(Queue::create((std::int64_t{1} << 31) - 1));
  EXPECT_TRUE(Queue::create(-5));
  const Queue queue = *Queue::create();
  const std::byte* nowhere = nullptr;  // never looked at: the length alone is refused
  EXPECT_EQ(code_of(queue.put(BytesView(nowhere, kQueueItemBytesMax + 1))), ErrorCode::TooLarge);
}

TEST(Queue, CloseCountsForThisProcess) {
  const Queue queue = *Queue::create();
  EXPECT_EQ(code_of(queue.join_thread()), ErrorCode::InvalidArgument);
  ASSERT_TRUE(queue.put(bytes_view("left")));
  Forked other([&] { EXPECT_EQ(got(queue), "left"); });
  queue.close();
  queue.close();
  EXPECT_EQ(code_of(queue.put(bytes_view("x"))), ErrorCode::Closed);
  EXPECT_EQ(code_of(queue.get()), ErrorCode::Closed);
  EXPECT_TRUE(queue.join_thread());
  EXPECT_EQ(other.reap(), 0);
  EXPECT_TRUE(queue.empty()) << "still answers";
}

TEST(Queue, DeliversEachItemOnceAndInTheOrderOfItsProducer) {
  constexpr int kProducers = 3;
  constexpr int kItems = 2000;
  for (const std::int64_t maxsize : {0, 4}) {
    const Queue queue = *Queue::create(maxsize);
    const Queue results = *Queue::create();
    std::vector<Forked> processes;
    for (int producer = 0; producer < kProducers; ++producer) {
      processes.emplace_back([&, producer] {
        for (int n = 0; n < kItems; ++n) {
          EXPECT_TRUE(queue.put(bytes_view(std::to_string(producer) + " " + std::to_string(n))));
        }
      });
    }
    for (int consumer = 0; consumer < 2; ++consumer) {
      processes.emplace_back([&] {
        std::map<int, int> last;
        for (int n = 0; n < kProducers * kItems / 2; ++n) {
          const std::string item = got(queue);
          const int producer = item[0] - '0';
          const int number = std::stoi(item.substr(2));
          EXPECT_LT(last.emplace(producer, -1).first->second, number) << "out of order";
          last[producer] = number;
          EXPECT_TRUE(results.put(bytes_view(item)));
        }
      });
    }
    for (Forked& process : processes) EXPECT_EQ(process.reap(), 0);
    std::map<std::string, int> seen;
    for (int n = 0; n < kProducers * kItems; ++n) ++seen[got(results, kPoll)];
    EXPECT_EQ(seen.size(), std::size_t{kProducers * kItems}) << "something was lost or doubled";
    EXPECT_TRUE(queue.empty());
  }
}

TEST(Queue, ThreadsOfOneProcessShareIt) {
  const Queue queue = *Queue::create(2);
  std::thread producer([&] {
    for (int n = 0; n < 1000; ++n) EXPECT_TRUE(queue.put(bytes_view(std::to_string(n))));
  });
  for (int n = 0; n < 1000; ++n) EXPECT_EQ(got(queue), std::to_string(n));
  producer.join();
}

TEST(Queue, PutsManyAndGetsManyInOrder) {
  const Queue queue = *Queue::create();
  const BytesView three[] = {bytes_view("a"), bytes_view(""), bytes_view("c")};
  EXPECT_EQ(*queue.put_many(three), 3u);
  EXPECT_EQ(queue.qsize(), 3u);
  EXPECT_EQ(*queue.get_many(2), (std::vector<Bytes>{to_bytes("a"), to_bytes("")}));
  EXPECT_EQ(*queue.get_many(100), (std::vector<Bytes>{to_bytes("c")}));
  EXPECT_EQ(code_of(queue.get_many(1, 1ms)), ErrorCode::Empty);
  EXPECT_TRUE(queue.get_many(0)->empty());
  EXPECT_EQ(*queue.put_many({}), 0u);
}

TEST(Queue, PutManySaysHowManyHadRoom) {
  const Queue queue = *Queue::create(2);
  const BytesView three[] = {bytes_view("a"), bytes_view("b"), bytes_view("c")};
  EXPECT_EQ(*queue.put_many(three, 1ms), 2u);
  EXPECT_EQ(code_of(queue.put_many(three, 1ms)), ErrorCode::Full);
  EXPECT_EQ(got(queue), "a");
  EXPECT_EQ(got(queue), "b");
  EXPECT_EQ(code_of(queue.get_nowait()), ErrorCode::Empty);
}

TEST(Queue, PutManyWaitsForRoomAndGetManyForAMessage) {
  const Queue queue = *Queue::create(2);
  Forked consumer([&] {
    for (int n = 0; n < 1000;) {
      const std::vector<Bytes> messages = *queue.get_many(5);
      for (const Bytes& message : messages) EXPECT_EQ(text_view(message), std::to_string(n++));
    }
  });
  std::vector<std::string> texts;
  for (int n = 0; n < 1000; ++n) texts.push_back(std::to_string(n));
  std::vector<BytesView> views;
  for (const std::string& text : texts) views.push_back(bytes_view(text));
  EXPECT_EQ(*queue.put_many(views), 1000u);
  EXPECT_EQ(consumer.reap(), 0);
}

TEST(Queue, ABigOneGrowsWhenNobodyTakes) {
  const Queue queue = *Queue::create();
  const Bytes message(1 << 20, std::byte{7});
  EXPECT_TRUE(queue.put(message));
  EXPECT_EQ(*queue.get(), message) << "and a consumer was seen, who comes no more";
  for (int n = 0; n < 5; ++n) {
    EXPECT_TRUE(queue.put(message)) << "it waits for room, and then grows";
    EXPECT_TRUE(queue.put_nowait(message));
    EXPECT_TRUE(queue.put(message, 1ms)) << "not Full, only because it waited";
  }
  EXPECT_EQ(queue.qsize(), 15u);
  for (int n = 0; n < 15; ++n) EXPECT_EQ(*queue.get_nowait(), message);
}

TEST(Queue, ABigOnePassesOnWhatItHasNoRoomForAtOnce) {
  const Queue queue = *Queue::create();
  constexpr int kMessages = 40;
  const auto message = [](int n) { return Bytes(600'000, std::byte(n)); };
  Forked producer([&] {
    for (int n = 0; n < kMessages; ++n) EXPECT_TRUE(queue.put(message(n)));
  });
  for (int n = 0; n < kMessages; ++n) ASSERT_EQ(*queue.get(), message(n));
  EXPECT_EQ(producer.reap(), 0);
}

TEST(Queue, AReservationIsAMessageOnceCommitted) {
  const Queue queue = *Queue::create();
  {
    const QueueReservation given_up = *queue.reserve(10);
    EXPECT_EQ(queue.qsize(), 0u);
  }
  QueueReservation reservation = *queue.reserve(100'000);
  ASSERT_EQ(reservation.bytes().size(), 100'000u);
  std::ranges::fill(reservation.bytes(), std::byte{7});
  EXPECT_EQ(code_of(queue.get_nowait()), ErrorCode::Empty);
  reservation.commit();
  EXPECT_EQ(*queue.get_nowait(), Bytes(100'000, std::byte{7}));
}

TEST(Queue, APeekTakesTheMessageOnceConsumed) {
  const Queue queue = *Queue::create();
  ASSERT_TRUE(queue.put(bytes_view("first")));
  ASSERT_TRUE(queue.put(bytes_view("second")));
  {
    const QueuePeek left = *queue.peek();
    EXPECT_EQ(text_view(left.bytes()), "first");
  }
  QueuePeek peek = *queue.peek();
  EXPECT_EQ(text_view(peek.bytes()), "first");
  peek.consume();
  EXPECT_EQ(got(queue, kPoll), "second");
  EXPECT_EQ(code_of(queue.peek(1ms)), ErrorCode::Empty);
}

TEST(Queue, WhoDiesWithAReservationOrAPeekHoldsNobodyUp) {
  const Queue queue = *Queue::create();
  ASSERT_TRUE(queue.put(bytes_view("first")));
  Forked child([&] {
    QueueReservation reservation = *queue.reserve(10);
    QueuePeek peek = *queue.peek();
    ::_exit(text_view(peek.bytes()) == "first" ? 0 : 2);
  });
  EXPECT_EQ(child.reap(), 0);
  ASSERT_TRUE(queue.put(bytes_view("second"), kTestDeadline));
  EXPECT_EQ(got(queue), "first");
  EXPECT_EQ(got(queue), "second");
}

TEST(Queue, AConsumerDoesNotWaitForAReservation) {
  const Queue queue = *Queue::create();
  ASSERT_TRUE(queue.put(bytes_view("there")));
  const QueueReservation reservation = *queue.reserve(10);
  EXPECT_EQ(got(queue, kPoll), "there");
}

TEST(JoinableQueue, JoinWaitsForEveryTask) {
  const JoinableQueue queue = *JoinableQueue::create();
  EXPECT_TRUE(queue.join()) << "nothing was put";
  ASSERT_TRUE(queue.put(bytes_view("a")));
  ASSERT_TRUE(queue.put(bytes_view("b")));
  EXPECT_FALSE(queue.join(kPoll));
  EXPECT_FALSE(queue.join(5ms));
  Signal joined;
  Forked joiner([&] {
    EXPECT_TRUE(queue.join());
    joined.raise();
  });
  EXPECT_EQ(got(queue), "a");
  EXPECT_TRUE(queue.task_done());
  joiner.await_asleep();
  EXPECT_FALSE(joined.came_within(kPoll));
  EXPECT_TRUE(queue.task_done()) << "counts puts, not gets";
  EXPECT_TRUE(joined.await());
  EXPECT_EQ(joiner.reap(), 0);
  EXPECT_EQ(queue.task_done().error(),
            (Error{ErrorCode::InvalidArgument, "task_done() called too many times"}));
}

TEST(JoinableQueue, AMomentWithoutTasksIsEnough) {
  const JoinableQueue queue = *JoinableQueue::create();
  Signal joined;
  for (int round = 0; round < 50; ++round) {
    ASSERT_TRUE(queue.put(bytes_view("task")));
    Forked joiner([&] {
      EXPECT_TRUE(queue.join());
      joined.raise();
    });
    joiner.await_asleep();
    EXPECT_TRUE(queue.task_done());
    EXPECT_TRUE(queue.put(bytes_view("the next one")));
    EXPECT_TRUE(joined.await());
    EXPECT_EQ(joiner.reap(), 0);
    EXPECT_TRUE(queue.task_done());
  }
}

TEST(SimpleQueue, PutsAndGets) {
  const SimpleQueue queue = *SimpleQueue::create();
  EXPECT_TRUE(*queue.empty());
  Forked child([&] { EXPECT_TRUE(queue.put(Bytes(200'000, std::byte{1}))); });
  EXPECT_EQ(queue.get()->size(), 200'000u);
  EXPECT_EQ(child.reap(), 0);
  queue.close();
  EXPECT_EQ(code_of(queue.put({})), ErrorCode::Closed);
  EXPECT_EQ(code_of(queue.get()), ErrorCode::Closed);
  EXPECT_EQ(code_of(queue.empty()), ErrorCode::Closed);
}

}  // namespace
}  // namespace mp
