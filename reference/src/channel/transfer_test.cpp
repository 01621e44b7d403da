// Every object of the library in another process that did not inherit it: by tickets, over a Pipe
// and through a Queue, and as arguments of a spawned child.
#include "mp/transfer.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <fstream>

#include "base/testing/forked.hpp"
#include "base/testing/signal.hpp"
#include "channel/queue_state.hpp"
#include "mp/array.hpp"
#include "mp/barrier.hpp"
#include "mp/condition.hpp"
#include "mp/dynamic_array.hpp"
#include "mp/dynamic_value.hpp"
#include "mp/event.hpp"
#include "mp/joinable_queue.hpp"
#include "mp/lock.hpp"
#include "mp/pipe.hpp"
#include "mp/process.hpp"
#include "mp/semaphore.hpp"
#include "mp/shareable_list.hpp"
#include "mp/simple_queue.hpp"
#include "mp/spawn.hpp"
#include "mp/value.hpp"
#include "shm/segment.hpp"
#include "sync/barrier_state.hpp"

namespace mp {
namespace {

using mp::testing::Forked;
using mp::testing::kTestDeadline;
using ::testing::HasSubstr;

// A process that was forked before the objects were made has none of them.

/// Bytes to a process that waits for them, and back.
struct Line {
  Pipe to = *Pipe::create();
  Pipe from = *Pipe::create();
};

/// Runs `use(handle)` with the object of the ticket that comes over the line.
template <class T, class Use>
Forked user_of(Line& line, Use use) {
  return Forked([&line, use] {
    const auto ticket = line.to.second.recv_bytes();
    ASSERT_TRUE(ticket);
    auto handle = from_ticket<T>(*ticket);
    ASSERT_TRUE(handle) << handle.error().message;
    use(*handle);
    ASSERT_TRUE(line.from.second.send_bytes({}));
  });
}

/// Makes `use` run in another process with the object that `make()` makes here, and waits for it.
template <class T, class Make, class Use>
T shared_with_another_process(Make make, Use use) {
  Line line;
  Forked other = user_of<T>(line, use);
  auto made = make();
  EXPECT_TRUE(made);
  EXPECT_TRUE(line.to.first.send_bytes(*to_ticket(*made)));
  EXPECT_TRUE(*line.from.first.poll(kTestDeadline));
  EXPECT_EQ(other.reap(), 0);
  return *std::move(made);
}

TEST(Tickets, OfLocks) {
  const auto hold = [](const auto& lock) { EXPECT_TRUE(lock.acquire()); };
  const Lock lock = shared_with_another_process<Lock>(Lock::create, hold);
  EXPECT_EQ(lock.acquire(kPoll).error().code, ErrorCode::OwnerDied)
      << "the other one ended with it";
  const RLock rlock = shared_with_another_process<RLock>(RLock::create, hold);
  EXPECT_EQ(rlock.acquire(kPoll).error().code, ErrorCode::OwnerDied);
}

TEST(Tickets, OfSemaphores) {
  const auto take = [](const auto& semaphore) { EXPECT_TRUE(semaphore.acquire(kPoll)); };
  const auto semaphore =
      shared_with_another_process<Semaphore>([] { return Semaphore::create(3); }, take);
  EXPECT_EQ(semaphore.get_value(), 2);
  const auto bounded = shared_with_another_process<BoundedSemaphore>(
      [] { return BoundedSemaphore::create(1); },
      [](const BoundedSemaphore& same) {
        EXPECT_EQ(same.release().error().code, ErrorCode::InvalidArgument);
        EXPECT_TRUE(same.acquire(kPoll));
      });
  EXPECT_EQ(bounded.get_value(), 0);
}

TEST(Tickets, OfEventsConditionsAndBarriers) {
  const auto event =
      shared_with_another_process<Event>(Event::create, [](const Event& same) { same.set(); });
  EXPECT_TRUE(event.is_set());
  for (const bool plain : {false, true}) {
    const auto condition = shared_with_another_process<Condition>(
        [plain] { return plain ? Condition::create(*Lock::create()) : Condition::create(); },
        [](const Condition& same) {
          EXPECT_TRUE(same.acquire());
          EXPECT_TRUE(same.notify());
          EXPECT_EQ(*same.wait(kPoll), false);
          EXPECT_TRUE(same.release());
        });
    EXPECT_TRUE(condition.acquire(kPoll));
  }
  const auto barrier = shared_with_another_process<Barrier>([] { return Barrier::create(3); },
                                                            [](const Barrier& same) {
                                                              EXPECT_EQ(same.parties(), 3);
                                                              same.abort();
                                                            });
  EXPECT_TRUE(barrier.broken());
}

TEST(Tickets, OfNumbersWithTheirLocks) {
  const auto value = shared_with_another_process<Value<int>>([] { return Value<int>::create(7); },
                                                             [](const Value<int>& same) {
                                                               EXPECT_EQ(same.value(), 7);
                                                               same.set_value(8);
                                                               EXPECT_TRUE(same.acquire());
                                                             });
  EXPECT_EQ(value.get_obj().value(), 8);
  EXPECT_EQ(value.acquire(kPoll).error().code, ErrorCode::OwnerDied) << "it is one lock";

  const Lock lock = *Lock::create();
  const auto array =
      shared_with_another_process<Array<double>>([&] { return Array<double>::create(1000, lock); },
                                                 [](const Array<double>& same) {
                                                   EXPECT_TRUE(same.set(-1, 0.5));
                                                   EXPECT_TRUE(same.acquire());
                                                 });
  EXPECT_EQ(array.get_obj().span()[999], 0.5);
  EXPECT_EQ(lock.acquire(kPoll).error().code, ErrorCode::OwnerDied);

  const auto raw = shared_with_another_process<DynamicRawArray>(
      [] { return DynamicRawArray::create(Typecode::h, 2); },
      [](const DynamicRawArray& same) { EXPECT_TRUE(same.set(0, std::int64_t{9})); });
  EXPECT_EQ(std::get<std::int64_t>(*raw.get(0)), 9);
  const auto dynamic = shared_with_another_process<DynamicValue>(
      [] { return DynamicValue::create(Typecode::q); },
      [](const DynamicValue& same) { EXPECT_TRUE(same.set_value(std::int64_t{5})); });
  EXPECT_EQ(std::get<std::int64_t>(dynamic.value()), 5);
}

TEST(Tickets, OfTheLockOfAValue) {
  const Value<int> value = *Value<int>::create();
  const auto lock =
      shared_with_another_process<RLock>([&] { return Result<RLock>(value.get_lock()); },
                                         [](const RLock& same) { EXPECT_TRUE(same.acquire()); });
  EXPECT_EQ(value.acquire(kPoll).error().code, ErrorCode::OwnerDied);
}

TEST(Tickets, OfQueues) {
  const auto queue = shared_with_another_process<Queue>(
      [] { return Queue::create(2); },
      [](const Queue& same) {
        // Grown there, beyond what this process had mapped memory for.
        EXPECT_TRUE(same.put(Bytes(1'000'000, std::byte{7})));
        EXPECT_TRUE(same.put(bytes_view("b")));
        EXPECT_EQ(same.put_nowait({}).error().code, ErrorCode::Full);
      });
  EXPECT_EQ(queue.get(kPoll)->size(), 1'000'000u);
  EXPECT_EQ(*queue.get(kPoll), to_bytes("b"));
  const auto joinable = shared_with_another_process<JoinableQueue>(
      [] { return JoinableQueue::create(); },
      [](const JoinableQueue& same) { EXPECT_TRUE(same.put(bytes_view("task"))); });
  EXPECT_FALSE(joinable.join(kPoll));
  const auto simple = shared_with_another_process<SimpleQueue>(
      SimpleQueue::create, [](const SimpleQueue& same) { EXPECT_TRUE(same.put(bytes_view("x"))); });
  EXPECT_FALSE(*simple.empty());
}

TEST(Tickets, OfNamedMemory) {
  const auto memory = shared_with_another_process<SharedMemory>(
      [] { return SharedMemory::create(10); },
      [](const SharedMemory& same) { (*same.buf())[3] = std::byte{3}; });
  EXPECT_EQ((*memory.buf())[3], std::byte{3});
  EXPECT_TRUE(memory.unlink());
  const std::vector<ShareableItem> items = {std::int64_t{1}};
  const auto list = shared_with_another_process<ShareableList>(
      [&] { return ShareableList::create(items); },
      [](const ShareableList& same) { EXPECT_TRUE(same.set(0, std::int64_t{2})); });
  EXPECT_EQ(std::get<std::int64_t>(*list.get(0)), 2);
  EXPECT_TRUE(list.shm().unlink());
}

TEST(Tickets, OfAConnectionAreGoodForOneHandle) {
  Line line;
  Forked other = user_of<Connection>(line, [](Connection& end) {
    EXPECT_FALSE(end.readable());
    EXPECT_TRUE(end.send_bytes(bytes_view("over a pipe")));
  });
  Pipe pipe = *Pipe::create(/*duplex=*/false);
  const Bytes ticket = *to_ticket(pipe.second);
  pipe.second.close();
  ASSERT_TRUE(line.to.first.send_bytes(ticket));
  EXPECT_EQ(*pipe.first.recv_bytes(), to_bytes("over a pipe"));
  EXPECT_EQ(other.reap(), 0);
  EXPECT_EQ(pipe.first.recv_bytes().error().code, ErrorCode::Closed)
      << "nobody keeps the end that was passed on";
  EXPECT_EQ(from_ticket<Connection>(ticket).error().code, ErrorCode::NotFound);
  EXPECT_EQ(to_ticket(pipe.second).error().code, ErrorCode::InvalidArgument) << "closed";
}

TEST(Tickets, InAQueueAndOfAQueue) {
  const Queue carrier = *Queue::create();
  Forked other([&] {
    const auto lock = from_ticket<Lock>(*carrier.get());
    ASSERT_TRUE(lock) << lock.error().message;
    EXPECT_TRUE(lock->acquire());
  });
  const Lock lock = *Lock::create();
  ASSERT_TRUE(carrier.put(*to_ticket(lock)));
  EXPECT_EQ(other.reap(), 0);
  EXPECT_EQ(lock.acquire(kPoll).error().code, ErrorCode::OwnerDied);
}

TEST(Tickets, InTheSameProcessGiveTheSameMemory) {
  const Event event = *Event::create();
  const Event same = *from_ticket<Event>(*to_ticket(event));
  same.set();
  EXPECT_TRUE(event.is_set());
}

TEST(Tickets, AnyHolderWillDo) {
  Line line;
  Forked other = user_of<Event>(line, [](const Event& event) { event.set(); });
  const Event event = *Event::create();
  // Its maker, whom the ticket names, is gone when it is used; this process still has it.
  Forked maker([&] { EXPECT_TRUE(line.to.first.send_bytes(*to_ticket(event))); });
  EXPECT_EQ(maker.reap(), 0);
  EXPECT_EQ(other.reap(), 0);
  EXPECT_TRUE(event.is_set());
}

TEST(Tickets, OfWhatIsGone) {
  Bytes ticket;
  {
    const Lock lock = *Lock::create();
    ticket = *to_ticket(lock);
  }
  const auto gone = from_ticket<Lock>(ticket);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::NotFound);
  EXPECT_THAT(gone.error().message, HasSubstr("Lock "));
  EXPECT_THAT(gone.error().message, HasSubstr("no process has it any more"));
}

TEST(Tickets, OfAnotherTypeOrNone) {
  const Event event = *Event::create();
  const auto wrong = from_ticket<Lock>(*to_ticket(event));
  EXPECT_EQ(wrong.error().code, ErrorCode::Malformed);
  EXPECT_THAT(wrong.error().message, HasSubstr("Event "));
  EXPECT_THAT(wrong.error().message, HasSubstr("a Lock was asked for"));

  const Value<int> value = *Value<int>::create();
  const auto other_number = from_ticket<Value<double>>(*to_ticket(value));
  EXPECT_EQ(other_number.error().code, ErrorCode::Malformed);
  EXPECT_THAT(other_number.error().message, HasSubstr("has typecode i, d was asked for"));

  const Bytes ticket = *to_ticket(event);
  for (std::size_t length = 0; length < ticket.size(); ++length) {
    EXPECT_EQ(from_ticket<Event>(BytesView(ticket).first(length)).error().code,
              ErrorCode::Malformed);
  }
  Bytes longer = ticket;
  longer.push_back({});
  EXPECT_EQ(from_ticket<Event>(longer).error().code, ErrorCode::Malformed);
  const Bytes vector_of_many(8, std::byte{0xff});
  EXPECT_EQ(from_ticket<std::vector<int>>(vector_of_many).error().code, ErrorCode::Malformed);
}

TEST(Tickets, OfABarrierWithAnAction) {
  const Barrier barrier = *Barrier::create(1, [] {});
  EXPECT_EQ(to_ticket(barrier).error().code, ErrorCode::InvalidArgument);
}

TEST(Tickets, OfValuesOfTheStandardLibrary) {
  using Everything = std::tuple<int, bool, double, char, std::string, Bytes,
                                std::vector<std::string>, std::optional<int>, std::optional<int>,
                                std::map<std::string, std::pair<int, int>>>;
  const Everything sent{-5, true, 0.25,           'x', "text", to_bytes("bytes"), {"a", ""},
                        7,  {},   {{"k", {1, 2}}}};
  EXPECT_EQ(*from_ticket<Everything>(*to_ticket(sent)), sent);
}

/// Writes a field of an object's header, as a stray pointer would.
template <class T, class Field>
void scribble(const T& object, std::size_t offset, Field field) {
  Packer packer(Transport::Inheritance);
  ASSERT_TRUE(Transfer<T>::pack(packer, object));
  const auto segment = shm::Segment::with_id(packer.shared_ids().at(0));
  ASSERT_EQ(::pwrite(segment->fd(), &field, sizeof field, static_cast<off_t>(offset)),
            static_cast<ssize_t>(sizeof field));
}

/// What another process is told that gets a ticket of an object whose header was scribbled over.
template <class Make, class Field>
std::string told_of(const Make& make, std::size_t offset, Field field) {
  using T = typename decltype(make())::value_type;
  Line line;
  Forked other([&] {
    const auto handle = from_ticket<T>(*line.to.second.recv_bytes());
    EXPECT_EQ(handle.has_value() ? ErrorCode::Empty : handle.error().code, ErrorCode::Malformed);
    const std::string text = handle ? "it was taken" : handle.error().message;
    EXPECT_TRUE(line.from.second.send_bytes(bytes_view(text)));
  });
  const auto made = make();
  EXPECT_TRUE(made);
  const Bytes ticket = *to_ticket(*made);
  scribble(*made, offset, field);
  EXPECT_TRUE(line.to.first.send_bytes(ticket));
  const auto text = line.from.first.recv_bytes();
  EXPECT_EQ(other.reap(), 0);
  return std::string(text_view(*text));
}

TEST(ScribbledHeaders, AreNamedAndRefused) {
  using shm::SegmentHeader;
  EXPECT_THAT(told_of(Lock::create, offsetof(SegmentHeader, magic), std::uint32_t{0}),
              HasSubstr("not a shared object of this library"));
  EXPECT_THAT(told_of(Lock::create, offsetof(SegmentHeader, kind), std::uint16_t{99}),
              HasSubstr("of a kind that this library does not know, 99"));
  EXPECT_THAT(told_of(Lock::create, offsetof(SegmentHeader, kind),
                      static_cast<std::uint16_t>(shm::Kind::Event)),
              ::testing::MatchesRegex("Event [0-9a-f]{16}: a Lock was asked for"));
  EXPECT_THAT(told_of(Lock::create, offsetof(SegmentHeader, layout_version), std::uint16_t{9}),
              ::testing::MatchesRegex("Lock [0-9a-f]{16}: has layout version 9, .*"));
  EXPECT_THAT(told_of(Lock::create, offsetof(SegmentHeader, content_bytes), std::uint64_t{1} << 40),
              HasSubstr("its header tells of 1099511627776 bytes of content"));
  EXPECT_THAT(told_of(Lock::create, offsetof(SegmentHeader, content_bytes), std::uint64_t{1}),
              HasSubstr("too few"));
  EXPECT_THAT(told_of(Lock::create, offsetof(SegmentHeader, id), std::uint64_t{5}),
              HasSubstr("Lock 0000000000000005: its header was overwritten"));
}

TEST(ScribbledStates, AreNamedAndRefused) {
  constexpr std::size_t kContent = sizeof(shm::SegmentHeader);
  EXPECT_THAT(told_of([] { return Value<int>::create(); }, kContent + 16, 'z'),
              ::testing::MatchesRegex("Value [0-9a-f]{16}: its description is impossible"));
  EXPECT_THAT(told_of([] { return Array<int>::create(10); }, kContent + 24, std::uint64_t{11}),
              ::testing::MatchesRegex("Array [0-9a-f]{16}: its description is impossible"));
  EXPECT_THAT(told_of([] { return Barrier::create(2); },
                      kContent + offsetof(sync::BarrierState, party_count), 100000u),
              HasSubstr("its number of parties, 100000, is impossible"));
  EXPECT_THAT(
      told_of([] { return Queue::create(); }, kContent + offsetof(channel::QueueState, extent),
              std::uint64_t{1} << 40 | 30),
      ::testing::MatchesRegex("Queue [0-9a-f]{16}: its ring lies outside of it"));
}

TEST(BadInput, IsNamed) {
  const auto too_many = RawArray<double>::create(std::size_t{1} << 60);
  EXPECT_EQ(too_many.error().code, ErrorCode::TooLarge);
  EXPECT_THAT(too_many.error().message, HasSubstr("an Array of 1152921504606846976 elements"));
  const auto too_big = RawArray<char>::create(std::size_t{1} << 43);
  EXPECT_EQ(too_big.error().code, ErrorCode::System);
  EXPECT_THAT(too_big.error().message, HasSubstr("Array of 8796093022"));
  EXPECT_EQ(Queue::create(std::int64_t{1} << 40).error().code, ErrorCode::OutOfRange);
  EXPECT_THAT(Queue::create(std::int64_t{1} << 40).error().message,
              HasSubstr("maxsize is at most 2147483647"));
  EXPECT_EQ(Semaphore::create(-1).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(Semaphore::create(std::int64_t{1} << 40).error().code, ErrorCode::OutOfRange);
  EXPECT_EQ(Barrier::create(0).error().code, ErrorCode::InvalidArgument);

  const SharedMemory memory = *SharedMemory::create(1);
  const auto taken = SharedMemory::create(1, memory.name());
  EXPECT_EQ(taken.error().code, ErrorCode::AlreadyExists);
  EXPECT_THAT(taken.error().message, HasSubstr("SharedMemory '" + memory.name() + "'"));
  EXPECT_EQ(SharedMemory::create(-5).error().code, ErrorCode::InvalidArgument);
  EXPECT_TRUE(memory.unlink());
  const auto missing = SharedMemory::open(memory.name());
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("SharedMemory '" + memory.name() + "'"));
  const auto huge = SharedMemory::create(std::int64_t{1} << 50, "mp-too-huge");
  EXPECT_EQ(huge.error().code, ErrorCode::System);
  EXPECT_THAT(huge.error().message, HasSubstr("SharedMemory 'mp-too-huge' of 1125899906842624"));
  EXPECT_EQ(SharedMemory::open("mp-too-huge").error().code, ErrorCode::NotFound) << "it is left";
}

/// Bytes of memory that the system can give.
std::uint64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::uint64_t kibibytes = 0;
  for (std::string word; file >> word;) {
    if (word == "MemAvailable:") file >> kibibytes;
  }
  return kibibytes * 1024;
}

