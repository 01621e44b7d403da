#pragma once

#include <deque>
#include <memory>
#include <unordered_map>

#include "manager/core/dispatcher.hpp"
#include "manager/net/listener.hpp"
#include "manager/server/adaptive_mutex.hpp"
#include "manager/server/clients.hpp"
#include "manager/server/connection.hpp"
#include "manager/server/crew.hpp"
#include "manager/server/poller.hpp"
#include "manager/server/ring_thread.hpp"
#include "manager/store/store.hpp"
#include "mp/manager_server.hpp"

namespace mp::manager {

/// The sockets of a manager server: moves bytes between them and the dispatcher, and tells it the
/// time and who has died.
///
/// Threads. The one that runs run() watches all connections, but for busy ones: those have a thread
/// each, which waits in recv(), because that wakes up sooner than epoll and on the right processor.
/// A connection goes back to be watched when nothing came for a moment, or when its call waits: so
/// threads are as many as there are busy clients. Busy connections that share memory have one
/// thread together, and the thread of run() goes on watching them for their end. Everything but
/// receiving and sending is done under one lock. With a store there are no
/// such threads and no such memory: what is waited for is the engine.
class EventLoop {
 public:
  /// Borrows all of them. `stop` becomes readable when the loop shall end.
  static Result<std::unique_ptr<EventLoop>> open(Listener& listener, int stop,
                                                 const ManagerServerOptions& options);
  Result<void> run();
  ManagerServerStats stats() const;

 private:
  using Key = Poller::Key;
  enum FixedKey : Key { kListener, kStop, kParent, kWake, kStore, kFirstConnection };

  static constexpr std::size_t kBusyMax = 64;
  /// Connections that share memory; any further ones stay with their sockets.
  static constexpr std::size_t kSharingMax = 1024;

  EventLoop(Poller poller, Listener& listener, const ManagerServerOptions& options,
            std::string ident_tag);
  Result<void> watch_fixed(int stop);

  void handle(const epoll_event& event, Clock::time_point now);
  void accept_all(Clock::time_point now);
  void admit(base::UniqueFd socket, Clock::time_point now);
  /// Without a free descriptor the queue of connections would stay full for ever: takes the first
  /// and closes it.
  void shed_one();
  static base::UniqueFd open_spare();
  void handle_connection(Key key, std::uint32_t events, Clock::time_point now);
  /// Takes frames, gives out replies and sends, until nothing moves any more.
  void pump(Key key, Clock::time_point now);
  void give_out_replies(std::vector<Key>& moved);
  /// One step of the conversation; false when there was none to take.
  bool advance(Connection& connection, Key key, Clock::time_point now);
  /// Gives out what calls, deadlines and dropped connections have answered.
  void settle(Clock::time_point now);
  void drop(Key key, Clock::time_point now);
  Result<void> open_store();
  Result<void> serve_store(Clock::time_point now);
  void drop_all(Clock::time_point now);
  void client_died(ClientId client, Clock::time_point now);
  bool has_references_of(ClientId client) const;
  /// Gives a connection a thread of its own, if it deserves one and there is one.
  void make_busy(Key key, Connection& connection, Clock::time_point now);
  /// The thread for rings has it from now on.
  void give_to_ring_thread(Key key, Connection& connection);
  /// A busy connection's socket has ended: tells its thread.
  void interrupt(Connection& connection);
  /// Shares memory with a client that asked for it, if there is enough of everything.
  void answer_sharing(Key key, Connection& connection);
  /// What that thread does, until the connection is watched again or has ended.
  void serve_busy(Key key, Connection& connection);
  /// One arrival on it. False when the thread is done with it.
  bool serve_arrival(Key key, Connection& connection, Connection::Arrival arrival);
  /// Ends the waiting calls of those who went away: before anybody's next request is done, which
  /// may have something for them. epoll does not keep the order in which things happened.
  void end_abandoned_waits(Clock::time_point now);
  /// False when the rest must be sent by whoever watches it.
  bool send_output(Key key, Connection& connection, std::unique_lock<AdaptiveMutex>& lock);
  bool write_to_ring(Key key, Connection& connection, std::unique_lock<AdaptiveMutex>& lock);
  void watch_again(Key key, Connection& connection);
  /// Tells the thread of run() what it would not notice: an earlier deadline, an end.
  void wake_if_needed();
  void end_busy();
  void handle_death(Key key, Clock::time_point now);
  void drop_silent_strangers(Clock::time_point now);
  Clock::time_point next_deadline() const;
  /// The parent has ended, and nobody else is there to serve.
  bool is_deserted() const;

  AdaptiveMutex mutex_;  // of all below, but for the busy connections themselves
  Poller poller_;
  Listener& listener_;
  const ManagerServerOptions& options_;
  const bool is_tcp_;
  ConversationOptions conversation_options_;
  Dispatcher dispatcher_;
  std::unique_ptr<Store> store_;  // nullptr: the dispatcher is all there is
  bool store_is_readable_ = false;
  Clients clients_{poller_};
  base::UniqueFd parent_;
  base::UniqueFd spare_;      // given up to shed a connection when there is no other descriptor
  ManagerServerStats stats_;  // of connections; the dispatcher counts the rest
  base::UniqueFd wake_;       // an eventfd
  Clock::time_point waits_until_ = Clock::time_point::max();
  bool stopping_ = false;
  bool orphaned_ = false;
  std::vector<Dispatcher::Reply> spare_replies_;  // empty; its room is used again
  std::size_t sharing_count_ = 0;
  Key next_key_ = kFirstConnection;
  // Destroyed before the dispatcher, which their conversations close their sessions with.
  std::unordered_map<Key, std::unique_ptr<Connection>> connections_;
  std::unordered_map<SessionId, Key> by_session_;
  struct Stranger {
    Clock::time_point deadline;
    Key key;
  };
  std::deque<Stranger> strangers_;  // in the order of their deadlines
  // These end before what their threads use.
  RingThread rings_{[this](Key key, Connection& connection, Connection::Arrival arrival) {
    return serve_arrival(key, connection, arrival);
  }};
  Crew crew_{kBusyMax};
};

}  // namespace mp::manager
