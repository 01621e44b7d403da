#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "manager/core/object_table.hpp"
#include "manager/objects/referent.hpp"
#include "manager/protocol/message.hpp"
#include "mp/clock.hpp"
#include "mp/pickle.hpp"

namespace mp::manager {

struct DispatcherOptions {
  /// What every ident of this server begins with: lower-case hexadecimal digits.
  std::string ident_tag = {};
  pickle::LoadLimits limits = {};
  /// How long the references of a dead process are kept: a child that it had just forked may be
  /// about to take references of its own.
  Clock::duration orphan_grace = std::chrono::seconds(1);
  /// Whether accept_connection says that connections may go on in shared memory.
  bool offers_sharing = false;
  /// Items of queues that were given out and not acknowledged go back when their receiver ends.
  bool remembers_handed = false;
};

/// The manager server without sockets, threads and clocks: requests in, replies out, time as an
/// argument. Everything an authenticated connection may say is decided here.
///
/// Sessions. An authenticated connection is a session. Its first request is for the server itself
/// and is the only one, unless it is accept_connection: then requests for objects follow, one at a
/// time.
///
/// Waiting. A call that has to wait is parked: it has no reply until another call, its deadline or
/// the server's end completes it. While it is parked no further request of that session is taken
/// (is_waiting()), but the end of the session is, and takes the call out of every queue.
///
/// Clients. A client is a process. Sessions of kAnonymous (TCP, where processes cannot be known)
/// take part in everything but the clean-up after a death: their references stay, as in CPython,
/// until they are given back, and so does a Lock that they hold.
///
/// Deaths. The end of a session frees the RLocks and Conditions it holds. The death of a client
/// gives back its references, and passes on the Locks it had acquired, unless it had returned all
/// its references before: a process that ends in order does so, and may leave a Lock for others to
/// release.
class Dispatcher final : private Host {
 public:
  struct Reply {
    SessionId session;
    std::optional<std::string> payload;  ///< nothing: close only
    bool close;                          ///< the connection ends behind it
  };

  explicit Dispatcher(DispatcherOptions options) : options_(std::move(options)) {
    remembers_handed_ = options_.remembers_handed;
  }
  /// Asked before a call that takes something away: whether nobody is there any more to get it.
  void set_is_gone(std::function<bool(SessionId)> is_gone) { is_gone_ = std::move(is_gone); }
  ~Dispatcher() override = default;

  SessionId open(ClientId client);
  /// One frame of a session that is not waiting and not closed.
  void receive(SessionId session, std::string_view payload, Clock::time_point now);
  /// The same, of a frame that decode() has read before.
  void receive(SessionId session, const Result<Request>& request, Clock::time_point now);
  /// Touches nothing that changes: also while the dispatcher is at work in another thread.
  /// Errors: Malformed, TooLarge   as decode_request()
  ///         Closed                an empty frame, which ends the session
  Result<Request> decode(std::string_view payload) const;
  /// A frame that was too long to be kept: answered, and the session is closed.
  void refuse(SessionId session, std::string_view why);
  /// The connection has ended. Allowed at any time.
  void close(SessionId session);

  /// The process has died, but others may still have connections that it opened: its waiting calls
  /// will not be read by anybody.
  void abandon_waits(ClientId client);
  /// The process has died and none of its connections is left.
  void client_died(ClientId client, Clock::time_point now);

  bool is_waiting(SessionId session) const;
  /// Whether any session is.
  bool has_waiting() const { return waiting_count_ > 0; }
  /// Completes what has waited until now, of the clients of that manager.
  void expire(Clock::time_point now, ManagerId manager = 0);
  /// When expire() has to be called next; time_point::max() for never.
  Clock::time_point next_deadline(ManagerId manager = 0) const;

  /// The replies since the last call, in order.
  std::vector<Reply> take_replies() { return std::exchange(replies_, {}); }
  /// The same into `out`, whose room the next ones get.
  void take_replies(std::vector<Reply>& out) {
    out.clear();
    out.swap(replies_);
  }
  /// A client has asked for the end of the server; its reply has been given.
  bool is_shutting_down() const { return shutting_down_; }

