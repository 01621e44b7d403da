#include "manager/client/server_process.hpp"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "base/poll.hpp"
#include "manager/net/pidfd.hpp"
#include "manager/server/own_process.hpp"
#include "manager/server/server.hpp"

namespace mp::manager {
namespace {

/// Of a server with a store, which gives its engine some seconds.
constexpr std::chrono::seconds kReadyTimeout{60};

Server* serving = nullptr;  // in the server process, set before the handler is installed

void stop_serving(int) { serving->stop(); }

void set_handler(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigaction(signal, &action, nullptr);
}

/// Holds back every signal of this thread while it lives.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

/// The handlers of the program that was forked are not meant for its server. Signals were blocked
/// since before the fork: none meets the program's handlers, or none at all.
void take_over_signals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal != SIGKILL && signal != SIGSTOP) set_handler(signal, SIG_DFL);
  }
  set_handler(SIGTERM, stop_serving);
  // Control-C in a terminal is for the clients; they shut their server down.
  set_handler(SIGINT, SIG_IGN);
  set_handler(SIGPIPE, SIG_IGN);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// Everything the program had open would stay open as long as its server lives: pipes would have no
/// end, and its own connections no death.
void close_inherited(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned int from = STDERR_FILENO + 1;
  for (const int fd : kept) {
    const auto keep = static_cast<unsigned int>(fd);
    if (keep > from) ::close_range(from, keep - 1, 0);
    from = keep + 1;
  }
  ::close_range(from, std::numeric_limits<unsigned int>::max(), 0);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing > STDERR_FILENO) {
    ::dup2(nothing, STDIN_FILENO);
    ::close(nothing);
  }
}

/// How the server process tells the one that forked it whether it can serve: a byte, which is zero
/// or an error's code, and its message; then the pipe's end.
void tell(int told, const Result<void>& ready) {
  std::string text(1, ready ? '\0' : static_cast<char>(ready.error().code));
  if (!ready) text += ready.error().message;
  static_cast<void>(::write(told, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF)));
  ::close(told);
}

Result<void> hear(int hears, const Deadline& deadline) {
  std::string text;
  while (true) {
    MP_TRY_ASSIGN(const bool readable, base::poll_readable(hears, deadline));
    if (!readable) return Error{ErrorCode::TimedOut, "the server does not become ready"};
    char room[PIPE_BUF];
    const ssize_t count = ::read(hears, room, sizeof room);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(room, static_cast<std::size_t>(count));
  }
  if (text.empty()) return Error{ErrorCode::System, "the server has ended before it was ready"};
  if (text[0] == '\0') return {};
  return Error{static_cast<ErrorCode>(text[0]), text.substr(1)};
}

/// The life of the server process. `told` is the pipe for tell(), or -1.
int serve_in_child(Server& server, int told) {
  serving = &server;
  tune_allocator_for_serving();
  take_over_signals();
  const auto own = server.descriptors();
  std::vector<int> kept(own.begin(), own.end());
  if (told >= 0) kept.push_back(told);
  close_inherited(std::move(kept));
  if (told >= 0) {
    const Result<void> ready = server.prepare();
    tell(told, ready);
    if (!ready) return 1;
  }
  return server.serve() ? 0 : 1;
}

}  // namespace

Result<PrivateFolder> PrivateFolder::make() {
  const char* parent = ::getenv("TMPDIR");
  std::string path(parent == nullptr || *parent == '\0' ? "/tmp" : parent);
  path += "/mp-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return system_error(path, errno);
  return PrivateFolder(std::move(path));
}

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

void PrivateFolder::remove() {
  if (path_.empty()) return;
  ::unlink(socket_path().c_str());
  ::rmdir(path_.c_str());
  path_.clear();
}

Result<std::unique_ptr<ServerProcess>> ServerProcess::start(const std::optional<Address>& address,
                                                            ManagerServerOptions options) {
  std::unique_ptr<ServerProcess> started(new ServerProcess);
  Address where = UnixAddress{};
  if (address) {
    where = *address;
  } else {
    MP_TRY_ASSIGN(PrivateFolder folder, PrivateFolder::make());
    where = UnixAddress{folder.socket_path()};
    started->folder_.emplace(std::move(folder));
  }
  options.parent = ::getpid();
  // A store may refuse, which only shows in the process that serves.
  base::UniqueFd hears, told;
  if (options.store) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe2", errno);
    hears = base::UniqueFd(ends[0]);
    told = base::UniqueFd(ends[1]);
  }
  MP_TRY_ASSIGN(Server server, Server::open(where, std::move(options)));
  started->address_ = server.address();
  started->starter_ = base::this_process();

  std::optional<SignalsBlocked> blocked(std::in_place);
  const pid_t pid = ::fork();
  if (pid != 0) blocked.reset();
  if (pid < 0) return system_error("fork", errno);
  if (pid == 0) {
    // Neither the parent's objects nor its exit handlers are the child's to end: only the server's
    // socket and folder are.
    int status = 1;
    {
      Server own = std::move(server);
      status = serve_in_child(own, told ? told.release() : -1);
    }
    if (started->folder_) started->folder_->remove();
    ::_exit(status);
  }
  server.abandon();
  started->pid_ = pid;
  started->pidfd_ = open_pidfd(pid);
  if (!started->pidfd_) {
    const Error error = system_error("pidfd_open", errno);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return error;
  }
  if (hears) {
    told.reset();
    if (const Result<void> ready = hear(hears.get(), Deadline::after(kReadyTimeout)); !ready) {
      started->signal(SIGKILL);
      MP_TRY(started->join(kForever));
      return ready.error();
    }
  }
  return started;
}

Result<bool> ServerProcess::join(Timeout timeout) {
  if (has_ended_) return true;
  MP_TRY_ASSIGN(const bool ended, base::poll_readable(pidfd_.get(), Deadline::after(timeout)));
  if (!ended) return false;
  // Somebody else may have waited for every child there is; it has ended all the same.
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  has_ended_ = true;
  pidfd_.reset();
  return true;
}

void ServerProcess::signal(int number) {
  if (!has_ended_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

void ServerProcess::clean_up() {
  if (folder_) folder_->remove();
}

}  // namespace mp::manager