TEST(Large, ArraysAndMessagesOfAGibibyte) {
  constexpr std::size_t kGibibyte = std::size_t{1} << 30;
  if (available_memory() < 4 * kGibibyte) GTEST_SKIP() << "less than 4 GiB of memory is available";
  {
    const RawArray<double> array = *RawArray<double>::create(kGibibyte / sizeof(double));
    Forked other([ticket = *to_ticket(array)] {
      from_ticket<RawArray<double>>(ticket)->span().back() = 2.5;
    });
    EXPECT_EQ(other.reap(), 0);
    EXPECT_EQ(*array.get(-1), 2.5);
  }
  const Queue queue = *Queue::create();
  EXPECT_EQ(queue.reserve(kGibibyte + 1).error().code, ErrorCode::TooLarge);
  {
    auto place = queue.reserve(kGibibyte);
    ASSERT_TRUE(place) << place.error().message;
    place->bytes().front() = std::byte{1};
    place->bytes().back() = std::byte{2};
    place->commit();
  }
  Forked consumer([&] {
    auto seen = queue.peek(kTestDeadline);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->bytes().size(), kGibibyte);
    EXPECT_EQ(seen->bytes().front(), std::byte{1});
    EXPECT_EQ(seen->bytes().back(), std::byte{2});
    seen->consume();
  });
  EXPECT_EQ(consumer.reap(), 0);
  EXPECT_TRUE(queue.empty());
}

