// A socket that carries frames, used with every freedom that a careless or
// hostile peer takes.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "model/value.hpp"

namespace mpspec {

/// The address is none, or nobody takes connections there.
class ConnectError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The bytes of a frame: its length in 32 bits, or 64 bits behind -1, and the
/// payload.
std::string frame(std::string_view payload);
std::string long_frame(std::string_view payload);
/// A header alone, whatever follows it.
std::string header(std::int32_t length);
std::string long_header(std::uint64_t length);

/// What came of waiting for a frame.
struct Received {
  enum class Kind { frame, ended, timed_out };
  Kind kind;
  std::string payload{};
  bool has_long_header = false;
};

class RawConnection {
 public:
  using Clock = std::chrono::steady_clock;

  /// Connects to what a manager gives as its address: the path of a Unix socket
  /// (one that begins with NUL is abstract), as str or bytes, or a tuple of
  /// IPv4 host and port. Errors: ConnectError
  static RawConnection connect(const Value& address);
  /// Takes over a connected socket.
  explicit RawConnection(int descriptor);
  ~RawConnection();
  RawConnection(RawConnection&& other) noexcept;
  RawConnection& operator=(RawConnection&& other) noexcept;

  /// Writes all bytes; false when the peer is gone or does not take them by the
  /// deadline.
  bool send(std::string_view bytes, Clock::time_point deadline);
  /// The next frame; `ended` also for a connection that ends within a frame or
  /// is reset.
  Received receive(Clock::time_point deadline);
  /// Nothing more is sent, but what the peer sends is still read.
  void finish_sending();
  void close();

 private:
  /// Makes the buffer hold at least that many bytes.
  Received::Kind fill(std::size_t count, Clock::time_point deadline);

  int descriptor_;
  std::string buffer_;
};

/// A Unix socket that listens at a path; one connection at a time.
class RawListener {
 public:
  /// Errors: ConnectError
  explicit RawListener(const std::string& path);
  ~RawListener();
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;

  /// The next connection; ConnectError when none comes by the deadline.
  RawConnection accept(RawConnection::Clock::time_point deadline);

 private:
  std::string path_;
  int descriptor_;
};

}  // namespace mpspec
