#include "manager/ring/ring_end.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>
#include <new>

namespace mp::manager {
namespace {

Result<RingArea*> map(int fd) {
  void* base =
      ::mmap(nullptr, sizeof(RingArea), PROT_READ | PROT_WRITE, MAP_SHARED, fd, /*offset=*/0);
  if (base == MAP_FAILED) return system_error("mmap", errno);
  // A connection stays with the process that opened it.
  ::madvise(base, sizeof(RingArea), MADV_DONTFORK);
  return static_cast<RingArea*>(base);
}

}  // namespace

RingEnd::RingEnd(RingArea* area, Role role, int socket)
    : area_(area),
      own_(role == Role::Client ? &area->client : &area->server),
      peer_(role == Role::Client ? &area->server : &area->client),
      writer_(role == Role::Client ? area->requests : area->replies),
      reader_(role == Role::Client ? area->replies : area->requests),
      socket_(socket) {}

RingEnd::~RingEnd() {
  if (area_ != nullptr) ::munmap(area_, sizeof(RingArea));
}

Result<RingEnd::Made> RingEnd::create(int socket) {
  base::UniqueFd fd(::memfd_create("mp-manager-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return system_error("memfd_create", errno);
  if (::ftruncate(fd.get(), sizeof(RingArea)) != 0) return system_error("ftruncate", errno);
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return system_error("F_ADD_SEALS", errno);
  MP_TRY_ASSIGN(RingArea * area, map(fd.get()));
  // What a new file is, zero, is right for all the rest.
  area->magic = RingArea::kMagic;
  area->version = RingArea::kVersion;
  return Made{std::unique_ptr<RingEnd>(new RingEnd(area, Role::Server, socket)), std::move(fd)};
}

Result<std::unique_ptr<RingEnd>> RingEnd::open(base::UniqueFd memory, int socket) {
  struct stat status {};
  if (::fstat(memory.get(), &status) != 0) return system_error("fstat", errno);
  const int seals = ::fcntl(memory.get(), F_GET_SEALS);
  const bool is_lasting = seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
  if (!is_lasting || static_cast<std::size_t>(status.st_size) < sizeof(RingArea)) {
    return Error{ErrorCode::Malformed, "the server's memory is not to be shared"};
  }
  MP_TRY_ASSIGN(RingArea * area, map(memory.get()));
  std::unique_ptr<RingEnd> end(new RingEnd(area, Role::Client, socket));
  if (area->magic != RingArea::kMagic || area->version != RingArea::kVersion) {
    return Error{ErrorCode::Malformed, "the server shares memory of an unknown layout"};
  }
  return end;
}

Result<std::size_t> RingEnd::read(std::span<char> room) {
  MP_TRY_ASSIGN(const std::size_t got, reader_.read(room));
  if (reader_.has_passed_quarter()) wake_peer();
  return got;
}

Result<std::size_t> RingEnd::write(std::string_view bytes) {
  MP_TRY_ASSIGN(const std::size_t written, writer_.write(bytes));
  own_->last_seen.here();
  if (written > 0) wake_peer();
  return written;
}

void RingEnd::wake_peer() {
  // All of this is sequentially consistent, and so is the other side's word and its look
  // afterwards: one of the two sees the other.
  std::uint32_t attention = peer_->attention.load();
  if (attention == kAwake) return;
  if (!peer_->attention.compare_exchange_strong(attention, kAwake)) return;
  if (attention == kAsleep) shm::futex_wake(peer_->attention, std::numeric_limits<int>::max());
  // Whoever's socket is full of such bytes has been told.
  if (attention == kListening) ::send(socket_, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool RingEnd::hear() {
  char bytes[256];
  const ssize_t got = ::recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return got > 0;
}

}  // namespace mp::manager
