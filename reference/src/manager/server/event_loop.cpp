#include "manager/server/event_loop.hpp"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "manager/net/pidfd.hpp"
#include "manager/store/redis/redis_store.hpp"

namespace mp::manager {
namespace {

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
    const bool is_readable = std::exchange(store_is_readable_, false);
    MP_TRY_ASSIGN(const bool is_member, store_->advance(now, is_readable));
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
      store_is_readable_ = true;  // served in any case
      return;
    case kWake: {
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
      return;
    }
    default:
      return handle_connection(key, event.events, now);
  }
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
