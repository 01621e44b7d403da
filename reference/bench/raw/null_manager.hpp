#pragma once

#include <memory>
#include <string>
#include <thread>

#include "echo.hpp"
#include "manager/protocol/frame.hpp"
#include "manager/protocol/handshake.hpp"
#include "manager/protocol/message.hpp"

/// A server that CPython's manager clients talk to, and that only answers: a thread for each
/// connection, and the same bytes whatever is asked.
namespace mp::bench::raw {

class NullConversation {
 public:
  NullConversation(int fd, const std::string& key) : fd_(fd), key_(key) {}

  void run() {
    manager::ServerHandshake handshake(key_, manager::DigestPolicy::Any, *manager::make_nonce());
    send(handshake.challenge());
    for (bool proven = false; !proven;) {
      const manager::HandshakeStep step = handshake.receive(receive());
      if (step.send) send(*step.send);
      if (step.next == manager::HandshakeStep::Next::Fail) return;
      proven = step.next == manager::HandshakeStep::Next::Done;
    }
    // The first request is for the server, and has a name that shows in its bytes.
    const std::string_view first = receive();
    const bool makes = first.find("create") != first.npos;
    const Object made = Object::tuple_of(Object::str("0123456789ab"), Object::tuple());
    send(manager::encode_reply(manager::ReplyKind::Return, makes ? made : Object()));
    std::string answer;
    manager::append_frame(answer,
                          manager::encode_reply(manager::ReplyKind::Return, Object::integer(1)));
    while (true) {
      receive();
      send_whole(fd_, answer.data(), answer.size());
    }
  }

 private:
  void send(std::string_view payload) {
    std::string frame;
    manager::append_frame(frame, payload);
    send_whole(fd_, frame.data(), frame.size());
  }
  std::string_view receive() {
    while (true) {
      const auto payload = frames_.next();
      if (!payload) throw std::runtime_error("no frame");
      if (*payload) return **payload;
      const std::span<char> room = frames_.prepare();
      const ssize_t got = ::recv(fd_, room.data(), room.size(), 0);
      if (got <= 0) throw std::runtime_error("the peer is gone");
      frames_.commit(static_cast<std::size_t>(got));
    }
  }

  int fd_;
  std::string key_;
  manager::FrameReader frames_{std::size_t{1} << 20};
};

[[noreturn]] inline void serve_null_manager(int listener, const std::string& key) {
  while (true) {
    const int fd = ::accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    std::thread([fd, key] {
      try {
        NullConversation(fd, key).run();
      } catch (const std::exception&) {
      }
      ::close(fd);
    }).detach();
  }
}

}  // namespace mp::bench::raw
