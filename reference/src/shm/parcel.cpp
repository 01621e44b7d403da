#include "mp/parcel.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/descriptor_offer.hpp"
#include "base/unique_fd.hpp"
#include "shm/segment_search.hpp"

namespace mp {
namespace {

Error malformed(const char* text) { return {ErrorCode::Malformed, text}; }
Error cut_off() { return malformed("a packed object is cut off"); }

Result<int> copy_of(int fd) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return system_error("a descriptor cannot be copied", errno);
  return copy;
}

}  // namespace

Parcel::~Parcel() {
  for (const int fd : descriptors_) {
    if (fd >= 0) ::close(fd);
  }
}

int Parcel::take_descriptor(std::size_t number) {
  return number < descriptors_.size() ? std::exchange(descriptors_[number], -1) : -1;
}

void Packer::number(std::uint64_t number) {
  const auto* first = reinterpret_cast<const std::byte*>(&number);
  bytes_.insert(bytes_.end(), first, first + sizeof number);
}

void Packer::bytes(BytesView bytes) {
  number(bytes.size());
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

Result<void> Packer::shared(const void* content) {
  const std::shared_ptr<shm::Segment> segment = shm::Segment::of(content);
  MP_ASSERT(segment != nullptr);
  number(segment->header().kind);
  number(segment->header().id);
  shared_ids_.push_back(segment->header().id);
  if (transport_ == Transport::Inheritance) {
    MP_TRY_ASSIGN(const int copy, copy_of(segment->fd()));
    number(descriptors_.size());
    descriptors_.push_back(copy);
    return {};
  }
  number(static_cast<std::uint64_t>(::getpid()));
  number(static_cast<std::uint64_t>(segment->fd()));
  return {};
}

Result<void> Packer::descriptor(int fd) {
  MP_TRY_ASSIGN(const int copy, copy_of(fd));
  if (transport_ == Transport::Inheritance) {
    number(descriptors_.size());
    descriptors_.push_back(copy);
    return {};
  }
  MP_TRY_ASSIGN(const base::OfferedDescriptor offer, base::offer_descriptor(base::UniqueFd(copy)));
  bytes(bytes_view(offer.address));
  number(offer.token);
  return {};
}

Result<std::uint64_t> Unpacker::number() {
  std::uint64_t number = 0;
  if (parcel_.bytes().size() - position_ < sizeof number) return cut_off();
  std::memcpy(&number, parcel_.bytes().data() + position_, sizeof number);
  position_ += sizeof number;
  return number;
}

Result<Bytes> Unpacker::bytes() {
  MP_TRY_ASSIGN(const std::uint64_t length, number());
  if (parcel_.bytes().size() - position_ < length) return cut_off();
  const auto first = parcel_.bytes().begin() + static_cast<std::ptrdiff_t>(position_);
  position_ += length;
  return Bytes(first, first + static_cast<std::ptrdiff_t>(length));
}

Result<std::shared_ptr<shm::Segment>> Unpacker::shared() {
  MP_TRY_ASSIGN(const std::uint64_t kind, number());
  MP_TRY_ASSIGN(const std::uint64_t id, number());
  MP_TRY_ASSIGN(const std::uint64_t place, number());
  if (transport_ == Transport::Inheritance) {
    base::UniqueFd fd(parcel_.take_descriptor(place));
    if (!fd) return malformed("a packed object's descriptor is missing");
    return shm::Segment::open(std::move(fd));
  }
  MP_TRY_ASSIGN(const std::uint64_t fd, number());
  return shm::find_segment(static_cast<shm::Kind>(kind), id, static_cast<pid_t>(place),
                           static_cast<int>(fd));
}

Result<int> Unpacker::descriptor() {
  if (transport_ == Transport::Inheritance) {
    MP_TRY_ASSIGN(const std::uint64_t place, number());
    const int fd = parcel_.take_descriptor(place);
    if (fd < 0) return malformed("a packed object's descriptor is missing");
    return fd;
  }
  MP_TRY_ASSIGN(const Bytes address, bytes());
  MP_TRY_ASSIGN(const std::uint64_t token, number());
  MP_TRY_ASSIGN(base::UniqueFd fd,
                base::fetch_descriptor({std::string(text_view(address)), token}));
  return fd.release();
}

Result<void> Unpacker::finish() const {
  if (position_ != parcel_.bytes().size()) return malformed("a packed object has bytes left over");
  return {};
}

}  // namespace mp
