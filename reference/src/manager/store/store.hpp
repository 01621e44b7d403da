#pragma once

#include <string_view>
#include <vector>

#include "manager/core/dispatcher.hpp"

namespace mp::manager {

/// Where the objects of a manager live when other managers have them, too. A server without one
/// has its objects in its dispatcher alone, and asks nobody.
///
/// A store stands between the conversations and the dispatcher: what may change an object waits in
/// it until it has its place in the one order that all managers follow. Sessions are numbered by
/// the store, clients by their server; both only mean something here.
class Store {
 public:
  virtual ~Store() = default;

  // Of conversations.
  virtual SessionId open(ClientId client) = 0;
  /// A frame of a session that takes more; `payload` is what `request` was read from. Answers come
  /// in the order of frames.
  virtual void receive(SessionId session, Result<Request> request, std::string_view payload,
                       Clock::time_point now) = 0;
  virtual void refuse(SessionId session, std::string_view why) = 0;
  /// Without effect for sessions of before a loss.
  virtual void close(SessionId session) = 0;
  virtual bool is_waiting(SessionId session) const = 0;
  /// Whether another frame is of use: also while earlier ones are on their way to the order and
  /// back, but not while a call waits for what others do.
  virtual bool takes_more(SessionId session) const = 0;

  // Of the server's connections and clients.
  /// All that was said to the session until now has gone into its socket.
  virtual void delivered(SessionId session) = 0;
  virtual void abandon_waits(ClientId client) = 0;
  virtual void client_died(ClientId client, Clock::time_point now) = 0;
  virtual bool has_references_of(ClientId client) const = 0;
  /// As Dispatcher.
  virtual void take_replies(std::vector<Dispatcher::Reply>& out) = 0;

  /// Readable when advance() has something to do.
  virtual int fd() const = 0;
  virtual Clock::time_point next_deadline() const = 0;
  /// Goes on as far as it can without waiting; `is_readable`: fd() was. False when all sessions are
  /// lost: the others have taken this manager for dead, or the engine has forgotten what it had
  /// confirmed. The owner then ends all connections and calls rejoin(). Errors: System, Malformed
  /// it cannot go on at all
  virtual Result<bool> advance(Clock::time_point now, bool is_readable) = 0;
  virtual Result<void> rejoin() = 0;
  /// Before the end: what this manager's clients hold goes to others at once.
  virtual void leave() = 0;

  virtual std::uint64_t request_count() const = 0;
};

}  // namespace mp::manager
