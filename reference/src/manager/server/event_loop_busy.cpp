// Connections that a thread serves by itself while they are busy: one of the crew at a socket, the
// rings' thread in memory.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "manager/server/event_loop.hpp"

namespace mp::manager {
namespace {

/// To a request for memory: the layout's version, and how large a lane is.
std::string sharing_reply() {
  std::string frame;
  append_frame(frame,
               encode_reply(ReplyKind::Return, Object::tuple_of(Object::integer(RingArea::kVersion),
                                                                Object::integer(kLaneBytes))));
  return frame;
}

}  // namespace

void EventLoop::make_busy(Key key, Connection& connection, Clock::time_point now) {
  if (store_) return;
  Conversation& conversation = connection.conversation();
  if (!connection.is_hot(now) || !conversation.wants_input()) return;
  if (!conversation.output().empty()) return;  // a part of it may be sent
  if (connection.ring() != nullptr) return give_to_ring_thread(key, connection);
  connection.set_busy(true);
  poller_.forget(connection.fd());
  const bool given = crew_.give([this, key, &connection] { serve_busy(key, connection); });
  if (!given) watch_again(key, connection);
}

void EventLoop::give_to_ring_thread(Key key, Connection& connection) {
  connection.set_busy(true);
  poller_.rewatch(connection.fd(), connection.interest(), key);
  rings_.give(key, connection);
}

void EventLoop::interrupt(Connection& connection) {
  // Its end would be reported again and again.
  poller_.forget(connection.fd());
  connection.interrupt();
  rings_.notify();
}

void EventLoop::answer_sharing(Key key, Connection& connection) {
  Conversation& conversation = connection.conversation();
  if (!conversation.is_quiet() || connection.ring() != nullptr) {
    return conversation.refuse_sharing("something else is on its way");
  }
  // Busy connections are not watched, but those that share memory are.
  const bool can_watch =
      !connection.is_busy() || poller_.watch(connection.fd(), EPOLLRDHUP, key).has_value();
  if (!stopping_ && sharing_count_ < kSharingMax && can_watch && rings_.start() &&
      connection.share_memory(sharing_reply())) {
    ++sharing_count_;
    return conversation.accept_sharing();
  }
  if (connection.is_busy()) poller_.forget(connection.fd());
  conversation.refuse_sharing("no memory to share");
}

void EventLoop::serve_busy(Key key, Connection& connection) {
  while (serve_arrival(key, connection, connection.await())) {
    // From now on in memory.
    if (connection.ring() != nullptr) return rings_.give(key, connection);
  }
}

bool EventLoop::serve_arrival(Key key, Connection& connection, Connection::Arrival arrival) {
  using Arrival = Connection::Arrival;
  if (arrival == Arrival::Data) connection.conversation().read_ahead();
  std::unique_lock lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (arrival == Arrival::Ended) {
    drop(key, now);
    settle(now);
    wake_if_needed();
    return false;
  }
  if (arrival != Arrival::Data || stopping_) {
    watch_again(key, connection);
    return false;
  }
  end_abandoned_waits(now);
  std::vector<Key> moved;
  while (advance(connection, key, now)) give_out_replies(moved);
  for (const Key other : moved) pump(other, now);
  if (!moved.empty()) settle(now);
  wake_if_needed();
  return send_output(key, connection, lock);
}

void EventLoop::end_abandoned_waits(Clock::time_point now) {
  if (!dispatcher_.has_waiting()) return;
  epoll_event events[Poller::kBatch];
  for (const epoll_event& event : poller_.look(events)) {
    const Key key = event.data.u64;
    if (key >= Clients::kFirstKey) {
      handle_death(key, now);
    } else if ((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      const auto found = connections_.find(key);
      const bool is_waiting =
          found != connections_.end() && found->second->conversation().is_waiting();
      if (is_waiting) drop(key, now);
    }
  }
  settle(now);
}

bool EventLoop::send_output(Key key, Connection& connection,
                            std::unique_lock<AdaptiveMutex>& lock) {
  if (connection.ring() != nullptr) return write_to_ring(key, connection, lock);
  Conversation& conversation = connection.conversation();
  // A waiting call may be answered by others, and what they send must come behind this.
  if (!conversation.wants_input()) {
    watch_again(key, connection);
    return false;
  }
  std::string& output = conversation.output();
  if (output.empty()) return true;
  lock.unlock();
  const ssize_t sent = connection.send(output);
  if (sent == static_cast<ssize_t>(output.size())) {
    output.clear();
    return true;
  }
  lock.lock();
  if (sent > 0) output.erase(0, static_cast<std::size_t>(sent));
  watch_again(key, connection);
  return false;
}

bool EventLoop::write_to_ring(Key key, Connection& connection,
                              std::unique_lock<AdaptiveMutex>& lock) {
  const Conversation& conversation = connection.conversation();
  if (conversation.is_finished() || conversation.is_waiting()) {
    watch_again(key, connection);
    return false;
  }
  lock.unlock();
  if (connection.write()) return true;
  lock.lock();
  const Clock::time_point now = Clock::now();
  drop(key, now);
  settle(now);
  wake_if_needed();
  return false;
}

void EventLoop::watch_again(Key key, Connection& connection) {
  connection.set_busy(false);
  const Clock::time_point now = Clock::now();
  const bool is_watched = connection.ring() != nullptr
                              ? !connection.is_interrupted()
                              : poller_.watch(connection.fd(), 0, key).has_value();
  if (is_watched) {
    pump(key, now);
  } else {
    drop(key, now);
  }
  settle(now);
  wake_if_needed();
}

void EventLoop::wake_if_needed() {
  const bool has_news = dispatcher_.is_shutting_down() || orphaned_ || stopping_ ||
                        dispatcher_.next_deadline() < waits_until_;
  if (!has_news) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void EventLoop::end_busy() {
  for (const auto& [key, connection] : connections_) {
    if (connection->is_busy()) connection->interrupt();
  }
  rings_.notify();
}

}  // namespace mp::manager
