#include "base/identity.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/unique_fd.hpp"
#include "mp/assert.hpp"

namespace mp::base {
namespace {

constinit std::atomic<std::uint32_t> remembered_process{0};
constinit thread_local std::uint32_t remembered_thread = 0;

void forget_in_forked_child() {
  remembered_process.store(0, std::memory_order_relaxed);
  remembered_thread = 0;
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

/// Parses /proc/N/stat, see proc(5). The second field is a name that may itself hold spaces and
/// parentheses.
std::optional<Stat> parse_stat(const char* text) {
  const char* after_name = std::strrchr(text, ')');
  if (after_name == nullptr) return std::nullopt;
  Stat stat{};
  unsigned long long start_time = 0;
  const int parsed =
      std::sscanf(after_name + 1,
                  " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
                  "%ld %*d %llu",
                  &stat.state, &stat.thread_count, &start_time);
  stat.start_time = start_time;
  return parsed == 3 ? std::optional(stat) : std::nullopt;
}

/// The stat at `path`; nothing with errno when it cannot be read.
std::optional<Stat> read_stat(const char* path) {
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 1024> text;
  const ssize_t length = ::read(file.get(), text.data(), text.size() - 1);
  if (length <= 0) return std::nullopt;
  text[static_cast<std::size_t>(length)] = '\0';
  return parse_stat(text.data());
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

Identity this_process() {
  std::uint32_t bits = remembered_process.load(std::memory_order_relaxed);
  if (bits == 0) {
    forget_after_forks();
    bits = look_up(::getpid(), "/proc/self/stat").bits();
    remembered_process.store(bits, std::memory_order_relaxed);
  }
  return Identity::from_bits(bits);
}

Identity this_thread() {
  if (remembered_thread == 0) {
    forget_after_forks();
    remembered_thread = look_up(::gettid(), "/proc/thread-self/stat").bits();
  }
  return Identity::from_bits(remembered_thread);
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
