#include "server_program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "operation.hpp"

namespace adapter {
namespace {

[[noreturn]] void raise_os_error(const char* what, int number) {
  throw Raised{"OSError", std::string(what) + ": " + std::strerror(number), {}};
}

struct Pipe {
  std::array<int, 2> ends{};
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) raise_os_error("pipe", errno);
  }
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close(std::size_t end) {
    if (ends[end] >= 0) ::close(std::exchange(ends[end], -1));
  }
};

pid_t spawn(const std::vector<std::string>& command, const Pipe& input, const Pipe& output) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input.ends[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDOUT_FILENO);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, words[0], &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) raise_os_error(words[0], error);
  return pid;
}

void write_line(int descriptor, const std::string& text) {
  const std::string line = text + "\n";
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t count = ::write(descriptor, line.data() + done, line.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return;  // it says why it has ended, and answers nothing
    done += static_cast<std::size_t>(count);
  }
}

std::string read_line(int descriptor) {
  std::string line;
  for (char c = 0;;) {
    const ssize_t count = ::read(descriptor, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || c == '\n') return line;
    line += c;
  }
}

bool has_no_place(const mp::Address& address) {
  const auto* path = std::get_if<mp::UnixAddress>(&address);
  return path != nullptr && path->path.empty();
}

}  // namespace

std::shared_ptr<ServerProgram> ServerProgram::start(const std::vector<std::string>& command,
                                                    const mp::Address& address,
                                                    const std::string& key) {
  mp::Address wanted = address;
  std::string folder;
  if (has_no_place(address)) {
    folder = (std::filesystem::temp_directory_path() / "served-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) raise_os_error("mkdtemp", errno);
    wanted = mp::UnixAddress{folder + "/socket"};
  }
  std::vector<std::string> words = command;
  words.insert(words.end(), {"--address", mp::to_string(wanted), "--authkey-file", "/dev/stdin",
                             "--exit-with-parent"});
  Pipe input;
  Pipe output;
  const pid_t pid = spawn(words, input, output);
  input.close(0);
  output.close(1);
  write_line(input.ends[1], key);
  input.close(1);
  const std::string line = read_line(output.ends[0]);
  // Owns the process from here on, whatever it has said.
  std::shared_ptr<ServerProgram> server(new ServerProgram(pid, wanted, folder));
  if (line.empty()) throw Raised{"ProcessError", "the server program has ended", {}};
  if (std::holds_alternative<mp::InetAddress>(wanted))
    server->address_ = unwrap(mp::parse_address(line));
  return server;
}

ServerProgram::ServerProgram(pid_t pid, mp::Address address, std::string folder)
    : pid_(pid), starter_(::getpid()), address_(std::move(address)), folder_(std::move(folder)) {}

bool ServerProgram::is_ours() const { return starter_ == ::getpid(); }

void ServerProgram::end() {
  if (ended_ || !is_ours()) return;
  ended_ = true;
  ::kill(pid_, SIGTERM);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace adapter
