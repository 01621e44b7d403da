#include "manager/net/listener.hpp"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "manager/net/socket_address.hpp"

namespace mp::manager {
namespace {

constexpr int kBacklog = 128;

Error in_use(const Address& address) {
  return Error{ErrorCode::AlreadyExists, to_string(address) + ": address already in use"};
}

/// Whether the path is a socket that refuses connections: its server is gone.
bool is_stale(const SocketAddress& address, const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  // Non-blocking, so that a live server with a full backlog says EAGAIN instead of holding us up.
  const base::UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe) return false;
  return ::connect(probe.get(), address.get(), address.size) != 0 && errno == ECONNREFUSED;
}

Result<base::UniqueFd> bind_and_listen(const SocketAddress& address) {
  base::UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("socket", errno);
  const int yes = 1;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) {
    return system_error("setsockopt", errno);
  }
  if (::bind(fd.get(), address.get(), address.size) != 0) {
    if (errno == EADDRINUSE) return in_use(address_of(address));
    return system_error(to_string(address_of(address)), errno);
  }
  if (::listen(fd.get(), kBacklog) != 0) return system_error("listen", errno);
  return fd;
}

Result<base::UniqueFd> bind_replacing(const SocketAddress& address, const Address& named) {
  Result<base::UniqueFd> fd = bind_and_listen(address);
  const auto* local = std::get_if<UnixAddress>(&named);
  const bool taken = !fd && fd.error().code == ErrorCode::AlreadyExists;
  if (!taken || local == nullptr || local->path.front() == '\0') return fd;
  if (!is_stale(address, local->path)) return fd;
  if (::unlink(local->path.c_str()) != 0 && errno != ENOENT) {
    return system_error(local->path, errno);
  }
  return bind_and_listen(address);
}

Result<Address> bound_address(int fd) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(fd, address.get(), &address.size) != 0) {
    return system_error("getsockname", errno);
  }
  return address_of(address);
}

}  // namespace

Result<Listener> Listener::open(const Address& address) {
  MP_TRY_ASSIGN(const std::vector<SocketAddress> candidates, resolve(address, Purpose::Listen));
  Result<base::UniqueFd> fd = Error{ErrorCode::NotFound, to_string(address)};
  for (const SocketAddress& candidate : candidates) {
    fd = bind_replacing(candidate, address);
    if (fd) break;
  }
  if (!fd) return std::move(fd).error();
  MP_TRY_ASSIGN(const Address bound, bound_address(fd->get()));
  Listener listener(*std::move(fd), bound);
  MP_TRY(listener.remember_file());
  return listener;
}

Listener::Listener(Listener&& other) noexcept
    : fd_(std::move(other.fd_)),
      address_(std::move(other.address_)),
      file_(std::exchange(other.file_, std::nullopt)) {}

Listener::~Listener() {
  if (!file_) return;
  struct stat status {};
  const bool is_ours = ::lstat(file_->path.c_str(), &status) == 0 &&
                       status.st_dev == file_->device && status.st_ino == file_->number;
  if (is_ours) ::unlink(file_->path.c_str());
}

Result<void> Listener::remember_file() {
  const auto* local = std::get_if<UnixAddress>(&address_);
  if (local == nullptr || local->path.front() == '\0') return {};
  struct stat status {};
  if (::lstat(local->path.c_str(), &status) != 0) return system_error(local->path, errno);
  file_ = File{local->path, status.st_dev, status.st_ino};
  return {};
}

void Listener::abandon() {
  fd_.reset();
  file_.reset();
}

}  // namespace mp::manager