  /// Frames received.
  std::uint64_t request_count() const { return request_count_; }
  /// Requests that were answered with an exception.
  std::uint64_t error_count() const { return error_count_; }
  /// Objects made.
  std::uint64_t object_count() const { return objects_.made(); }
  /// Objects that are there now.
  std::size_t living_count() const { return objects_.living_count(); }

  bool has_references_of(ClientId client) const { return objects_.has_references_of(client); }

  // Copies. Several managers have each a dispatcher, which stay equal because the same calls reach
  // all of them in the same order (store/replica.hpp). What differs between them are sessions that
  // have not taken part in anything yet, and replies, which only the manager of a session needs.

  /// Sessions of other managers get no replies.
  void become(ManagerId manager, std::string ident_tag);
  /// A session that this manager numbers itself.
  void open_as(SessionId session, ClientId client);
  /// A request for an object (`is_call`) or for the server itself, of a session that may be new
  /// here.
  void replay(SessionId session, ClientId client, bool is_call, const Result<Request>& request,
              Clock::time_point now);
  /// The same of a session that has ended; one that never took part is unknown to others.
  void replay_close(SessionId session);
  /// A frame that could not be read. Changes nothing but the session.
  void reject(SessionId session, const Error& error);
  /// Whether answer_reading() is worth a try.
  bool may_be_reading(SessionId session, const Request& request) const;
  /// Answers a request that changes nothing, and changes nothing. False, and no answer, when it
  /// has to be replayed.
  bool answer_reading(SessionId session, const Request& request, Clock::time_point now);
  /// Answers a request which concerns the connection alone, as accept_connection; false for others.
  bool answer_alone(SessionId session, const Request& request, Clock::time_point now);
  /// Whether a call may come before the answer to the one before it has arrived: that one is over,
  /// and neither gave an item nor a proxy, which its receiver had to take care of first.
  bool may_follow(SessionId session) const;
  bool is_serving(SessionId session) const;
  /// For requests that are not replayed at all, with the text of a '#TRACEBACK'.
  void refuse_request(SessionId session, const std::string& why);
  /// What was handed over to the session has arrived.
  void acknowledge(SessionId session) { handed_.erase(session); }
  bool has_handed(SessionId session) const { return handed_.contains(session); }
  /// Whether the last answer to a session of this manager gave an item, and delivered() has not
  /// been told since that the answer is on its way to the client.
  bool has_undelivered(SessionId session) const { return undelivered_.contains(session); }
  /// True when there was such an item.
  bool delivered(SessionId session) { return undelivered_.erase(session) != 0; }
  /// The manager has gone, and all its clients with it.
  void manager_gone(ManagerId manager);

  /// All that copies have in common; and the same again, in place of what was here.
  Object save() const;
  void forget_everything();
  /// InvalidArgument when it is not what save() gives; nothing is here then.
  Result<void> restore(const Object& state);

 private:
  struct Parked {
    ObjectNumber object;
    Clock::time_point deadline;
  };
  struct Session {
    ClientId client;
    bool serving = false;    // accept_connection was answered
    bool closed = false;     // nothing more is taken; the connection is about to end
    bool took_part = false;  // copies know of it
    std::optional<Parked> parked;
    std::vector<ObjectNumber> grace;
  };
  struct ServerFunction;
  static const ServerFunction* find_server_function(const Object& name);
  static bool reads_server(const Object& name);

