#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "manager/core/dispatcher.hpp"
#include "manager/protocol/frame.hpp"
#include "manager/protocol/handshake.hpp"

namespace mp::manager {

class Store;

struct ConversationOptions {
  std::string authkey;
  DigestPolicy digests = DigestPolicy::Any;
  std::size_t message_bytes_max = std::size_t{256} << 20;
  /// Whether a client may go on in shared memory. Who owns the connection must be able to.
  bool offers_sharing = false;
};

/// One connection from its first byte to its last, without the socket: the handshake, then frames
/// to the dispatcher and replies from it. What is to be sent collects in output().
class Conversation {
 public:
  /// Borrows the dispatcher and the options, and the store in front of the dispatcher, if there is
  /// one. `nonce` is fresh randomness for this connection.
  Conversation(Dispatcher& dispatcher, const ConversationOptions& options, const Nonce& nonce,
               ClientId client, Store* store = nullptr);
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  ~Conversation() { end(); }

  /// The connection has ended: nothing more is taken.
  void end();

  /// Room for bytes that arrive.
  std::span<char> prepare() { return frames_.prepare(); }
  /// So many bytes have arrived there. Call step() next.
  void commit(std::size_t count) { frames_.commit(count); }

  /// Memory for input is given back when none has arrived in part.
  void release_room() { frames_.release_room(); }

  /// Takes the next frame, if one has arrived and may be taken: not while a call waits, nor while
  /// the peer does not read what it asked for. True when it did; then the dispatcher's replies are
  /// to be given out before the next step.
  bool step(Clock::time_point now);
  /// Reads the next frame ahead, if it has arrived, so that step() has less to do. Needs nothing of
  /// the dispatcher that changes.
  void read_ahead();
  /// A reply of the dispatcher to this connection's session.
  void reply(const Dispatcher::Reply& reply);

  /// The last step() took a request to go on in shared memory. The owner answers it: with
  /// accept_sharing() once it can, else with refuse_sharing().
  bool asks_to_share() const { return asks_to_share_; }
  /// Nothing is on its way in either direction.
  bool is_quiet() const { return output_.empty() && !ahead_ && !frames_.has_partial_frame(); }
  void accept_sharing() { asks_to_share_ = false; }
  void refuse_sharing(std::string_view why);

  /// The owner sends it from the front, and clears it when all is sent.
  std::string& output() { return output_; }
  const std::string& output() const { return output_; }
  /// More bytes would be of use.
  bool wants_input() const;
  /// Nothing more will happen once output() is sent.
  bool is_finished() const { return finished_; }
  bool is_authenticated() const { return session_.has_value(); }
  /// Requests so far.
  std::uint64_t request_count() const { return request_count_; }
  /// A call is waiting in the server: the end of the connection matters at once.
  bool is_waiting() const;
  std::optional<SessionId> session() const { return session_; }

 private:
  void take_frame(std::string_view payload, Clock::time_point now);
  void take_request(const Result<Request>& request, Clock::time_point now);
  void shake_hands(std::string_view payload);
  void reject_frame(const Error& error);

  static constexpr std::size_t kUnsentMax = 256 * 1024;

  Dispatcher& dispatcher_;
  const ConversationOptions& options_;
  ClientId client_;
  Store* store_;
  FrameReader frames_{kHandshakeFrameMax};
  std::optional<ServerHandshake> handshake_;  // until the key is proven
  std::optional<SessionId> session_;          // from then on
  std::optional<Result<Request>> ahead_;      // what read_ahead() has read
  std::string output_;
  std::uint64_t request_count_ = 0;
  bool asks_to_share_ = false;
  bool finished_ = false;
};

}  // namespace mp::manager
