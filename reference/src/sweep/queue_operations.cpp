#include <algorithm>

#include "channel/message_queue.hpp"
#include "mp/joinable_queue.hpp"
#include "mp/simple_queue.hpp"
#include "sweep/operations.hpp"
#include "sweep/queue_checks.hpp"

namespace mp::sweep {
namespace {

/// A queue with the smallest ring there can be. What does not fit into it makes it grow; and the
/// messages that fill it are short enough to be copied by few instructions.
class SmallQueue : public Queue {
 public:
  static constexpr unsigned kRingLog2 = 12;
  static constexpr std::size_t kRingBytes = 1 << kRingLog2;

  SmallQueue() : Queue(require(channel::MessageQueue::create(0, kRingLog2), "a queue is made")) {}
};

/// A text of that length that says where in it each byte belongs.
std::string text_of(std::size_t length) {
  std::string text(length, '\0');
  for (std::size_t n = 0; n < length; ++n) text[n] = static_cast<char>('A' + n % 57);
  return text;
}

World put_into(const Queue& queue, const Texts& before, const std::string& fresh) {
  Texts after = before;
  after.push_back(fresh);
  World world = world_around(queue, before, after);
  world.operate = [queue, fresh] { static_cast<void>(queue.put(bytes_view(fresh))); };
  return world;
}

World get_from(const Queue& queue, const Texts& before) {
  World world = world_around(queue, before, {before.begin() + 1, before.end()});
  world.operate = [queue] { static_cast<void>(queue.get()); };
  return world;
}

/// A queue whose next message begins so many bytes before the end of its ring.
Queue queue_near_end(std::size_t bytes_left) {
  const SmallQueue queue;
  put(queue,
      std::string(SmallQueue::kRingBytes - bytes_left - sizeof(channel::MessageHeader), 'x'));
  get(queue);
  return queue;
}

World put_across_the_end() { return put_into(queue_near_end(64), {}, text_of(200)); }

World get_across_the_end() {
  const Queue queue = queue_near_end(64);
  const Texts contents = {text_of(200), "b"};
  for (const std::string& text : contents) put(queue, text);
  return get_from(queue, contents);
}

/// The ring grows with messages in it, which are copied, and which lay across its end.
World put_that_grows() {
  const Queue queue = queue_near_end(256);
  const Texts contents = {"a", text_of(1000)};
  for (const std::string& text : contents) put(queue, text);
  return put_into(queue, contents, text_of(3200));
}

World put_many() {
  const Queue queue = queue_of({"a"});
  World world = world_around(queue, {}, {});
  const auto fresh = [] {
    return std::vector<BytesView>{bytes_view("1"), bytes_view("2"), bytes_view("3")};
  };
  world.operate = [queue, fresh] { static_cast<void>(queue.put_many(fresh())); };
  world.inspect = [queue] {
    const Texts whole = {"a", "1", "2", "3"};
    const Texts seen = drain(queue);
    require(!seen.empty() && seen.size() <= whole.size() &&
                std::equal(seen.begin(), seen.end(), whole.begin()),
            "the first few were put, in their order");
  };
  return world;
}

World get_many() {
  const Queue queue = queue_of({"1", "2", "3", "4"});
  World world = world_around(queue, {}, {});
  world.operate = [queue] { static_cast<void>(queue.get_many(3)); };
  world.inspect = [queue] {
    const Texts whole = {"1", "2", "3", "4"};
    const Texts seen = drain(queue);
    require(!seen.empty() && seen.size() <= whole.size() &&
                std::equal(seen.rbegin(), seen.rend(), whole.rbegin()),
            "the first few were taken, in their order");
  };
  return world;
}

World reserve_and_commit() {
  const Queue queue = queue_of({"a"});
  World world = world_around(queue, {"a"}, {"a", "new"});
  world.operate = [queue] {
    QueueReservation room = require(queue.reserve(3), "there is room");
    std::copy_n(bytes_view("new").begin(), 3, room.bytes().begin());
    room.commit();
  };
  return world;
}

World reserve_and_abandon() {
  const Queue queue = queue_of({"a"});
  World world = world_around(queue, {"a"}, {"a"});
  world.operate = [queue] { static_cast<void>(queue.reserve(3)); };
  return world;
}

World peek_and_consume() {
  const Queue queue = queue_of({"a", "b"});
  World world = world_around(queue, {"a", "b"}, {"b"});
  world.operate = [queue] { require(queue.peek(), "a message is there").consume(); };
  return world;
}

World peek_and_leave() {
  const Queue queue = queue_of({"a", "b"});
  World world = world_around(queue, {"a", "b"}, {"a", "b"});
  world.operate = [queue] { static_cast<void>(queue.peek()); };
  return world;
}

World put_full() {
  const Queue queue = queue_of({"a"}, 1);
  World world = world_around(queue, {"a"}, {"a"});
  world.operate = [queue] { static_cast<void>(queue.put_nowait(bytes_view("new"))); };
  return world;
}

World get_empty() {
  const Queue queue = queue_of({});
  World world = world_around(queue, {}, {});
  world.operate = [queue] { static_cast<void>(queue.get_nowait()); };
  return world;
}

World get_last() {
  const Queue queue = queue_of({"a"}, 1);
  return get_from(queue, {"a"});
}

World task_done() {
  const auto queue = require(JoinableQueue::create(), "a queue is made");
  World world;
  world.bystanders = {[queue] { require(queue.join(kPatience), "join sees the last task done"); }};
  put(queue, "task");
  get(queue);
  world.operate = [queue] { static_cast<void>(queue.task_done()); };
  world.inspect = [queue] {
    const bool was_done = queue.join(kPoll);
    require(queue.task_done().has_value() == !was_done, "a task is done once");
    require(queue.join(kPatience), "no task is left");
  };
  world.work = [queue](int) {
    for (int n = 0; n < 8; ++n) {
      put(queue, "task");
      get(queue);
      require(queue.task_done(), "a task can be done");
    }
  };
  world.conclude = [queue] {
    require(queue.join(kPatience), "no task is left");
    require(!queue.task_done(), "no task is counted that was not put");
  };
  return world;
}

/// A task is counted if and only if its message was put.
World put_task() {
  const auto queue = require(JoinableQueue::create(), "a queue is made");
  World world = put_into(queue, {}, "task");
  world.inspect = [queue] {
    const bool was_put = !drain(queue).empty();
    require(queue.join(kPoll) == !was_put, "there is a task where there was a message");
    require(queue.task_done().has_value() == was_put, "a task can be done once");
    require(queue.join(kPatience), "no task is left");
  };
  return world;
}

World simple_put() {
  const auto queue = require(SimpleQueue::create(), "a queue is made");
  World world;
  world.operate = [queue] { static_cast<void>(queue.put(bytes_view("new"))); };
  world.inspect = [queue] {
    require(queue.put(bytes_view("after")), "a message is put");
    const Bytes first = require(queue.get(), "a message comes");
    if (text_view(first) == "new") {
      require(text_view(require(queue.get(), "a message comes")) == "after", "messages keep order");
    } else {
      require(text_view(first) == "after", "a message arrives as it was put");
    }
    require(require(queue.empty(), "the queue is open"), "every message was got once");
  };
  return world;
}

World simple_get() {
  const auto queue = require(SimpleQueue::create(), "a queue is made");
  for (const char* text : {"a", "b"}) require(queue.put(bytes_view(text)), "a message is put");
  World world;
  world.operate = [queue] { static_cast<void>(queue.get()); };
  world.inspect = [queue] {
    Bytes next = require(queue.get(), "a message comes");
    if (text_view(next) == "a") next = require(queue.get(), "a message comes");
    require(text_view(next) == "b" && require(queue.empty(), "the queue is open"),
            "the victim took the first message, or none");
  };
  return world;
}

}  // namespace

std::vector<Operation> queue_operations() {
  return {
      {"queue.put",
       [] {
         return put_into(queue_of({"a", "b"}), {"a", "b"}, "new");
       }},
      {"queue.put.nothing", [] { return put_into(queue_of({}), {}, ""); }},
      {"queue.put.across_the_end", put_across_the_end},
      {"queue.put.growing", put_that_grows},
      {"queue.put.full", put_full},
      {"queue.put_many", put_many},
      {"queue.get_many", get_many},
      {"queue.reserve.commit", reserve_and_commit},
      {"queue.reserve.abandon", reserve_and_abandon},
      {"queue.peek.consume", peek_and_consume},
      {"queue.peek.leave", peek_and_leave},
      {"queue.get",
       [] {
         return get_from(queue_of({"a", "b"}), {"a", "b"});
       }},
      {"queue.get.last", get_last},
      {"queue.get.across_the_end", get_across_the_end},
      {"queue.get.empty", get_empty},
      {"joinable_queue.put", put_task},
      {"joinable_queue.task_done", task_done},
      {"simple_queue.put", simple_put},
      {"simple_queue.get", simple_get},
  };
}

}  // namespace mp::sweep
