#include "line_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace adapter {
namespace {

[[noreturn]] void give_up(const char* what, const std::string& path) {
  std::fprintf(stderr, "mp-adapter: %s %s: %s\n", what, path.c_str(), std::strerror(errno));
  std::exit(2);
}

}  // namespace

LineSocket::LineSocket(const std::string& path)
    : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    give_up("cannot connect to", path);
  }
  path.copy(address.sun_path, path.size());
  if (descriptor_ < 0 ||
      ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("cannot connect to", path);
  }
}

LineSocket::~LineSocket() { abandon(); }

void LineSocket::end() {
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

void LineSocket::abandon() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::optional<nlohmann::json> LineSocket::read() {
  std::size_t searched = 0;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      auto line = nlohmann::json::parse(buffer_.substr(0, end), nullptr, false);
      buffer_.erase(0, end + 1);
      if (line.is_object()) return line;
      std::fprintf(stderr, "mp-adapter: the suite sent a line that is no JSON object\n");
      return std::nullopt;
    }
    searched = buffer_.size();
    char chunk[65536];
    const ssize_t n = ::recv(descriptor_, chunk, sizeof chunk, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    buffer_.append(chunk, static_cast<std::size_t>(n));
  }
}

void LineSocket::write(const nlohmann::json& line) {
  const std::string text = line.dump() + "\n";
  const std::lock_guard guard(writing_);
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::send(descriptor_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // the suite is gone; read() will notice
    sent += static_cast<std::size_t>(n);
  }
}

}  // namespace adapter
