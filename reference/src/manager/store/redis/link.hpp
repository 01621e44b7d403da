#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "manager/store/redis/tls.hpp"
#include "manager/store/redis/url.hpp"
#include "mp/clock.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// What an engine has answered: hiredis' tree, with an end.
class RedisReply {
 public:
  enum class Kind { Nil, Text, Number, Array, Error };
  Kind kind = Kind::Nil;
  std::string text = {};  ///< of Text and Error
  std::int64_t number = 0;
  std::vector<RedisReply> items = {};

  bool is_error() const { return kind == Kind::Error; }
  bool is_array(std::size_t size) const { return kind == Kind::Array && items.size() == size; }
  /// A Number, or the digits of a Text; 0 for anything else.
  std::int64_t as_number() const;
};

/// One connection to an engine: commands go out, replies come in the same order. Never waits, but
/// for connect() and call().
class RedisLink {
 public:
  RedisLink();
  RedisLink(RedisLink&&) noexcept;
  RedisLink& operator=(RedisLink&&) noexcept;
  ~RedisLink();

  /// Errors: System, TimedOut; of TLS also AuthenticationFailed, InvalidArgument, Malformed,
  ///         Disconnected
  static Result<RedisLink> connect(const RedisUrl& url, Deadline deadline,
                                   const ManagerStoreOptions::Tls& tls = {});

  bool is_open() const { return static_cast<bool>(socket_); }
  void close();
  int fd() const { return socket_.get(); }
  bool has_output() const { return sent_ < output_.size(); }

  using Words = std::initializer_list<std::string_view>;
  void send(Words words) { send(std::span<const std::string_view>(words.begin(), words.size())); }
  void send(std::span<const std::string_view> words);
  /// Hands output to the kernel. Error: System   the connection has ended
  Result<void> write();
  /// The next reply, if it has come. Errors: System, Disconnected, Malformed
  Result<std::optional<RedisReply>> receive();
  /// One command and its reply, with nothing else under way.
  /// Errors: those of receive(), TimedOut. What the engine refuses is a reply.
  Result<RedisReply> call(Words words, Deadline deadline) {
    return call(std::span<const std::string_view>(words.begin(), words.size()), deadline);
  }
  Result<RedisReply> call(std::span<const std::string_view> words, Deadline deadline);

 private:
  struct Parser;
  Result<void> shake_hands(const Deadline& deadline);
  /// What has arrived goes to the parser. Error: of TLS
  Result<void> take(std::string_view bytes);
  /// Takes what has arrived, if anything has. Errors: those of receive()
  Result<bool> read();
  Result<std::optional<RedisReply>> parse();

  base::UniqueFd socket_;
  std::string output_;
  std::size_t sent_ = 0;
  std::unique_ptr<Parser> parser_;
  std::optional<TlsSession> tls_;
};

}  // namespace mp::manager
