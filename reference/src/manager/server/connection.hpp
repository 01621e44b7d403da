#pragma once

#include <cstdint>

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
  /// Sends what the kernel takes. False when the connection has ended.
  bool write();
  /// Finished, and everything is sent.
  bool is_done() { return conversation_.is_finished() && conversation_.output().empty(); }

  /// The events of epoll that matter now, and whether they changed since the last time.
  std::uint32_t interest();
  bool update_interest();

 private:
  base::UniqueFd socket_;
  bool is_tcp_;
  ClientId client_;
  std::uint32_t watched_ = 0;
  std::size_t sent_ = 0;  // of the conversation's output
  Conversation conversation_;
};

}  // namespace mp::manager