TEST(Large, HugePagesMakeNoDifferenceButSpeed) {
  constexpr std::size_t kLength = (std::size_t{8} << 20) / sizeof(int);
  const Array<int> array = *Array<int>::create(kLength, ArrayOptions{.huge_pages = true});
  EXPECT_TRUE(array.set(-1, 7));
  Forked other([ticket = *to_ticket(array)] {
    const auto same = from_ticket<Array<int>>(ticket);
    EXPECT_EQ(*same->get(-1), 7);
    EXPECT_EQ(*same->get(0), 0);
  });
  EXPECT_EQ(other.reap(), 0);
  EXPECT_EQ(RawArray<char>::create(10, {.huge_pages = true})->size(), 10u) << "small ones, too";
}

// Spawned children.

void use_everything(Lock lock, RLock rlock, Semaphore semaphore, BoundedSemaphore bounded,
                    Condition condition, Event event, Barrier barrier) {
  EXPECT_TRUE(lock.acquire());
  EXPECT_TRUE(lock.release());
  EXPECT_TRUE(rlock.acquire());
  EXPECT_TRUE(rlock.release());
  EXPECT_TRUE(semaphore.acquire());
  EXPECT_TRUE(bounded.acquire());
  EXPECT_TRUE(condition.acquire());
  EXPECT_TRUE(condition.notify_all());
  EXPECT_TRUE(condition.release());
  EXPECT_TRUE(barrier.wait());
  event.set();
  throw SystemExit(::testing::Test::HasFailure() ? 1 : 0);
}
const SpawnFunction kUseEverything("use_everything", use_everything);

