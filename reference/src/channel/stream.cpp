#include "channel/stream.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace mp::channel {
namespace {

/// Keeps SIGPIPE away from the program while this thread writes to a pipe, for which there is no
/// MSG_NOSIGNAL. The signal goes to the writing thread, so it is enough to block it there and to
/// take it back afterwards.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    if (sigismember(&before_, SIGPIPE) == 1) {
      sigset_t pending;
      sigpending(&pending);
      was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    }
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  /// After a write that failed with EPIPE.
  void take_back() const {
    const timespec at_once{};
    if (!was_pending_) sigtimedwait(&sigpipe_, nullptr, &at_once);
  }

 private:
  sigset_t sigpipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

ssize_t write_to_pipe(int fd, std::span<iovec> pieces) {
  const WithoutSigpipe quiet;
  const ssize_t written = ::writev(fd, pieces.data(), static_cast<int>(pieces.size()));
  if (written < 0 && errno == EPIPE) {
    quiet.take_back();
    errno = EPIPE;
  }
  return written;
}

ssize_t write_to_socket(int fd, std::span<iovec> pieces) {
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}

Error stream_error(const char* what) {
  const int reason = errno;
  Error error = system_error(what, reason);
  if (reason == EPIPE || reason == ECONNRESET) error.code = ErrorCode::Disconnected;
  return error;
}

iovec piece_of(BytesView bytes) {
  return {.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
}

}  // namespace

Result<void> write_all(int fd, bool is_socket, BytesView first, BytesView second) {
  while (!first.empty() || !second.empty()) {
    std::array<iovec, 2> pieces{piece_of(first), piece_of(second)};
    const ssize_t result = is_socket ? write_to_socket(fd, pieces) : write_to_pipe(fd, pieces);
    if (result < 0) {
      if (errno == EINTR) continue;
      return stream_error("write");
    }
    const auto written = static_cast<std::size_t>(result);
    const std::size_t of_first = std::min(written, first.size());
    first = first.subspan(of_first);
    second = second.subspan(written - of_first);
  }
  return {};
}

Result<std::size_t> read_until_end(int fd, std::span<std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t result = ::read(fd, bytes.data() + done, bytes.size() - done);
    if (result == 0) break;
    if (result < 0) {
      if (errno == EINTR) continue;
      return stream_error("read");
    }
    done += static_cast<std::size_t>(result);
  }
  return done;
}

}  // namespace mp::channel
