#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "base/unique_fd.hpp"
#include "manager/core/conversation.hpp"
#include "manager/ring/ring_end.hpp"

namespace mp::manager {

/// A conversation and its socket; or, from some point on, the memory that it shares with the
/// client, and the socket for what only that can tell: see RingEnd.
class Connection {
 public:
  Connection(base::UniqueFd socket, bool is_tcp, Dispatcher& dispatcher,
             const ConversationOptions& options, const Nonce& nonce, ClientId client,
             Store* store = nullptr)
      : socket_(std::move(socket)),
        is_tcp_(is_tcp),
        client_(client),
        conversation_(dispatcher, options, nonce, client, store) {}

  int fd() const { return socket_.get(); }
  ClientId client() const { return client_; }
  Conversation& conversation() { return conversation_; }
  const Conversation& conversation() const { return conversation_; }

  /// Takes what has arrived. False when the connection has ended. With shared memory, only what
  /// the socket has to say: take() is for the rest.
  bool read();

  /// Sends `frame` and, along with it, memory; all else goes through that. False when nothing was
  /// sent, and all is as before.
  bool share_memory(std::string_view frame);
  /// Nothing before share_memory().
  RingEnd* ring() const { return ring_.get(); }
  /// Takes what the ring has, if anything is wanted. False when the client has broken it.
  bool take();
  /// Something is there to be taken, or room for what could not be sent, or it was interrupted.
  bool is_ready() const;

  /// What became of waiting for bytes.
  enum class Arrival {
    Data,     ///< taken
    Nothing,  ///< for kIdle
    Ended,
  };
  /// Waits for bytes. Only for the one thread that the connection was given to.
  Arrival await();
  /// The same without waiting, of the ring; sends what could not be sent before.
  Arrival look();
  /// Sends without waiting; how many bytes went, or -1 when the connection has ended. As await().
  ssize_t send(std::string_view bytes);
  static constexpr std::chrono::milliseconds kIdle{20};

  /// Nobody can read an answer any more.
  bool is_gone() const;

  /// A thread of its own reads it, and nobody else may touch it.
  bool is_busy() const { return is_busy_; }
  void set_busy(bool busy);
  /// Whether its requests come so fast that a thread of its own is worth while.
  bool is_hot(Clock::time_point now);
  /// Whoever waits in await(), or calls look(), finds the end of the connection.
  void interrupt();
  bool is_interrupted() const { return interrupted_.load(std::memory_order_relaxed); }
  /// Sends what the kernel takes. False when the connection has ended.
  bool write();
  /// Finished, and everything is sent.
  bool is_done() { return conversation_.is_finished() && conversation_.output().empty(); }

  /// The events of epoll that matter now, and whether they changed since the last time.
  std::uint32_t interest();
  bool update_interest();

 private:
  void acknowledge_quickly();
  bool has_unsent() const { return sent_ < conversation_.output().size(); }
  bool read_ring();
  bool write_to_ring();

  base::UniqueFd socket_;
  bool is_tcp_;
  ClientId client_;
  std::uint32_t watched_ = 0;
  std::size_t sent_ = 0;  // of the conversation's output
  bool is_busy_ = false;
  bool has_idle_limit_ = false;
  std::atomic<bool> interrupted_{false};
  std::uint64_t request_count_ = 0;  // at the time of is_hot()
  Clock::time_point last_request_{};
  std::unique_ptr<RingEnd> ring_;
  Conversation conversation_;
};

}  // namespace mp::manager