TEST(Spawn, PassesEveryObjectThatIsWaitedFor) {
  const auto semaphore = *Semaphore::create(5);
  const auto bounded = *BoundedSemaphore::create(5);
  const auto event = *Event::create();
  const auto barrier = *Barrier::create(2);
  Process child(kUseEverything.call(*Lock::create(), *RLock::create(), semaphore, bounded,
                                    *Condition::create(), event, barrier));
  ASSERT_TRUE(child.start());
  EXPECT_TRUE(barrier.wait(kTestDeadline));
  ASSERT_TRUE(*child.join(kTestDeadline));
  EXPECT_EQ(*child.exitcode(), 0);
  EXPECT_TRUE(event.is_set());
  EXPECT_EQ(semaphore.get_value(), 4);
  EXPECT_EQ(bounded.get_value(), 4);
}

void use_data(Value<int> value, Array<double> array, RawValue<char> raw, DynamicArray dynamic,
              Queue queue, JoinableQueue joinable, SimpleQueue simple, SharedMemory memory,
              ShareableList list, Connection connection) {
  EXPECT_TRUE(value.with_lock([](int& number) { number += 1; }));
  EXPECT_TRUE(array.set(2, 1.5));
  raw.set_value('r');
  EXPECT_TRUE(dynamic.set(0, std::int64_t{3}));
  EXPECT_TRUE(queue.put(*joinable.get()));
  EXPECT_TRUE(joinable.task_done());
  EXPECT_TRUE(simple.put(bytes_view("simple")));
  (*memory.buf())[0] = std::byte{1};
  EXPECT_TRUE(list.set(0, true));
  EXPECT_TRUE(connection.send_bytes(bytes_view("sent")));
  throw SystemExit(::testing::Test::HasFailure() ? 1 : 0);
}
const SpawnFunction kUseData("use_data", use_data);

