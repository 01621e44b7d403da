#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "manager/client/process_state.hpp"
#include "manager/protocol/frame.hpp"
#include "manager/protocol/handshake.hpp"
#include "manager/protocol/message.hpp"
#include "manager/ring/ring_client.hpp"
#include "mp/address.hpp"
#include "mp/clock.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// One authenticated connection to a server, blocking; after share_memory(), the memory shared with
/// it, and the socket to be woken by and to learn of its end. One thread at a time. A forked child
/// finds it closed: the connection stays with the process that opened it.
class Channel {
 public:
  /// Connects and shakes hands.
  /// Errors: NotFound               nobody listens there; the message has the system's reason
  ///         AuthenticationFailed   one side does not know the key
  ///         TimedOut               the server did not answer by the deadline
  ///         Disconnected, Malformed, System
  static Result<std::unique_ptr<Channel>> open(const Endpoint& endpoint, Timeout timeout);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  /// Sends a pickled request and waits for its reply, however long that takes.
  /// Errors: Disconnected           the connection ended; the request may have been carried out
  ///         Malformed, TooLarge    what came back is no reply
  /// After an error the channel is of no use any more.
  Result<Reply> exchange(std::string_view request);
  /// Sends complete frames, one for each of `count` requests, and waits for that many replies.
  /// Reads while it sends, so that neither side fills up. Errors: as exchange().
  Result<std::vector<Reply>> exchange_all(std::string_view frames, std::size_t count);
  /// Sends a pickled request; its reply is the next one that comes. Errors: as exchange().
  Result<void> send(std::string_view request);
  /// Bytes that are no request yet, or a part of one.
  Result<void> send_bytes(std::string_view bytes) { return send_all(bytes); }
  /// Goes on in memory shared with the server, if it can: it has said that it offers that, and
  /// nothing is on its way. Whether it does now. Errors: as exchange()
  Result<bool> share_memory();
  bool shares_memory() const { return ring_.has_value(); }
  /// False in a forked child.
  bool is_open() const { return static_cast<bool>(fd_); }
  /// In a forked child: closes the socket without a word.
  void forget();

 private:
  Channel(base::UniqueFd fd, bool is_tcp);
  Result<void> shake_hands(const Endpoint& endpoint);
  Result<void> send_all(std::string_view bytes);
  Result<void> send_or_fill(std::string_view& bytes);
  Result<void> send_all_by_ring(std::string_view bytes);
  Result<void> send_or_fill_by_ring(std::string_view& bytes);
  Result<std::string_view> receive();
  /// Reads once, waiting when nothing is there.
  Result<void> fill();
  Result<void> fill_from_ring();
  /// What one read from the socket came to.
  Result<void> arrived(ssize_t count);
  Result<Reply> receive_with(base::UniqueFd& descriptor);

  base::UniqueFd fd_;
  const bool is_tcp_;
  FrameReader frames_;
  std::optional<RingClient> ring_;
};

}  // namespace mp::manager
