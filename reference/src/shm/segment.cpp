#include "shm/segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>

#include "base/identity.hpp"
#include "shm/segment_table.hpp"

namespace mp::shm {
namespace {

constexpr std::uint64_t kAddressSpaceBytes = std::uint64_t{1} << 47;

std::size_t page_bytes() {
  static const std::size_t bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return bytes;
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

/// What one page of the upper levels of the page table covers. Room to grow begins at such a
/// border: what lies before it has small mappings, many of which share pages of the table.
constexpr std::size_t kRoomAlignment = std::size_t{1} << 30;

Error malformed(std::string text) { return {ErrorCode::Malformed, std::move(text)}; }

/// An error that says of what: "Array of 8589934656 bytes: posix_fallocate: No space left ...".
Error cannot_make(const Segment::Shape& shape, std::string_view why) {
  return {ErrorCode::System, std::string(to_string(shape.kind)) + " of " +
                                 std::to_string(shape.content_bytes) +
                                 " bytes: " + std::string(why)};
}

Error cannot_make(const Segment::Shape& shape, const char* what, int reason) {
  return cannot_make(shape, system_error(what, reason).message);
}

/// Where a mapping of so many bytes can begin at a multiple of `alignment`. Null leaves it to the
/// system.
void* aligned_place(std::size_t bytes, std::size_t alignment) {
  const std::size_t room = bytes + alignment;
  void* reserved = ::mmap(nullptr, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED) return nullptr;
  ::munmap(reserved, room);
  const auto first = reinterpret_cast<std::uintptr_t>(reserved);
  return reinterpret_cast<void*>((first + alignment - 1) / alignment * alignment);
}

/// `alignment` is a wish: when another thread has mapped something there meanwhile, it is another
/// place. Beyond the end of the file this is address space only; NORESERVE says that no memory
/// stands behind it yet.
Result<void*> map_file(int fd, std::size_t bytes, std::size_t alignment = 1) {
  void* wish = alignment == 1 ? nullptr : aligned_place(bytes, alignment);
  void* base =
      ::mmap(wish, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, /*offset=*/0);
  if (base == MAP_FAILED) return system_error("mmap", errno);
  return base;
}

/// Asks for more than there is would not fail but make the system end some process for it.
Result<void> check_available(std::size_t bytes) {
  constexpr std::size_t kWorthALook = std::size_t{64} << 20;
  if (bytes < kWorthALook) return {};
  std::ifstream file("/proc/meminfo");
  std::uint64_t available = 0;
  bool is_known = false;
  for (std::string word; file >> word;) {
    if (word != "MemAvailable:" && word != "SwapFree:") continue;
    std::uint64_t kibibytes = 0;
    file >> kibibytes;
    available += kibibytes * 1024;
    is_known = true;
  }
  if (!is_known || bytes <= available) return {};
  return Error{ErrorCode::System,
               "no memory: the system has " + std::to_string(available) + " bytes of it available"};
}

/// Takes the memory now: a full system is an error here and not a SIGBUS at some later access.
Result<void> take_memory(int fd, void* base, std::size_t bytes, bool huge_pages) {
  MP_TRY(check_available(bytes));
  const auto length = static_cast<off_t>(bytes);
  if (!huge_pages) {
    if (const int error = ::posix_fallocate(fd, 0, length); error != 0) {
      return system_error("posix_fallocate", error);
    }
    return {};
  }
  // Pages that fallocate takes are not huge: they have to come by a use of the mapping.
  if (::ftruncate(fd, length) != 0) return system_error("ftruncate", errno);
  if (::madvise(base, bytes, MADV_POPULATE_WRITE) != 0) {
    if (const int error = ::posix_fallocate(fd, 0, length); error != 0) {
      return system_error("posix_fallocate", error);
    }
  }
  // Where the system makes none by itself it makes them when it is told to. All of this is advice.
  ::madvise(base, bytes, MADV_COLLAPSE);
  return {};
}

Result<std::uint64_t> random_id() {
  std::uint64_t id = 0;
  if (::getrandom(&id, sizeof id, 0) != sizeof id) return system_error("getrandom", errno);
  return id;
}

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Result<void> check_header(const SegmentHeader& header, std::size_t file_bytes) {
  if (header.magic != SegmentHeader::kMagic) {
    return malformed("not a shared object of this library: its header does not begin as theirs do");
  }
  if (to_string(static_cast<Kind>(header.kind)) == "unknown") {
    return malformed(describe(header) + ": of a kind that this library does not know, " +
                     std::to_string(header.kind));
  }
  if (header.content_bytes > file_bytes - sizeof(SegmentHeader)) {
    return malformed(describe(header) + ": its header tells of " +
                     std::to_string(header.content_bytes) + " bytes of content, there are " +
                     std::to_string(file_bytes - sizeof(SegmentHeader)));
  }
  if (header.reserved_bytes > kAddressSpaceBytes) {
    return malformed(describe(header) + ": its header reserves more than there is");
  }
  return {};
}

}  // namespace

std::string_view to_string(Kind kind) {
  constexpr std::array<std::string_view, 10> kNames = {"unknown",   "Lock",  "RLock",   "Semaphore",
                                                       "Condition", "Event", "Barrier", "Value",
                                                       "Array",     "Queue"};
  const auto number = static_cast<std::size_t>(kind);
  return kNames[number < kNames.size() ? number : 0];
}

std::string describe(const SegmentHeader& header) {
  std::array<char, 17> id;
  std::snprintf(id.data(), id.size(), "%016llx", static_cast<unsigned long long>(header.id));
  return std::string(to_string(static_cast<Kind>(header.kind))) + " " + id.data();
}

std::string segment_link_name(Kind kind, std::uint64_t id) {
  std::array<char, 40> name;
  const std::string_view text = to_string(kind);
  std::snprintf(name.data(), name.size(), "mp.%.*s.%016llx", static_cast<int>(text.size()),
                text.data(), static_cast<unsigned long long>(id));
  return name.data();
}

Result<std::shared_ptr<Segment>> Segment::map(base::UniqueFd fd, const Shape& shape) {
  std::shared_ptr<Segment> segment(new Segment(std::move(fd)));
  const std::size_t bytes = sizeof(SegmentHeader) + shape.content_bytes;
  // The system only makes huge pages of what lies in the file as in memory.
  const std::size_t alignment = shape.huge_pages ? kHugePageBytes : 1;
  MP_TRY_ASSIGN(segment->base_, map_file(segment->fd(), bytes, alignment));
  segment->first_bytes_ = bytes;
  if (shape.huge_pages) ::madvise(segment->base_, bytes, MADV_HUGEPAGE);
  if (shape.reserved_bytes > shape.content_bytes) {
    const std::size_t room_bytes = sizeof(SegmentHeader) + shape.reserved_bytes;
    MP_TRY_ASSIGN(segment->room_, map_file(segment->fd(), room_bytes, kRoomAlignment));
    segment->room_bytes_ = room_bytes;
  }
  return segment;
}

Result<std::shared_ptr<Segment>> Segment::create(const Shape& wanted) {
  MP_TRY_ASSIGN(const std::uint64_t id, random_id());
  base::UniqueFd fd(
      ::memfd_create(segment_link_name(wanted.kind, id).c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return cannot_make(wanted, "memfd_create", errno);
  const std::size_t file_bytes = sizeof(SegmentHeader) + wanted.content_bytes;
  Shape shape = wanted;
  shape.huge_pages = wanted.huge_pages && file_bytes >= kHugePageBytes;
  Result<std::shared_ptr<Segment>> mapped = map(std::move(fd), shape);
  if (!mapped) return cannot_make(shape, mapped.error().message);
  std::shared_ptr<Segment> segment = *std::move(mapped);
  void* base = segment->base_;
  if (auto taken = take_memory(segment->fd(), base, file_bytes, shape.huge_pages); !taken) {
    return cannot_make(shape, taken.error().message);
  }
  // Nobody who gets the descriptor can take memory away from under the others.
  if (::fcntl(segment->fd(), F_ADD_SEALS, F_SEAL_SHRINK) != 0) {
    return cannot_make(shape, "F_ADD_SEALS", errno);
  }
  new (base) SegmentHeader{.magic = SegmentHeader::kMagic,
                           .kind = static_cast<std::uint16_t>(shape.kind),
                           .layout_version = shape.layout_version,
                           .content_bytes = shape.content_bytes,
                           .reserved_bytes = shape.reserved_bytes,
                           .id = id,
                           .created_ns = now_ns(),
                           .creator = base::this_process().bits(),
                           .huge_pages = shape.huge_pages,
                           .unused = {}};
  SegmentTable::instance().add(segment);
  return segment;
}

Result<std::shared_ptr<Segment>> Segment::open(base::UniqueFd fd) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return system_error("fstat", errno);
  const auto file_bytes = static_cast<std::size_t>(status.st_size);
  const int seals = ::fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0) {
    return malformed("not a shared object of this library: no sealed memory");
  }
  if (file_bytes < sizeof(SegmentHeader)) {
    return malformed("not a shared object of this library: its header is cut off, " +
                     std::to_string(file_bytes) + " bytes of " +
                     std::to_string(sizeof(SegmentHeader)));
  }
  SegmentHeader header;
  if (::pread(fd.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
    return system_error("pread", errno);
  }
  MP_TRY(check_header(header, file_bytes));
  if (auto known = with_id(header.id)) {
    struct stat other {};
    if (::fstat(known->fd(), &other) == 0 && other.st_ino == status.st_ino &&
        other.st_dev == status.st_dev) {
      return known;
    }
    return malformed(describe(header) + ": another object has its id");
  }
  MP_TRY_ASSIGN(std::shared_ptr<Segment> segment,
                map(std::move(fd), {.kind = static_cast<Kind>(header.kind),
                                    .layout_version = header.layout_version,
                                    .content_bytes = header.content_bytes,
                                    .reserved_bytes = header.reserved_bytes,
                                    .huge_pages = header.huge_pages != 0}));
  SegmentTable::instance().add(segment);
  return segment;
}

Result<std::shared_ptr<Segment>> Segment::open(base::UniqueFd fd, Kind kind,
                                               std::uint16_t layout_version,
                                               std::size_t content_bytes_min) {
  MP_TRY_ASSIGN(auto segment, open(std::move(fd)));
  MP_TRY(segment->expect(kind, layout_version, content_bytes_min));
  return segment;
}

std::shared_ptr<Segment> Segment::of(const void* content) {
  return SegmentTable::instance().find_content(content);
}

std::shared_ptr<Segment> Segment::with_id(std::uint64_t id) {
  return SegmentTable::instance().find_id(id);
}

Result<void> Segment::expect(Kind kind, std::uint16_t layout_version,
                             std::size_t content_bytes_min) const {
  const SegmentHeader seen = header();  // others may write it meanwhile
  if (seen.kind != static_cast<std::uint16_t>(kind)) {
    return malformed(describe(seen) + ": a " + std::string(to_string(kind)) + " was asked for");
  }
  if (seen.layout_version != layout_version) {
    return malformed(describe(seen) + ": has layout version " +
                     std::to_string(seen.layout_version) + ", this library knows " +
                     std::to_string(layout_version));
  }
  if (seen.content_bytes < content_bytes_min || seen.content_bytes > addressable_bytes()) {
    return malformed(describe(seen) + ": has " + std::to_string(seen.content_bytes) +
                     " bytes of content, too few or more than are mapped");
  }
  return {};
}

Segment::~Segment() {
  if (base_ == nullptr) return;
  SegmentTable::instance().remove(*this);
  ::munmap(base_, first_bytes_);
  if (room_ != nullptr) ::munmap(room_, room_bytes_);
}

Result<void> Segment::provide(std::size_t offset, std::size_t bytes) const {
  if (offset > addressable_bytes() || bytes > addressable_bytes() - offset) {
    return Error{ErrorCode::TooLarge,
                 describe(header()) + ": beyond the address space reserved for it"};
  }
  MP_TRY(check_available(bytes));
  const auto start = static_cast<off_t>(sizeof(SegmentHeader) + offset);
  if (const int error = ::posix_fallocate(fd_.get(), start, static_cast<off_t>(bytes));
      error != 0) {
    return system_error(describe(header()) + ": posix_fallocate", error);
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