  // Host
  void answer(SessionId session, Outcome outcome) override;
  void wait_for_ever(SessionId session) override;
  Referent* referent_of(const Object& proxy) override;
  void hold(ObjectNumber number) override { objects_.hold(number); }
  void let_go(ObjectNumber number) override { objects_.let_go(number); }
  std::uint64_t lock_acquired(LockCore& lock) override {
    held_locks_.insert(&lock);
    return ++fences_;
  }
  void lock_restored(LockCore& lock) override { held_locks_.insert(&lock); }
  void lock_released(LockCore& lock) override { held_locks_.erase(&lock); }
  std::string ident_of(ObjectNumber number) const override { return objects_.ident_of(number); }
  ClientId client_of(SessionId session) const override { return sessions_.at(session).client; }
  Referent* referent_at(ObjectNumber number) override { return objects_.find(number); }
  void handed_over(SessionId session, ObjectNumber from, const Object& item) override {
    handed_[session] = {from, item};
    if (is_mine(session)) undelivered_.insert(session);
  }

  Session& session(SessionId id);
  void serve_request(SessionId id, const Request& request, Clock::time_point now);
  void call_method(SessionId id, Referent& referent, const Request& request, Clock::time_point now);
  /// What is always there: '__str__', '__repr__' and '#GETVALUE'.
  Outcome call_fallback(const Referent& referent, const Object& name) const;
  void serve_server_request(SessionId id, const Request& request, Clock::time_point now);

  void park(SessionId id, ObjectNumber object, Clock::time_point deadline);
  void unpark(Session& session, SessionId id);
  void withdraw(Session& session, SessionId id);
  /// Sends the outcome of a call, or parks the session on the object when there is none yet.
  void settle(SessionId id, ObjectNumber object, const Outcome& outcome);
  void reply(SessionId id, const Outcome& outcome);
  void reply_and_close(SessionId id, const Outcome& outcome);
  void end_session(SessionId id);
  /// A proxy inside a reply keeps its object until the receiver had the chance to take a reference.
  void grant_grace(Session& session, const Object& value);
  std::optional<Outcome> read_object(SessionId id, const Request& request, Clock::time_point now);
  std::optional<Outcome> read_server(SessionId id, const Request& request, Clock::time_point now);
  bool is_mine(SessionId id) const { return manager_of(id) == manager_; }
  /// Without a reply, which only its manager gives.
  void reply_elsewhere(SessionId id, const Outcome& outcome);
  void give_back(SessionId id);
  void pass_on(std::vector<LockCore*> locks);
  void end_grace(Session& session);
  void release_locks_of_session(SessionId id);
  void release_locks_of_client(ClientId client);

  // The functions of the server itself.
  Outcome dummy(SessionId id, const Call& call);
  Outcome create(SessionId id, const Call& call);
  Outcome incref(SessionId id, const Call& call);
  Outcome decref(SessionId id, const Call& call);
  Outcome accept_connection(SessionId id, const Call& call);
  Outcome get_methods(SessionId id, const Call& call);
  Outcome number_of_objects(SessionId id, const Call& call);
  Outcome debug_info(SessionId id, const Call& call);
  Outcome shutdown(SessionId id, const Call& call);
  Attempt<ObjectNumber> known_object(const Call& call, std::string_view function);

  DispatcherOptions options_;
  std::function<bool(SessionId)> is_gone_;
  // Destroyed after the objects, which tell it when they let locks go.
  std::unordered_set<LockCore*> held_locks_;
  ObjectTable objects_{options_.ident_tag};
  std::unordered_map<SessionId, Session> sessions_;
  SessionId next_session_ = 1;
  using Due = std::tuple<ManagerId, Clock::time_point, std::uint64_t>;
  std::set<Due> deadlines_;     // of sessions
  std::set<Due> dead_clients_;  // whose references are still kept
  struct Handed {
    ObjectNumber from;
    Object item;
  };
  std::map<SessionId, Handed> handed_;
  std::set<SessionId> undelivered_;
  ManagerId manager_ = 0;
  std::uint64_t fences_ = 0;
  std::vector<Reply> replies_;
  std::size_t waiting_count_ = 0;
  std::uint64_t request_count_ = 0;
  std::uint64_t error_count_ = 0;
  bool shutting_down_ = false;
};

}  // namespace mp::manager
