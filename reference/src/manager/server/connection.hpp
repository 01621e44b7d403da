#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/unique_fd.hpp"
#include "manager/core/conversation.hpp"

namespace mp::manager {

/// A conversation and its socket.
class Connection {
 public:
  Connection(base::UniqueFd socket, bool is_tcp, Dispatcher& dispatcher,
             const ConversationOptions& options, const Nonce& nonce, ClientId client)
      : socket_(std::move(socket)),
        is_tcp_(is_tcp),
        client_(client),
        conversation_(dispatcher, options, nonce, client) {}

  int fd() const { return socket_.get(); }
  ClientId client() const { return client_; }
  Conversation& conversation() { return conversation_; }
  const Conversation& conversation() const { return conversation_; }

  /// Takes what has arrived. False when the connection has ended.
  bool read();

  /// What became of waiting for bytes.
  enum class Arrival {
    Data,     ///< taken
    Nothing,  ///< for kIdle
    Ended,
  };
  /// Waits for bytes. Only for the one thread that the connection was given to.
  Arrival await();
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
  /// Whoever waits in await() finds the end of the connection.
  void interrupt();
  /// Sends what the kernel takes. False when the connection has ended.
  bool write();
  /// Finished, and everything is sent.
  bool is_done() { return conversation_.is_finished() && conversation_.output().empty(); }

  /// The events of epoll that matter now, and whether they changed since the last time.
  std::uint32_t interest();
  bool update_interest();

 private:
  void acknowledge_quickly();

  base::UniqueFd socket_;
  bool is_tcp_;
  ClientId client_;
  std::uint32_t watched_ = 0;
  std::size_t sent_ = 0;  // of the conversation's output
  bool is_busy_ = false;
  bool has_idle_limit_ = false;
  std::uint64_t request_count_ = 0;  // at the time of is_hot()
  Clock::time_point last_request_{};
  Conversation conversation_;
};

}  // namespace mp::manager
