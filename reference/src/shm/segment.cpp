#include "shm/segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace mp::shm {
namespace {

constexpr std::uint64_t kAddressSpaceBytes = std::uint64_t{1} << 47;

std::size_t page_bytes() {
  static const std::size_t bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

Error malformed(std::string text) { return {ErrorCode::Malformed, std::move(text)}; }

Result<void*> map(int fd, std::size_t bytes) {
  // Beyond the end of the file this is address space only; NORESERVE says that no memory stands
  // behind it yet.
  void* base =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, /*offset=*/0);
  if (base == MAP_FAILED) return system_error("mmap", errno);
  return base;
}

Result<void> check_header(const SegmentHeader& header, Kind kind, std::uint16_t layout_version,
                          std::size_t content_bytes_min, std::size_t file_bytes) {
  if (header.magic != SegmentHeader::kMagic) return malformed("not a segment of this library");
  if (header.kind != static_cast<std::uint16_t>(kind))
    return malformed("a segment of another kind");
  if (header.layout_version != layout_version)
    return malformed("a segment of another layout version");
  if (header.content_bytes < content_bytes_min ||
      header.content_bytes > file_bytes - sizeof(SegmentHeader)) {
    return malformed("a segment of another size");
  }
  if (header.reserved_bytes > kAddressSpaceBytes) return malformed("reserves more than there is");
  return {};
}

}  // namespace

Result<std::shared_ptr<Segment>> Segment::create(const Shape& shape) {
  base::UniqueFd fd(::memfd_create("mp-segment", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return system_error("memfd_create", errno);
  const std::size_t file_bytes = sizeof(SegmentHeader) + shape.content_bytes;
  const std::size_t mapped_bytes =
      sizeof(SegmentHeader) + std::max(shape.content_bytes, shape.reserved_bytes);
  // Memory is taken now: a full system is an error here and not a SIGBUS at some later access.
  if (const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(file_bytes));
      error != 0) {
    return system_error("posix_fallocate", error);
  }
  // Nobody who gets the descriptor can take memory away from under the others.
  if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK) != 0) return system_error("F_ADD_SEALS", errno);
  MP_TRY_ASSIGN(void* base, map(fd.get(), mapped_bytes));
  new (base) SegmentHeader{.magic = SegmentHeader::kMagic,
                           .kind = static_cast<std::uint16_t>(shape.kind),
                           .layout_version = shape.layout_version,
                           .content_bytes = shape.content_bytes,
                           .reserved_bytes = shape.reserved_bytes,
                           .unused = {}};
  return std::shared_ptr<Segment>(new Segment(std::move(fd), base, mapped_bytes));
}

Result<std::shared_ptr<Segment>> Segment::open(base::UniqueFd fd, Kind kind,
                                               std::uint16_t layout_version,
                                               std::size_t content_bytes_min) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return system_error("fstat", errno);
  const auto file_bytes = static_cast<std::size_t>(status.st_size);
  const int seals = ::fcntl(fd.get(), F_GET_SEALS);
  if (file_bytes < sizeof(SegmentHeader) || seals < 0 || (seals & F_SEAL_SHRINK) == 0) {
    return malformed("not a segment of this library");
  }
  SegmentHeader header;
  if (::pread(fd.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
    return system_error("pread", errno);
  }
  MP_TRY(check_header(header, kind, layout_version, content_bytes_min, file_bytes));
  const std::size_t mapped_bytes =
      sizeof(SegmentHeader) + std::max(header.content_bytes, header.reserved_bytes);
  MP_TRY_ASSIGN(void* base, map(fd.get(), mapped_bytes));
  return std::shared_ptr<Segment>(new Segment(std::move(fd), base, mapped_bytes));
}

Segment::~Segment() { ::munmap(base_, mapped_bytes_); }

Result<void> Segment::provide(std::size_t offset, std::size_t bytes) const {
  if (offset > addressable_bytes() || bytes > addressable_bytes() - offset) {
    return Error{ErrorCode::TooLarge, "beyond the address space reserved for this segment"};
  }
  const auto start = static_cast<off_t>(sizeof(SegmentHeader) + offset);
  if (const int error = ::posix_fallocate(fd_.get(), start, static_cast<off_t>(bytes));
      error != 0) {
    return system_error("posix_fallocate", error);
  }
  return {};
}

void Segment::discard(std::size_t offset, std::size_t bytes) const {
  const std::size_t page = page_bytes();
  const std::size_t first = (sizeof(SegmentHeader) + offset + page - 1) / page * page;
  const std::size_t last = (sizeof(SegmentHeader) + offset + bytes) / page * page;
  if (first >= last) return;
  ::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(first),
              static_cast<off_t>(last - first));
}

}  // namespace mp::shm
