#include "driver/adapter.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <csignal>
#include <fstream>

#include "driver/hello.hpp"
#include "driver/stacks.hpp"
#include "driver/value_codec.hpp"

namespace mpspec {
namespace {

namespace bp = boost::process;

std::string tail_of(const std::filesystem::path& path, std::size_t bytes) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return "";
  const auto size = static_cast<std::size_t>(file.tellg());
  const std::size_t take = std::min(size, bytes);
  file.seekg(static_cast<std::streamoff>(size - take));
  std::string text(take, '\0');
  file.read(text.data(), static_cast<std::streamsize>(take));
  return text;
}

pid_t peer_pid(int descriptor) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size);
  return credentials.pid;
}

}  // namespace

Adapter::Adapter(DriverSettings settings)
    : settings_(std::move(settings)),
      socket_path_(settings_.folder / "socket"),
      transcript_(settings_.folder / "operations.log") {
  listen();
  start();
  welcome(deadline(kStartPatience), 0);
}

Adapter::Adapter(DriverSettings settings, LineConnection actor, Hello hello)
    : settings_(std::move(settings)), transcript_(settings_.folder / "operations.log") {
  actors_[0] = std::make_unique<Actor>(*this, std::move(actor), std::move(hello));
}

void Adapter::shut_down() {
  for (auto& [number, actor] : actors_) actor->release();
  std::error_code ignored;
  if (process_ != nullptr && process_->running(ignored)) {
    process_->terminate(ignored);
    process_->wait(ignored);
  }
}

Adapter::~Adapter() {
  shut_down();
  if (process_descriptor_ >= 0) ::close(process_descriptor_);
  if (listener_ >= 0) ::close(listener_);
}

void Adapter::listen() {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path_.size() >= sizeof address.sun_path) {
    throw AdapterStartError("the path of the socket is too long: " + socket_path_);
  }
  socket_path_.copy(address.sun_path, sizeof address.sun_path - 1);
  if (listener_ < 0 ||
      ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0) {
    throw AdapterStartError(
        fmt::format("cannot listen on {}: {}", socket_path_, std::strerror(errno)));
  }
}

void Adapter::start() {
  std::filesystem::create_directories(settings_.folder / "tmp");
  bp::environment environment = boost::this_process::environment();
  environment["MPSPEC_SOCKET"] = socket_path_;
  environment["MPSPEC_ACTOR"] = "0";
  environment["TMPDIR"] = (settings_.folder / "tmp").string();
  const std::string program = settings_.command.at(0);
  const auto found =
      program.find('/') == std::string::npos ? bp::search_path(program).string() : program;
  if (found.empty()) throw AdapterStartError("there is no program named " + program);
  const std::vector<std::string> arguments(settings_.command.begin() + 1, settings_.command.end());
  std::error_code error;
  auto process = std::make_unique<bp::child>(
      bp::exe = found, bp::args = arguments, environment,
      bp::std_in<bp::null, bp::std_out>(settings_.folder / "stdout").string(),
      bp::std_err > (settings_.folder / "stderr").string(), error,
      bp::extend::on_exec_setup([](auto&) { ::prctl(PR_SET_PDEATHSIG, SIGKILL); }));
  if (error) throw AdapterStartError(fmt::format("cannot start {}: {}", program, error.message()));
  process_ = std::move(process);
  process_descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, process_->id(), 0));
}

void Adapter::welcome(Clock::time_point deadline, int expected) {
  while (!actors_.contains(expected)) {
    pollfd entries[] = {{listener_, POLLIN, 0}, {process_descriptor_, POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0)
      stop(Verdict::hang,
           fmt::format("actor {} did not connect by the deadline{}", expected, output_tail()));
    ::poll(entries, 2, static_cast<int>(left));
    if ((entries[0].revents & POLLIN) == 0) {
      if ((entries[1].revents & POLLIN) == 0) continue;
      stop(Verdict::crash, fmt::format("the adapter ended ({}) before actor {} connected{}",
                                       exit_text(), expected, output_tail()));
    }
    LineConnection connection(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.descriptor() < 0) continue;
    const auto line = connection.receive(deadline);
    if (!line) {
      stop(connection.state() == LineConnection::State::open ? Verdict::hang : Verdict::crash,
           fmt::format("actor {} connected but said no hello{}", expected, output_tail()));
    }
    try {
      Hello hello = read_hello(*line);
      hello.arrival = Clock::now();
      if (hello.pid != peer_pid(connection.descriptor())) {
        throw ProtocolError(fmt::format("says it is process {}, but process {} connected",
                                        hello.pid, peer_pid(connection.descriptor())));
      }
      const int number = hello.actor;
      if (actors_.contains(number))
        throw ProtocolError(fmt::format("actor {} connected twice", number));
      actors_[number] = std::make_unique<Actor>(*this, std::move(connection), std::move(hello));
    } catch (const std::exception& error) {
      stop(Verdict::fail,
           fmt::format("the adapter broke the adapter protocol: hello of actor {}: {}", expected,
                       error.what()));
    }
  }
}

Actor& Adapter::accept(int number) {
  if (stopped_) throw *stopped_;
  welcome(deadline(kStartPatience), number);
  return *actors_.at(number);
}

void Adapter::finish() {
  for (auto& [number, actor] : actors_) actor->release();
  if (!wait_ready(process_descriptor_, POLLIN, deadline(kStartPatience))) {
    stop(Verdict::hang,
         "the adapter's program did not end after its connection was closed" + output_tail());
  }
  process_->wait();
}

void Adapter::stop(Verdict verdict, const std::string& message) {
  if (!stopped_) {
    stopped_.emplace(verdict, message);
    if (verdict == Verdict::hang && settings_.look_into_hangs)
      leave_stacks(settings_.folder / "stacks.txt", ::getpid());
  }
  throw *stopped_;
}

void Adapter::answered_after(std::chrono::nanoseconds time, const std::string& text) {
  if (time <= slowest_) return;
  slowest_ = time;
  slowest_text_ = text;
}

std::string Adapter::near_deadline() const {
  if (slowest_ * 2 <= settings_.deadline) return "";
  return fmt::format("near its deadline: {} took {:.1f} of {:.1f} s", slowest_text_,
                     std::chrono::duration<double>(slowest_).count(),
                     std::chrono::duration<double>(settings_.deadline).count());
}

std::string Adapter::fresh_name(const std::string& type) {
  std::string stem;
  for (const char c : type) stem += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return fmt::format("{}{}", stem, ++names_[stem]);
}

std::string Adapter::output_tail() const {
  std::string text = tail_of(settings_.folder / "stderr", 1500);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text.empty() ? "" : "; its standard error ends:\n" + text;
}

std::string Adapter::exit_text() {
  process_->wait();
  const int status = process_->native_exit_code();
  return WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                             : fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace mpspec
