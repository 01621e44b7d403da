#include "python_clients.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>

namespace mp::bench {

/// An interpreter with pipes to its input and from its output.
struct PythonClients::Client {
  Client(const Running& server, Placement placement, const std::string& work) {
    int input[2], output[2];
    if (::pipe(input) != 0 || ::pipe(output) != 0) throw CannotMeasure("no pipe");
    pid = ::fork();
    if (pid < 0) throw CannotMeasure("fork failed");
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (placement != Placement::Free) pin_to(0);
      ::dup2(input[0], STDIN_FILENO);
      ::dup2(output[1], STDOUT_FILENO);
      ::close_range(3, std::numeric_limits<unsigned>::max(), 0);
      ::execlp("python3", "python3", MP_BENCH_FOLDER "/cpython_manager.py", "run",
               server.path.c_str(), kKey, work.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    to = ::fdopen(input[1], "w");
    from = ::fdopen(output[0], "r");
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    std::fclose(to);
    std::fclose(from);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  std::string line() const {
    char text[128];
    if (std::fgets(text, sizeof text, from) == nullptr) throw CannotMeasure("a client failed");
    return text;
  }

  pid_t pid;
  std::FILE* to;
  std::FILE* from;
};

PythonClients::PythonClients(const Running& server, Placement placement, int count,
                             const std::string& work) {
  for (int i = 0; i < count; ++i) {
    clients_.push_back(std::make_unique<Client>(server, placement, work));
  }
  for (const auto& client : clients_) client->line();
}

PythonClients::~PythonClients() = default;

double PythonClients::run(std::int64_t operations) {
  for (const auto& client : clients_) {
    std::fprintf(client->to, "%lld\n", static_cast<long long>(operations));
    std::fflush(client->to);
  }
  long long begin = std::numeric_limits<long long>::max(), end = 0;
  for (const auto& client : clients_) {
    long long from = 0, to = 0;
    if (std::sscanf(client->line().c_str(), "%lld %lld", &from, &to) != 2) {
      throw CannotMeasure("a client does not measure");
    }
    begin = std::min(begin, from);
    end = std::max(end, to);
  }
  return static_cast<double>(end - begin) /
         static_cast<double>(operations * static_cast<std::int64_t>(clients_.size()));
}

}  // namespace mp::bench
