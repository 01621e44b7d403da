// Queue.*, JoinableQueue.*, SimpleQueue.*: items are pickles.
#include <mp/joinable_queue.hpp>
#include <mp/queue.hpp>
#include <mp/simple_queue.hpp>

#include "live.hpp"

namespace adapter {
namespace {

using mp::ErrorCode;
using mp::Object;

mp::BytesView bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

template <class Q>
Answer make(Call& call) {
  return Live(
      unwrap(Q::create(call.integer(0, "maxsize", 0)), {{ErrorCode::OutOfRange, "OverflowError"}}));
}

template <class Q>
Answer put(Call& call) {
  const std::string item = packed(call.need(0, "item"));
  unwrap(call.object<Q>().put(bytes_of(item), call.patience(1)));
  return Object::none();
}
template <class Q>
Answer put_nowait(Call& call) {
  const std::string item = packed(call.need(0, "item"));
  unwrap(call.object<Q>().put(bytes_of(item), mp::kPoll));
  return Object::none();
}
template <class Q>
Answer get(Call& call) {
  return unpacked(unwrap(call.object<Q>().get(call.patience())));
}
template <class Q>
Answer get_nowait(Call& call) {
  return unpacked(unwrap(call.object<Q>().get(mp::kPoll)));
}
template <class Q>
Answer qsize(Call& call) {
  return Object::integer(static_cast<std::int64_t>(call.object<Q>().qsize()));
}
template <class Q>
Answer empty(Call& call) {
  return Object::boolean(call.object<Q>().empty());
}
template <class Q>
Answer full(Call& call) {
  return Object::boolean(call.object<Q>().full());
}
template <class Q>
Answer close(Call& call) {
  call.object<Q>().close();
  return Object::none();
}
template <class Q>
Answer join_thread(Call& call) {
  unwrap(call.object<Q>().join_thread(), {{ErrorCode::InvalidArgument, "AssertionError"}});
  return Object::none();
}
template <class Q>
Answer cancel_join_thread(Call& call) {
  call.object<Q>().cancel_join_thread();
  return Object::none();
}

Answer task_done(Call& call) {
  unwrap(call.object<mp::JoinableQueue>().task_done());
  return Object::none();
}
Answer join(Call& call) {
  call.object<mp::JoinableQueue>().join();
  return Object::none();
}

Answer make_simple(Call&) { return Live(unwrap(mp::SimpleQueue::create())); }
constexpr std::pair<ErrorCode, const char*> kClosed{ErrorCode::Closed, "OSError"};
Answer simple_put(Call& call) {
  const std::string item = packed(call.need(0, "item"));
  unwrap(call.object<mp::SimpleQueue>().put(bytes_of(item)), {kClosed});
  return Object::none();
}
Answer simple_get(Call& call) {
  return unpacked(unwrap(call.object<mp::SimpleQueue>().get(), {kClosed}));
}
Answer simple_empty(Call& call) {
  return Object::boolean(unwrap(call.object<mp::SimpleQueue>().empty(), {kClosed}));
}

using mp::JoinableQueue;
using mp::Queue;
using mp::SimpleQueue;

constexpr Operation kOperations[] = {
    {"Queue.new", make<Queue>},
    {"Queue.put", put<Queue>},
    {"Queue.get", get<Queue>},
    {"Queue.put_nowait", put_nowait<Queue>},
    {"Queue.get_nowait", get_nowait<Queue>},
    {"Queue.qsize", qsize<Queue>},
    {"Queue.empty", empty<Queue>},
    {"Queue.full", full<Queue>},
    {"Queue.close", close<Queue>},
    {"Queue.join_thread", join_thread<Queue>},
    {"Queue.cancel_join_thread", cancel_join_thread<Queue>},
    {"JoinableQueue.new", make<JoinableQueue>},
    {"JoinableQueue.put", put<JoinableQueue>},
    {"JoinableQueue.get", get<JoinableQueue>},
    {"JoinableQueue.put_nowait", put_nowait<JoinableQueue>},
    {"JoinableQueue.get_nowait", get_nowait<JoinableQueue>},
    {"JoinableQueue.qsize", qsize<JoinableQueue>},
    {"JoinableQueue.empty", empty<JoinableQueue>},
    {"JoinableQueue.full", full<JoinableQueue>},
    {"JoinableQueue.close", close<JoinableQueue>},
    {"JoinableQueue.join_thread", join_thread<JoinableQueue>},
    {"JoinableQueue.cancel_join_thread", cancel_join_thread<JoinableQueue>},
    {"JoinableQueue.task_done", task_done},
    {"JoinableQueue.join", join},
    {"SimpleQueue.new", make_simple},
    {"SimpleQueue.put", simple_put},
    {"SimpleQueue.get", simple_get},
    {"SimpleQueue.empty", simple_empty},
    {"SimpleQueue.close", close<SimpleQueue>},
};

}  // namespace

std::span<const Operation> queue_operations() { return kOperations; }

}  // namespace adapter
