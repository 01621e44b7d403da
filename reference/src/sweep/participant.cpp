#include "sweep/participant.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include "base/poll.hpp"
#include "mp/assert.hpp"

namespace mp::sweep {

FindingsPipe::FindingsPipe() {
  int ends[2];
  MP_ASSERT(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  reader_.reset(ends[0]);
  writer_.reset(ends[1]);
}

void FindingsPipe::write(const std::string& finding) const {
  const std::string line = finding + "\n";
  // A full pipe has enough findings.
  if (::write(writer_.get(), line.data(), line.size()) < 0) return;
}

std::string FindingsPipe::read() const {
  std::array<char, 4096> text;
  const ssize_t length = ::read(reader_.get(), text.data(), text.size());
  return length <= 0 ? "" : std::string(text.data(), static_cast<std::size_t>(length));
}

void look_again_soon() { std::this_thread::sleep_for(std::chrono::microseconds(50)); }

void die_with_parent(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it ended before the line above
}

Participant::Participant(const std::function<void()>& body, const FindingsPipe& findings) {
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  MP_ASSERT(pid_ >= 0);
  if (pid_ > 0) return;
  die_with_parent(parent);
  try {
    body();
    ::_exit(0);
  } catch (const std::exception& error) {
    findings.write(error.what());
  }
  ::_exit(1);
}

Participant::Participant(Participant&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}

Participant::~Participant() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool Participant::await_asleep(const Deadline& deadline) const {
  while (true) {
    const char state = process_state(pid_);
    if (state == 'S' || state == 'Z') return true;
    if (deadline.passed()) return false;
    look_again_soon();
  }
}

Participant::End Participant::await_end(const Deadline& deadline) {
  const base::UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  MP_ASSERT(ended);
  const Result<bool> in_time = base::poll_readable(ended.get(), deadline);
  if (!in_time || !*in_time) return End::Stuck;
  int status = 0;
  MP_ASSERT(::waitpid(std::exchange(pid_, 0), &status, 0) > 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? End::Well : End::Broken;
}

char process_state(pid_t process) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/%d/stat", process);
  const base::UniqueFd file(::open(path.data(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text{};
  if (!file || ::read(file.get(), text.data(), text.size() - 1) <= 0) return '?';
  // The second field is a name in parentheses, which may hold any character.
  const char* after_name = std::strrchr(text.data(), ')');
  return after_name == nullptr ? '?' : after_name[2];
}

}  // namespace mp::sweep