TEST(Spawn, PassesEveryObjectWithData) {
  const auto value = *Value<int>::create(1);
  const auto array = *Array<double>::create(3);
  const auto raw = *RawValue<char>::create();
  const auto dynamic = *DynamicArray::create(Typecode::B, 1);
  const auto queue = *Queue::create();
  const auto joinable = *JoinableQueue::create();
  const auto simple = *SimpleQueue::create();
  const auto memory = *SharedMemory::create(1);
  const std::vector<ShareableItem> items = {false};
  const auto list = *ShareableList::create(items);
  Pipe pipe = *Pipe::create();
  ASSERT_TRUE(joinable.put(bytes_view("task")));
  Process child(kUseData.call(value, array, raw, dynamic, queue, joinable, simple, memory, list,
                              std::move(pipe.second)));
  ASSERT_TRUE(child.start());
  EXPECT_EQ(*pipe.first.recv_bytes(), to_bytes("sent"));
  EXPECT_EQ(pipe.first.recv_bytes().error().code, ErrorCode::Closed)
      << "the child's end was closed here when the child had started";
  ASSERT_TRUE(*child.join(kTestDeadline));
  EXPECT_EQ(*child.exitcode(), 0);
  EXPECT_EQ(value.value(), 2);
  EXPECT_EQ(*array.get(2), 1.5);
  EXPECT_EQ(raw.value(), 'r');
  EXPECT_EQ(std::get<std::int64_t>(*dynamic.get(0)), 3);
  EXPECT_EQ(*queue.get(kPoll), to_bytes("task"));
  EXPECT_TRUE(joinable.join(kPoll));
  EXPECT_FALSE(*simple.empty());
  EXPECT_EQ((*memory.buf())[0], std::byte{1});
  EXPECT_EQ(std::get<bool>(*list.get(0)), true);
  EXPECT_TRUE(memory.unlink());
  EXPECT_TRUE(list.shm().unlink());
}

}  // namespace
}  // namespace mp

int main(int argc, char** argv) {
  mp::spawn_main(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
