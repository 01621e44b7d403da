#include "base/descriptor_offer.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

#include "mp/assert.hpp"

namespace mp::base {
namespace {

/// How long the one side waits for the other, which has a few bytes to send: not for ever.
constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};

struct Address {
  sockaddr_un name{};
  socklen_t length = 0;
};

std::optional<Address> to_address(const std::string& text) {
  Address address;
  if (text.empty() || text.size() + 1 > sizeof address.name.sun_path) return std::nullopt;
  address.name.sun_family = AF_UNIX;
  std::memcpy(address.name.sun_path + 1, text.data(), text.size());
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  return address;
}

UniqueFd new_socket() {
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (socket) {
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  }
  return socket;
}

std::optional<std::uint64_t> random_number() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) return std::nullopt;
  return number;
}

bool is_same_user(int peer) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  return ::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 &&
         (credentials.uid == ::geteuid() || credentials.uid == 0);
}

/// One byte, with the descriptor beside it if there is one.
bool send_descriptor(int peer, int fd) {
  char byte = fd >= 0 ? 1 : 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  return ::sendmsg(peer, &message, MSG_NOSIGNAL) == 1;
}

Result<UniqueFd> receive_descriptor(int peer) {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(peer, &message, MSG_CMSG_CLOEXEC) < 0) return system_error("recvmsg", errno);
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) {
    return Error{ErrorCode::NotFound, "the descriptor was fetched before"};
  }
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return UniqueFd(fd);
}

/// What this process offers.
class Desk {
 public:
  static Desk& instance() {
    static Desk& desk = *new Desk;  // never destroyed: its thread uses it
    return desk;
  }

  Result<OfferedDescriptor> offer(UniqueFd fd) {
    const std::lock_guard guard(mutex_);
    if (!listener_) MP_TRY(open());
    const auto token = random_number();
    if (!token) return system_error("getrandom", errno);
    offered_.insert_or_assign(*token, std::move(fd));
    return OfferedDescriptor{address_, *token};
  }

 private:
  Desk() {
    const int registered =
        ::pthread_atfork([] { instance().mutex_.lock(); }, [] { instance().mutex_.unlock(); },
                         [] {
                           instance().close_in_forked_child();
                           instance().mutex_.unlock();
                         });
    MP_ASSERT(registered == 0);
  }

  Result<void> open() {
    const auto number = random_number();
    if (!number) return system_error("getrandom", errno);
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "mp-offer-%d-%016llx", ::getpid(),
                  static_cast<unsigned long long>(*number));
    address_ = text.data();
    const auto address = to_address(address_);
    // Without a timeout: it waits for clients.
    UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!socket) return system_error("socket", errno);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address->name), address->length) !=
            0 ||
        ::listen(socket.get(), SOMAXCONN) != 0) {
      return system_error("a socket that offers descriptors", errno);
    }
    listener_ = std::move(socket);
    start_thread();
    return {};
  }

  void start_thread() {
    // Signals are for the program's own threads.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    std::thread([this, listener = listener_.get()] { serve(listener); }).detach();
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void serve(int listener) {
    while (true) {
      UniqueFd peer(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        // No descriptor is left, for the moment: who waits is served when there is one.
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
          ::poll(nullptr, 0, 20);
          continue;
        }
        return;
      }
      ::setsockopt(peer.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
      answer(peer.get());
    }
  }

  void answer(int peer) {
    std::uint64_t token = 0;
    if (!is_same_user(peer)) return;
    if (::recv(peer, &token, sizeof token, 0) != sizeof token) return;
    const UniqueFd fd = take(token);
    send_descriptor(peer, fd.get());
  }

  UniqueFd take(std::uint64_t token) {
    const std::lock_guard guard(mutex_);
    const auto found = offered_.find(token);
    if (found == offered_.end()) return {};
    UniqueFd fd = std::move(found->second);
    offered_.erase(found);
    return fd;
  }

  /// The thread stayed behind, and what was offered is the parent's.
  void close_in_forked_child() {
    listener_.reset();
    offered_.clear();
  }

  std::mutex mutex_;
  UniqueFd listener_;
  std::string address_;
  std::unordered_map<std::uint64_t, UniqueFd> offered_;
};

}  // namespace

Result<OfferedDescriptor> offer_descriptor(UniqueFd fd) {
  return Desk::instance().offer(std::move(fd));
}

Result<UniqueFd> fetch_descriptor(const OfferedDescriptor& offer) {
  const auto address = to_address(offer.address);
  if (!address) return Error{ErrorCode::Malformed, "no address of an offered descriptor"};
  const UniqueFd socket = new_socket();
  if (!socket) return system_error("socket", errno);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address->name), address->length) !=
      0) {
    if (errno == ECONNREFUSED) {
      return Error{ErrorCode::NotFound, "the process that offered the descriptor has ended"};
    }
    return system_error("connect", errno);
  }
  if (::send(socket.get(), &offer.token, sizeof offer.token, MSG_NOSIGNAL) != sizeof offer.token) {
    return system_error("send", errno);
  }
  return receive_descriptor(socket.get());
}

}  // namespace mp::base
