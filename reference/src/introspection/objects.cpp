#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include "base/identity.hpp"
#include "introspection/proc.hpp"
#include "introspection/states.hpp"
#include "mp/introspection.hpp"
#include "mp/semaphore.hpp"
#include "shm/segment_search.hpp"

namespace mp::introspection {
namespace {

using shm::Segment;
using shm::SegmentDescriptor;

constexpr std::string_view kBlockFolder = "/dev/shm/";
constexpr std::string_view kNamelessBlock = "psm_";

/// Where a segment is to be had, and who has it.
struct Sight {
  std::string kind;
  std::vector<std::pair<pid_t, int>> descriptors;  ///< one of each process
};

std::map<std::uint64_t, Sight> look_around() {
  std::map<std::uint64_t, Sight> sights;
  for (const pid_t process : shm::visible_processes()) {
    shm::visit_segments(process, [&](const SegmentDescriptor& found) {
      Sight& sight = sights[found.id];
      sight.kind = found.kind;
      if (sight.descriptors.empty() || sight.descriptors.back().first != process) {
        sight.descriptors.emplace_back(process, found.fd);
      }
      return true;
    });
  }
  return sights;
}

shm::SegmentHeader header_for(const Sight& sight, std::uint64_t id) {
  shm::SegmentHeader header{};
  header.id = id;
  for (std::uint16_t kind = 1; kind <= static_cast<std::uint16_t>(shm::Kind::Queue); ++kind) {
    if (to_string(static_cast<shm::Kind>(kind)) == sight.kind) header.kind = kind;
  }
  return header;
}

void add_waiters(pid_t process, const std::string& link, Object& object, shm::Kind kind) {
  const std::vector<Mapping> mapped = mappings(process, link);
  for (const pid_t thread : threads_of(process)) {
    const auto futex = futex_of(process, thread);
    if (!futex) continue;
    for (const Mapping& mapping : mapped) {
      if (*futex < mapping.first || *futex >= mapping.end) continue;
      object.waiters.push_back(
          {process, thread, waited_for(kind, mapping.offset + (*futex - mapping.first))});
    }
  }
}

Object object_of(std::uint64_t id, const Sight& sight) {
  const shm::SegmentHeader named = header_for(sight, id);
  Object object;
  object.kind = sight.kind;
  object.id = id;
  object.name = describe(named);
  // This program may have to have it to look at it: then it is no process that uses it.
  const bool was_ours = Segment::with_id(id) != nullptr;
  for (const auto& [process, fd] : sight.descriptors) {
    if (process != ::getpid() || was_ours) object.processes.push_back(process);
  }
  Result<std::shared_ptr<Segment>> segment = Error{ErrorCode::NotFound, "it is gone"};
  for (const auto& [process, fd] : sight.descriptors) {
    segment = shm::open_segment_of(process, fd, id);  // the one there is when it is ours
    if (segment) break;
  }
  if (!segment) {
    object.trouble = segment.error().message;
    return object;
  }
  const shm::SegmentHeader header = (*segment)->header();
  struct stat status {};
  if (::fstat((*segment)->fd(), &status) == 0) {
    object.memory = static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  object.bytes = header.content_bytes;
  object.created =
      Time(std::chrono::duration_cast<Time::duration>(std::chrono::nanoseconds(header.created_ns)));
  const auto creator = base::Identity::from_bits(header.creator);
  object.creator = creator.number();
  object.creator_is_alive = base::is_process_alive(creator);
  read_state(**segment, object);
  const auto kind = static_cast<shm::Kind>(header.kind);
  const std::string link = "/memfd:" + shm::segment_link_name(kind, id);
  for (const pid_t process : object.processes) add_waiters(process, link, object, kind);
  return object;
}

/// The names of blocks, and who has each attached.
std::map<std::string, std::vector<pid_t>> look_at_blocks() {
  std::map<std::string, std::vector<pid_t>> blocks;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(kBlockFolder, unreadable)) {
    const std::string name = entry.path().filename();
    // "sem." are POSIX semaphores.
    if (entry.is_regular_file(unreadable) && !name.starts_with("sem.")) blocks[name];
  }
  for (const pid_t process : shm::visible_processes()) {
    for (const Mapping& mapping : mappings(process, kBlockFolder)) {
      const auto found = blocks.find(mapping.path.substr(kBlockFolder.size()));
      if (found == blocks.end()) continue;
      if (found->second.empty() || found->second.back() != process) {
        found->second.push_back(process);
      }
    }
  }
  return blocks;
}

Object block_of(const std::string& name, std::vector<pid_t> processes) {
  Object object;
  object.kind = "SharedMemory";
  object.name = "SharedMemory " + name;
  object.processes = std::move(processes);
  struct stat status {};
  if (::stat((std::string(kBlockFolder) + name).c_str(), &status) != 0) {
    object.trouble = system_error(name, errno).message;
    return object;
  }
  object.bytes = static_cast<std::uint64_t>(status.st_size);
  object.memory = static_cast<std::uint64_t>(status.st_blocks) * 512;
  object.created = std::chrono::system_clock::from_time_t(status.st_mtime);
  object.details.emplace_back("state",
                              object.processes.empty() ? "attached by nobody" : "attached");
  return object;
}

std::string digits_of(std::uint64_t id) {
  shm::SegmentHeader header{};
  header.id = id;
  const std::string text = describe(header);
  return text.substr(text.rfind(' ') + 1);
}

}  // namespace

bool Object::has_dead_holder() const {
  return std::ranges::any_of(holders, [](const Holder& holder) { return !holder.is_alive; });
}

std::vector<Object> objects() {
  std::vector<Object> all;
  for (const auto& [id, sight] : look_around()) {
    Object object = object_of(id, sight);
    if (!object.processes.empty()) all.push_back(std::move(object));
  }
  std::ranges::stable_sort(all, [](const Object& left, const Object& right) {
    return std::tie(left.kind, left.created) < std::tie(right.kind, right.created);
  });
  for (auto& [name, processes] : look_at_blocks()) {
    all.push_back(block_of(name, std::move(processes)));
  }
  return all;
}

Result<Object> find(const std::string& id_or_name) {
  std::vector<Object> found;
  for (const auto& [id, sight] : look_around()) {
    if (!id_or_name.empty() && digits_of(id).starts_with(id_or_name)) {
      found.push_back(object_of(id, sight));
    }
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    return Error{ErrorCode::InvalidArgument,
                 std::to_string(found.size()) + " objects have an id that begins with " +
                     id_or_name + ", such as " + found[0].name + " and " + found[1].name};
  }
  for (auto& [name, processes] : look_at_blocks()) {
    if (name == id_or_name) return block_of(name, std::move(processes));
  }
  return Error{ErrorCode::NotFound, "no object with an id that begins with '" + id_or_name +
                                        "', and no shared memory of that name"};
}

std::vector<Object> inspect_ids(const std::vector<std::uint64_t>& ids) {
  const auto sights = look_around();
  std::vector<Object> found;
  for (const std::uint64_t id : ids) {
    const auto sight = sights.find(id);
    if (sight != sights.end()) found.push_back(object_of(id, sight->second));
  }
  return found;
}

Result<std::vector<Removed>> remove_unused_blocks(bool dry_run,
                                                  const std::vector<std::string>& names) {
  const auto blocks = look_at_blocks();
  std::vector<std::string> unused;
  for (const std::string& name : names) {
    const auto found = blocks.find(name);
    if (found == blocks.end()) {
      return Error{ErrorCode::NotFound, "no shared memory is named '" + name + "'"};
    }
    if (!found->second.empty()) {
      return Error{ErrorCode::InvalidArgument, "process " + std::to_string(found->second.front()) +
                                                   " has SharedMemory " + name + " attached"};
    }
    unused.push_back(name);
  }
  for (const auto& [name, processes] : blocks) {
    if (names.empty() && processes.empty() && name.starts_with(kNamelessBlock)) {
      unused.push_back(name);
    }
  }
  std::vector<Removed> removed;
  Result<void> trouble;
  for (const std::string& name : unused) {
    const Object block = block_of(name, {});
    if (!dry_run && ::shm_unlink(("/" + name).c_str()) != 0) {
      trouble = system_error("shm_unlink of " + name, errno);
      continue;
    }
    removed.push_back({name, block.memory});
  }
  MP_TRY(trouble);
  return removed;
}

Result<std::int64_t> recover_permits(std::uint64_t id) {
  const auto sights = look_around();
  const auto sight = sights.find(id);
  if (sight == sights.end()) return Error{ErrorCode::NotFound, "there is no such semaphore"};
  for (const auto& [process, fd] : sight->second.descriptors) {
    // As a ticket from that process would do it.
    Packer packer(Transport::Ticket);
    packer.number(header_for(sight->second, id).kind);
    packer.number(id);
    packer.number(static_cast<std::uint64_t>(process));
    packer.number(static_cast<std::uint64_t>(fd));
    MP_TRY_ASSIGN(const Semaphore semaphore,
                  from_ticket<Semaphore>(std::move(packer).finish().bytes()));
    return semaphore.recover();
  }
  return Error{ErrorCode::NotFound, "there is no such semaphore"};
}

}  // namespace mp::introspection
