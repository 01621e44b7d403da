#include "driver/line_connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "driver/line_record.hpp"

namespace mpspec {

bool wait_ready(int descriptor, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = deadline - Clock::now();
    if (left <= Clock::duration::zero()) return false;
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    pollfd entry{descriptor, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<long long>(ms, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

LineConnection::LineConnection(int descriptor) : descriptor_(descriptor) {}

LineConnection::LineConnection(LineConnection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      state_(other.state_),
      buffer_(std::move(other.buffer_)),
      scanned_(other.scanned_),
      complaint_(std::move(other.complaint_)) {}

LineConnection::~LineConnection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void LineConnection::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  state_ = State::closed;
}

bool LineConnection::send(const nlohmann::json& line, Clock::time_point deadline) {
  if (state_ != State::open) return false;
  const std::string text = line.dump() + "\n";
  record_line(">", std::string_view(text).substr(0, text.size() - 1));
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n =
        ::send(descriptor_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_ready(descriptor_, POLLOUT, deadline)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::optional<nlohmann::json> LineConnection::receive(Clock::time_point deadline) {
  while (state_ == State::open) {
    if (auto line = parse_line()) return line;
    if (state_ != State::open || !fill(deadline)) break;
  }
  return std::nullopt;
}

std::optional<nlohmann::json> LineConnection::parse_line() {
  const std::size_t end = buffer_.find('\n', scanned_);
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    if (buffer_.size() > kLineBytesMax) {
      state_ = State::too_long;
      complaint_ = "sent a line of more than 64 MiB";
    }
    return std::nullopt;
  }
  record_line("<", std::string_view(buffer_).substr(0, end));
  auto line = nlohmann::json::parse(buffer_.begin(), buffer_.begin() + static_cast<long>(end),
                                    nullptr, /*allow_exceptions=*/false);
  if (line.is_discarded() || !line.is_object()) {
    state_ = State::not_json;
    complaint_ =
        "sent a line that is no JSON object: " + buffer_.substr(0, std::min<std::size_t>(end, 80));
    return std::nullopt;
  }
  buffer_.erase(0, end + 1);
  scanned_ = 0;
  return line;
}

bool LineConnection::fill(Clock::time_point deadline) {
  std::array<char, 65536> chunk;
  for (;;) {
    const ssize_t n = ::recv(descriptor_, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (n > 0) {
      buffer_.append(chunk.data(), static_cast<std::size_t>(n));
      return true;
    }
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
      state_ = State::closed;
      return false;
    }
    if (errno != EINTR && !wait_ready(descriptor_, POLLIN, deadline)) return false;
  }
}

}  // namespace mpspec
