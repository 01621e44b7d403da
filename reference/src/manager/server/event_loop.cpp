#include "manager/server/event_loop.hpp"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "manager/net/pidfd.hpp"
#include "manager/store/redis/redis_store.hpp"

namespace mp::manager {
namespace {

base::UniqueFd open_spare() { return base::UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

/// Twelve hexadecimal digits of randomness: no two servers give out the same ident.
Result<std::string> make_ident_tag() {
  MP_TRY_ASSIGN(const Nonce nonce, make_nonce());
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string tag;
  for (std::size_t i = 0; i < 12; ++i) tag += kDigits[static_cast<unsigned char>(nonce[i]) & 15];
  return tag;
}

DispatcherOptions dispatcher_options(const ManagerServerOptions& options, bool may_share,
                                     std::string tag) {
  DispatcherOptions made;
  made.ident_tag = std::move(tag);
  made.limits.depth = options.depth_max;
  made.orphan_grace = options.orphan_grace;
  made.offers_sharing = may_share;
  made.remembers_handed = options.store.has_value();
  return made;
}

ConversationOptions conversation_options(const ManagerServerOptions& options, bool may_share) {
  return {options.authkey, options.strict_auth ? DigestPolicy::NoMd5 : DigestPolicy::Any,
          options.message_bytes_max, may_share};
}

/// To a request for memory: the layout's version, and how large a lane is.
std::string sharing_reply() {
  std::string frame;
  append_frame(frame,
               encode_reply(ReplyKind::Return, Object::tuple_of(Object::integer(RingArea::kVersion),
                                                                Object::integer(kLaneBytes))));
  return frame;
}

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::open(Listener& listener, int stop,
                                                   const ManagerServerOptions& options) {
  MP_TRY_ASSIGN(Poller poller, Poller::open());
  MP_TRY_ASSIGN(std::string tag, make_ident_tag());
  std::unique_ptr<EventLoop> loop(
      new EventLoop(std::move(poller), listener, options, std::move(tag)));
  MP_TRY(loop->watch_fixed(stop));
  if (options.store) MP_TRY(loop->open_store());
  return loop;
}

EventLoop::EventLoop(Poller poller, Listener& listener, const ManagerServerOptions& options,
                     std::string ident_tag)
    : poller_(std::move(poller)),
      listener_(listener),
      options_(options),
      is_tcp_(std::holds_alternative<InetAddress>(listener.address())),
      conversation_options_(
          conversation_options(options, options.shared_memory && !is_tcp_ && !options.store)),
      dispatcher_(
          dispatcher_options(options, conversation_options_.offers_sharing, std::move(ident_tag))),
      spare_(open_spare()) {
  dispatcher_.set_is_gone([this](SessionId session) {
    const auto found = by_session_.find(session);
    return found != by_session_.end() && connections_.at(found->second)->is_gone();
  });
}

Result<void> EventLoop::open_store() {
  dispatcher_.set_is_gone(nullptr);  // copies must not differ by it
  MP_TRY_ASSIGN(store_, RedisStore::open(*options_.store, options_.authkey, dispatcher_));
  return poller_.watch(store_->fd(), EPOLLIN, kStore);
}

Result<void> EventLoop::serve_store(Clock::time_point now) {
  // What the first advance() answers may be followed by requests that the second one sends.
  for (int times = 0; times < 2; ++times) {
    MP_TRY_ASSIGN(const bool is_member, store_->advance(now));
    if (!is_member) {
      drop_all(now);
      return store_->rejoin();
    }
    settle(now);
  }
  return {};
}

void EventLoop::drop_all(Clock::time_point now) {
  std::vector<Key> keys;
  for (const auto& [key, connection] : connections_) keys.push_back(key);
  for (const Key key : keys) drop(key, now);
}

void EventLoop::client_died(ClientId client, Clock::time_point now) {
  store_ ? store_->client_died(client, now) : dispatcher_.client_died(client, now);
}

bool EventLoop::has_references_of(ClientId client) const {
  return store_ ? store_->has_references_of(client) : dispatcher_.has_references_of(client);
}

Result<void> EventLoop::watch_fixed(int stop) {
  MP_TRY(poller_.watch(listener_.fd(), EPOLLIN, kListener));
  MP_TRY(poller_.watch(stop, EPOLLIN, kStop));
  wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_) return system_error("eventfd", errno);
  MP_TRY(poller_.watch(wake_.get(), EPOLLIN, kWake));
  if (!options_.parent) return {};
  parent_ = open_pidfd(*options_.parent);
  if (parent_) MP_TRY(poller_.watch(parent_.get(), EPOLLIN, kParent));
  // Whoever is our parent now, it is not the one we were to end with.
  orphaned_ = !parent_ || ::getppid() != *options_.parent;
  return {};
}

Result<void> EventLoop::run() {
  std::unique_lock lock(mutex_);
  Result<void> done;
  while (done && !stopping_ && !dispatcher_.is_shutting_down() && !is_deserted()) {
    waits_until_ = next_deadline();
    lock.unlock();
    const auto events = poller_.wait(waits_until_);
    lock.lock();
    if (!events) done = events.error();
    const Clock::time_point now = Clock::now();
    if (events) {
      for (const epoll_event& event : *events) handle(event, now);
    }
    if (!store_) dispatcher_.expire(now);
    drop_silent_strangers(now);
    settle(now);
    if (store_ && done) done = serve_store(now);
  }
  stopping_ = true;
  if (store_ && done) store_->leave();
  end_busy();
  lock.unlock();
  crew_.join();
  rings_.join();
  return done;
}

void EventLoop::settle(Clock::time_point now) {
  // Giving out a reply may end a connection, whose locks then pass to others, and so on.
  std::vector<Key> moved;
  do {
    moved.clear();
    give_out_replies(moved);
    for (const Key key : moved) pump(key, now);
  } while (!moved.empty());
}

void EventLoop::handle(const epoll_event& event, Clock::time_point now) {
  const Key key = event.data.u64;
  if (key >= Clients::kFirstKey) return handle_death(key, now);
  switch (key) {
    case kListener:
      return accept_all(now);
    case kStop:
      stopping_ = true;
      return;
    case kParent:
      orphaned_ = true;
      poller_.forget(parent_.get());
      return;
    case kStore:
      return;  // served in any case
    case kWake: {
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
      return;
    }
    default:
      return handle_connection(key, event.events, now);
  }
}

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

void EventLoop::handle_death(Key key, Clock::time_point now) {
  const std::optional<Clients::Death> death = clients_.ended(key);
  if (!death) return;
  if (death->has_connections) {
    store_ ? store_->abandon_waits(death->client) : dispatcher_.abandon_waits(death->client);
  } else {
    client_died(death->client, now);
  }
}

void EventLoop::drop_silent_strangers(Clock::time_point now) {
  while (!strangers_.empty()) {
    const Stranger stranger = strangers_.front();
    const auto found = connections_.find(stranger.key);
    const bool is_known =
        found == connections_.end() || found->second->conversation().is_authenticated();
    if (!is_known && stranger.deadline > now) return;
    strangers_.pop_front();
    if (!is_known) drop(stranger.key, now);
  }
}

ManagerServerStats EventLoop::stats() const {
  ManagerServerStats all = stats_;
  all.requests = store_ ? store_->request_count() : dispatcher_.request_count();
  all.errors = dispatcher_.error_count();
  all.objects = dispatcher_.object_count();
  return all;
}

Clock::time_point EventLoop::next_deadline() const {
  const Clock::time_point next = store_ ? store_->next_deadline() : dispatcher_.next_deadline();
  return strangers_.empty() ? next : std::min(next, strangers_.front().deadline);
}

bool EventLoop::is_deserted() const {
  return orphaned_ && connections_.empty() &&
         !clients_.any_alive([this](ClientId client) { return has_references_of(client); });
}

}  // namespace mp::manager
