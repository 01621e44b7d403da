#include "base/identity.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/unique_fd.hpp"
#include "mp/assert.hpp"

namespace mp::base {

namespace remembered {
constinit std::atomic<std::uint32_t> process{0};
constinit thread_local std::uint32_t thread = 0;
}  // namespace remembered

namespace {

void forget_in_forked_child() {
  remembered::process.store(0, std::memory_order_relaxed);
  remembered::thread = 0;
}

void forget_after_forks() {
  static const int registered = pthread_atfork(nullptr, nullptr, forget_in_forked_child);
  MP_ASSERT(registered == 0);
}

struct Stat {
  char state;
  long thread_count;
  std::uint64_t start_time;
};

/// The number at the start of the field after so many spaces.
template <class Number>
bool parse_field(std::string_view fields, int position, Number& number) {
  for (; position > 0; --position) {
    const std::size_t space = fields.find(' ');
    if (space == fields.npos) return false;
    fields.remove_prefix(space + 1);
  }
  return std::from_chars(fields.data(), fields.data() + fields.size(), number).ec == std::errc();
}

/// Parses /proc/N/stat, see proc(5). The second field is a name that may itself hold spaces and
/// parentheses. By hand: whoever waits for a lock reads this for every slice of its wait.
std::optional<Stat> parse_stat(std::string_view text) {
  const void* after_name = ::memrchr(text.data(), ')', text.size());
  if (after_name == nullptr) return std::nullopt;
  const auto name_end =
      static_cast<std::size_t>(static_cast<const char*>(after_name) - text.data());
  if (text.size() < name_end + 3) return std::nullopt;
  const std::string_view fields = text.substr(name_end + 2);
  Stat stat{.state = fields[0], .thread_count = 0, .start_time = 0};
  const bool parsed =
      parse_field(fields, 17, stat.thread_count) && parse_field(fields, 19, stat.start_time);
  return parsed ? std::optional(stat) : std::nullopt;
}

/// The stat at `path`; nothing with errno when it cannot be read.
std::optional<Stat> read_stat(const char* path) {
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 1024> text;
  const ssize_t length = ::read(file.get(), text.data(), text.size());
  if (length <= 0) return std::nullopt;
  return parse_stat({text.data(), static_cast<std::size_t>(length)});
}

Identity look_up(pid_t number, const char* path) {
  const std::optional<Stat> stat = read_stat(path);
  return Identity(number, stat ? stat->start_time : 0);
}

/// What is known of the process or thread with that number; nothing when there certainly is none,
/// or another.
enum class Sight { Gone, Hidden, Seen };
struct Observation {
  Sight sight;
  Stat stat;
};

Observation observe(Identity identity) {
  std::array<char, 32> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", identity.number());
  errno = 0;
  const std::optional<Stat> stat = read_stat(path.data());
  if (!stat) {
    // /proc may hide the processes of other users (hidepid) or not be mounted: ask in another way.
    const bool exists = ::kill(identity.number(), 0) == 0 || errno == EPERM;
    return {exists ? Sight::Hidden : Sight::Gone, {}};
  }
  const bool is_the_same = Identity(identity.number(), stat->start_time) == identity;
  return {is_the_same ? Sight::Seen : Sight::Gone, *stat};
}

bool has_ended(char state) { return state == 'Z' || state == 'X' || state == 'x'; }

}  // namespace

Identity remembered::look_up_process() {
  forget_after_forks();
  const Identity self = look_up(::getpid(), "/proc/self/stat");
  process.store(self.bits(), std::memory_order_relaxed);
  return self;
}

Identity remembered::look_up_thread() {
  forget_after_forks();
  const Identity self = look_up(::gettid(), "/proc/thread-self/stat");
  thread = self.bits();
  return self;
}

bool is_process_alive(Identity process) {
  if (process.is_nobody()) return false;
  if (process == this_process()) return true;
  const Observation seen = observe(process);
  if (seen.sight != Sight::Seen) return seen.sight == Sight::Hidden;
  // The first thread of a living process may have ended before the others: then it is a zombie with
  // company.
  return !has_ended(seen.stat.state) || seen.stat.thread_count > 1;
}

bool is_thread_alive(Identity thread) {
  if (thread.is_nobody()) return false;
  if (thread == this_thread()) return true;
  const Observation seen = observe(thread);
  if (seen.sight != Sight::Seen) return seen.sight == Sight::Hidden;
  return !has_ended(seen.stat.state);
}

}  // namespace mp::base
