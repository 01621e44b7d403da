#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "mp/bytes.hpp"
#include "mp/clock.hpp"
#include "mp/parcel.hpp"
#include "mp/result.hpp"

namespace mp {

/// Longest message that is sent, and that a peer may announce.
inline constexpr std::uint64_t kMessageBytesMax = std::uint64_t{1} << 32;

/// One end of a stream of messages of bytes over a pipe or a stream socket, in the framing of
/// CPython's Connection: a process of another language may hold the other end.
///
/// Owns its descriptor; a forked child has a copy of it, and the other end sees the end of the
/// stream when all copies are closed. Never raises SIGPIPE.
///
/// Errors:  Closed           "handle is closed": close() was called
///          InvalidArgument  "connection is read-only", "connection is write-only"
///          System           the operating system refused
/// Sharing: one thread of one process at a time in each direction; two that write at once mix up
/// their messages. Source:  Python 3 library, `multiprocessing.connection.Connection`.
class Connection {
 public:
  /// Takes over `descriptor`, a blocking pipe end or stream socket.
  /// Errors: InvalidArgument  "invalid handle", "at least one of `readable` and `writable` must be
  /// True"
  static Result<Connection> adopt(int descriptor, bool readable = true, bool writable = true);

  Connection(Connection&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        is_socket_(other.is_socket_),
        readable_(other.readable_),
        writable_(other.writable_) {}
  Connection& operator=(Connection&& other) noexcept;
  ~Connection() { close(); }

  bool readable() const { return readable_; }
  bool writable() const { return writable_; }
  bool closed() const { return fd_ < 0; }
  Result<int> fileno() const;
  /// May be repeated.
  void close();

  /// Sends `size` bytes of `buffer` from `offset` on (the rest without a size) as one message.
  /// Errors: OutOfRange    "offset is negative", "buffer length < offset", "size is negative",
  ///                       "buffer length < offset + size"
  ///         TooLarge      longer than kMessageBytesMax
  ///         Disconnected  nobody will read it; a part may have been sent
  Result<void> send_bytes(BytesView buffer, std::int64_t offset = 0,
                          std::optional<std::int64_t> size = std::nullopt);

  /// Receives one message, waiting for it without limit.
  /// Errors: Closed        "end of file": the other end is closed and everything was read
  ///         Disconnected  the other end went away without reading what it was sent (sockets)
  ///         Malformed     "got end of file during message"; or no frame of this protocol
  ///         TooLarge      "bad message length": longer than `maxlength` or kMessageBytesMax,
  ///         unread OutOfRange    "negative maxlength"
  /// After TooLarge, and after a frame that is none, nothing more can be received: a connection
  /// that can also send is no longer readable, another one is closed.
  Result<Bytes> recv_bytes(std::optional<std::int64_t> maxlength = std::nullopt);

  /// Receives one message into `buffer` at `offset` and returns its length; the rest of the buffer
  /// stays as it is. Errors: as recv_bytes, and
  ///         TooLarge    "buffer too short": the message was received and is lost, or in
  ///         `*overflow` if that is given OutOfRange  "negative offset", "offset too large"
  Result<std::size_t> recv_bytes_into(std::span<std::byte> buffer, std::int64_t offset = 0,
                                      Bytes* overflow = nullptr);

  /// Whether something can be received, be it the end of the stream, within `timeout`.
  Result<bool> poll(Timeout timeout = kPoll) const;

  /// See transfer.hpp.
  Result<void> pack(Packer& packer) const;
  static Result<Connection> unpack(Unpacker& unpacker);

 private:
  Connection(int fd, bool is_socket, bool readable, bool writable)
      : fd_(fd), is_socket_(is_socket), readable_(readable), writable_(writable) {}

  Result<void> check_readable() const;
  Result<void> check_writable() const;
  Result<std::uint64_t> recv_length();
  Result<void> recv_exactly(std::span<std::byte> bytes);
  Result<Bytes> recv_body(std::uint64_t length);
  Error cannot_go_on(Error error);

  int fd_;
  bool is_socket_;
  bool readable_;
  bool writable_;
};

namespace connection {

/// Waits until at least one of `descriptors` (of connections, sockets, sentinels of processes) is
/// readable or has reached its end. Returns those that are, in the given order; none when `timeout`
/// passed first. Errors: System  one of them is not open
Result<std::vector<int>> wait(std::span<const int> descriptors, Timeout timeout = kForever);

}  // namespace connection
}  // namespace mp
