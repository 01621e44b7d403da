// Connections from their coming to their end, as the loop itself serves them.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

#include "manager/server/event_loop.hpp"

namespace mp::manager {

void EventLoop::accept_all(Clock::time_point now) {
  while (true) {
    // Blocking: a busy connection's thread waits in recv(). Nobody else waits.
    base::UniqueFd socket(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket) {
      ++stats_.connections;
      admit(std::move(socket), now);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EMFILE || errno == ENFILE) shed_one();
    return;
  }
}

base::UniqueFd EventLoop::open_spare() {
  return base::UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

void EventLoop::shed_one() {
  ++stats_.connections;
  ++stats_.turned_away;
  spare_.reset();
  base::UniqueFd(::accept4(listener_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)).reset();
  spare_ = open_spare();
}

void EventLoop::admit(base::UniqueFd socket, Clock::time_point now) {
  const Result<Nonce> nonce = make_nonce();
  if (connections_.size() >= options_.connections_max || !nonce) {
    ++stats_.turned_away;
    return;
  }
  if (is_tcp_) {
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  const int fd = socket.get();
  const ClientId client = clients_.connected(fd);
  const Key key = next_key_++;
  auto connection = std::make_unique<Connection>(
      std::move(socket), is_tcp_, dispatcher_, conversation_options_, *nonce, client, store_.get());
  connection->update_interest();
  const Result<void> watched = poller_.watch(fd, connection->interest(), key);
  connections_.emplace(key, std::move(connection));
  if (!watched) return drop(key, now);
  strangers_.push_back({now + options_.handshake_timeout, key});
  pump(key, now);
}

void EventLoop::handle_connection(Key key, std::uint32_t events, Clock::time_point now) {
  const auto found = connections_.find(key);
  if (found == connections_.end()) return;  // dropped by an earlier event
  Connection& connection = *found->second;
  if (connection.is_busy()) {
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) interrupt(connection);
    return;
  }
  // A peer that can read no reply asks for nothing any more: what it sent in its last moment is not
  // carried out, or it might take an item with it.
  if ((events & (EPOLLHUP | EPOLLERR)) != 0) return drop(key, now);
  const bool will_send_no_more = (events & EPOLLRDHUP) != 0;
  do {
    // Whoever waits for a reply, or does not read its replies, and goes away, has nothing to say.
    if (will_send_no_more && !connection.conversation().wants_input()) return drop(key, now);
    const bool may_read = (events & (EPOLLIN | EPOLLRDHUP)) != 0 &&
                          (connection.ring() != nullptr || connection.conversation().wants_input());
    const bool has_ended = may_read && !connection.read();
    end_abandoned_waits(now);
    if (!connections_.contains(key)) return;
    pump(key, now);
    if (!connections_.contains(key)) return;
    if (connection.is_busy()) {  // its ring had more than one turn's worth
      if (will_send_no_more) interrupt(connection);
      return;
    }
    if (has_ended) return drop(key, now);
    // Read to the end at once: nobody else's call may come between its last words and its end.
  } while (will_send_no_more);
  make_busy(key, connection, now);
}

void EventLoop::pump(Key first, Clock::time_point now) {
  std::vector<Key> moved{first};
  for (std::size_t next = 0; next < moved.size(); ++next) {
    const Key key = moved[next];
    const auto found = connections_.find(key);
    if (found == connections_.end()) continue;
    Connection& connection = *found->second;
    if (connection.is_busy()) continue;  // made so by an earlier turn
    RingEnd* const ring = connection.ring();
    if (ring != nullptr) ring->attend(kListening);
    bool alive = ring == nullptr || connection.take();
    for (bool again = true; alive && again;) {
      // What arrived together is answered together.
      while (advance(connection, key, now)) give_out_replies(moved);
      const bool was_full = !connection.conversation().wants_input();
      alive = connection.write();
      again = was_full && connection.conversation().wants_input();
    }
    if (!alive || connection.is_done()) {
      drop(key, now);
      continue;
    }
    if (ring != nullptr && !stopping_ && connection.conversation().wants_input() &&
        ring->has_input()) {
      // Nobody tells of what was there already, and others want their turn.
      give_to_ring_thread(key, connection);
      continue;
    }
    const auto session = connection.conversation().session();
    if (store_ && session && connection.conversation().output().empty()) {
      store_->delivered(*session);
    }
    connection.conversation().release_room();
    if (connection.update_interest()) {
      poller_.rewatch(connection.fd(), connection.interest(), key);
    }
  }
}

bool EventLoop::advance(Connection& connection, Key key, Clock::time_point now) {
  Conversation& conversation = connection.conversation();
  const bool was_stranger = !conversation.is_authenticated();
  if (!conversation.step(now)) return false;
  if (conversation.asks_to_share()) answer_sharing(key, connection);
  if (was_stranger && conversation.is_authenticated()) {
    by_session_.emplace(*conversation.session(), key);
  }
  return true;
}

void EventLoop::give_out_replies(std::vector<Key>& moved) {
  std::vector<Dispatcher::Reply> replies = std::exchange(spare_replies_, {});
  store_ ? store_->take_replies(replies) : dispatcher_.take_replies(replies);
  for (const Dispatcher::Reply& reply : replies) {
    const auto found = by_session_.find(reply.session);
    if (found == by_session_.end()) continue;
    Connection& connection = *connections_.at(found->second);
    connection.conversation().reply(reply);
    // A busy one is being served by the thread that is here.
    if (!connection.is_busy()) moved.push_back(found->second);
  }
  spare_replies_ = std::move(replies);
}

void EventLoop::drop(Key key, Clock::time_point now) {
  const auto found = connections_.find(key);
  if (found == connections_.end()) return;
  const std::unique_ptr<Connection> connection = std::move(found->second);
  connections_.erase(found);
  if (const auto session = connection->conversation().session()) {
    by_session_.erase(*session);
  } else {
    ++stats_.unauthenticated;
  }
  if (!connection->is_busy()) poller_.forget(connection->fd());
  if (connection->ring() != nullptr) --sharing_count_;
  const ClientId client = connection->client();
  // The dispatcher must know that the session has ended before it hears of the death.
  connection->conversation().end();
  if (clients_.disconnected(client)) client_died(client, now);
}

}  // namespace mp::manager
