#include "shm/segment_search.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <span>
#include <string>

namespace mp::shm {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Calls `visit` for each entry whose name is a number, until it returns false.
template <class Visit>
bool visit_numbers(const char* path, const Visit& visit) {
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path));
  if (!folder) return false;
  while (const dirent* entry = ::readdir(folder.get())) {
    int number = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    const auto parsed = std::from_chars(entry->d_name, end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end && !visit(number)) return false;
  }
  return true;
}

struct LinkPath {
  LinkPath(pid_t process, int fd) {
    std::snprintf(text.data(), text.size(), "/proc/%d/fd/%d", process, fd);
  }
  std::array<char, 48> text;
};

/// Kind and id of the segment that a link is of; nothing when it is of something else.
std::optional<SegmentDescriptor> parse_link(std::string_view link) {
  if (!link.starts_with(kSegmentLinkPrefix)) return std::nullopt;
  link.remove_prefix(kSegmentLinkPrefix.size());
  const std::size_t dot = link.find('.');
  if (dot == link.npos) return std::nullopt;
  SegmentDescriptor found{.process = 0, .fd = -1, .kind = link.substr(0, dot), .id = 0};
  const char* first = link.data() + dot + 1;
  const auto parsed = std::from_chars(first, link.data() + link.size(), found.id, 16);
  if (parsed.ec != std::errc() || parsed.ptr != first + 16) return std::nullopt;
  return found;
}

/// What the descriptor is of, into `buffer`.
std::optional<SegmentDescriptor> look_at(pid_t process, int fd, std::span<char> buffer) {
  const ssize_t length =
      ::readlink(LinkPath(process, fd).text.data(), buffer.data(), buffer.size());
  if (length <= 0) return std::nullopt;
  auto found = parse_link({buffer.data(), static_cast<std::size_t>(length)});
  if (found) {
    found->process = process;
    found->fd = fd;
  }
  return found;
}

Error gone(Kind kind, std::uint64_t id) {
  SegmentHeader header{};
  header.kind = static_cast<std::uint16_t>(kind);
  header.id = id;
  return {ErrorCode::NotFound, describe(header) + ": no process has it any more"};
}

}  // namespace

bool visit_segments(pid_t process, const std::function<bool(const SegmentDescriptor&)>& visit) {
  std::array<char, 40> folder;
  std::snprintf(folder.data(), folder.size(), "/proc/%d/fd", process);
  std::array<char, 256> link;
  return visit_numbers(folder.data(), [&](int fd) {
    const auto found = look_at(process, fd, link);
    return !found || visit(*found);
  });
}

std::vector<pid_t> visible_processes() {
  std::vector<pid_t> processes;
  visit_numbers("/proc", [&](int number) {
    processes.push_back(number);
    return true;
  });
  std::ranges::sort(processes);
  return processes;
}

Result<std::shared_ptr<Segment>> open_segment_of(pid_t process, int fd, std::uint64_t id) {
  // Looked at before it is opened: opening something else than memory could have effects.
  std::array<char, 256> link;
  const auto seen = look_at(process, fd, link);
  if (!seen || seen->id != id) {
    return Error{ErrorCode::NotFound, "process " + std::to_string(process) +
                                          " has no such object as its descriptor " +
                                          std::to_string(fd)};
  }
  base::UniqueFd own(
      ::open(LinkPath(process, fd).text.data(), O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!own) {
    Error error = system_error(
        "open of descriptor " + std::to_string(fd) + " of process " + std::to_string(process),
        errno);
    if (errno == ENOENT) error.code = ErrorCode::NotFound;
    return error;
  }
  MP_TRY_ASSIGN(auto segment, Segment::open(std::move(own)));
  if (segment->header().id != id) {
    return Error{ErrorCode::Malformed,
                 describe(segment->header()) + ": its header was overwritten"};
  }
  return segment;
}

Result<std::shared_ptr<Segment>> find_segment(Kind kind, std::uint64_t id, pid_t process, int fd) {
  if (auto own = Segment::with_id(id)) return own;
  auto segment = open_segment_of(process, fd, id);
  if (segment || segment.error().code == ErrorCode::Malformed) return segment;
  for (const pid_t other : visible_processes()) {
    visit_segments(other, [&](const SegmentDescriptor& found) {
      if (found.id != id) return true;
      auto opened = open_segment_of(other, found.fd, id);
      if (opened || segment.error().code == ErrorCode::NotFound) segment = std::move(opened);
      return false;
    });
    if (segment) return segment;
  }
  if (segment.error().code == ErrorCode::NotFound) return gone(kind, id);
  return segment;
}

}  // namespace mp::shm
