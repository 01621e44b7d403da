#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manager/core/conversation.hpp"

namespace mp::fuzz {

class Peer;

/// A manager's server without sockets, whose clock stands still until it is moved, and what its
/// connections are told. Every reply is checked: its kind is known and its payload is what the kind
/// promises.
class MemoryServer {
 public:
  using Reply = manager::Reply;
  using SessionId = manager::SessionId;
  using ClientId = manager::ClientId;

  /// `tag` is what every ident of this server begins with.
  explicit MemoryServer(std::string tag, std::size_t message_bytes_max = std::size_t{1} << 20);

  manager::Dispatcher& dispatcher() { return dispatcher_; }
  const manager::ConversationOptions& conversation_options() const { return options_; }
  Clock::time_point now() const { return now_; }

  /// Moves the clock and completes what has waited until then.
  void pass(Clock::duration time);
  /// The end of a process, behind that of its connections; its references are given back.
  void end_client(ClientId client);

  // Sessions without a conversation: the requests need no bytes on a wire.

  SessionId open(ClientId client) { return dispatcher_.open(client); }
  void close(SessionId session);
  /// The reply; nothing when the request waits, or was no request.
  std::optional<Reply> ask(SessionId session, const Object& ident, std::string_view name,
                           std::vector<Object> args = {});
  /// One request to the server itself.
  std::optional<Reply> serve(ClientId client, std::string_view function,
                             std::vector<Object> args = {});
  /// The same of a request that has been read before; the reply as it is sent. Nobody else may be
  /// told anything.
  std::string serve(ClientId client, const Result<manager::Request>& request);
  /// What the session was told since it was last asked.
  std::vector<Reply> take_replies(SessionId session);

  /// Gives out what the dispatcher has to say, and lets the peers take what has arrived for them,
  /// until nothing more happens.
  void settle();

 private:
  friend class Peer;
  void give_out();

  manager::ConversationOptions options_;
  manager::Dispatcher dispatcher_;
  Clock::time_point now_{};
  std::vector<Peer*> peers_;
  std::map<SessionId, std::vector<Reply>> replies_;
};

/// A connection from its first byte to its last, by somebody who knows the key.
class Peer {
 public:
  /// Shakes hands. Borrows the server.
  Peer(MemoryServer& server, manager::ClientId client);
  ~Peer() { close(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send_frame(std::string_view payload);
  /// Any bytes; from then on nobody can say how many requests there were.
  void send_bytes(std::string_view bytes);
  /// The connection ends.
  void close();

  bool is_waiting() const { return conversation_.is_waiting(); }
  bool is_finished() const { return conversation_.is_finished(); }
  const std::vector<manager::Reply>& replies() const { return replies_; }
  /// Every request has been answered once, but one that waits.
  void check_replies() const;

 private:
  friend class MemoryServer;
  /// What it said.
  std::vector<std::string> shake_hands();
  void deliver(std::string_view bytes);
  /// Takes the next frame, if one has arrived and may be taken.
  bool step();
  void hear();
  std::optional<std::string> hear_frame();

  MemoryServer& server_;
  manager::Conversation conversation_;
  std::vector<manager::Reply> replies_;
  std::size_t requests_ = 0;
  std::size_t extra_replies_ = 0;
  bool counts_ = true;
};

/// Stops the program unless the reply is one of the protocol's.
void check_reply(const manager::Reply& reply);

}  // namespace mp::fuzz
