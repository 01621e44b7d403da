// The manager's server as a whole: start, memory, crowds, large values.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>

#include "manager/client/channel.hpp"
#include "manager/protocol/message.hpp"
#include "manager_cases.hpp"
#include "mp/batch.hpp"
#include "mp/manager.hpp"
#include "mp/manager_server.hpp"
#include "raw/echo.hpp"
#include "servers.hpp"

namespace mp::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{60};

template <class T>
T must(Result<T> result) {
  if (!result) throw CannotMeasure(result.error().message);
  return *std::move(result);
}

/// The same figure for every round: for what takes long and hardly varies.
Contender once(const std::string& name, std::function<double()> figure) {
  const auto known = std::make_shared<double>(0);
  return {.name = name,
          .run =
              [=](std::int64_t) {
                if (*known == 0) *known = figure();
                return *known;
              },
          .operations = 1};
}

/// The program mp-manager, from exec on.
class Program {
 public:
  Program() : path_(socket_path("program")), begin_(Clock::now()), pid_(::vfork()) {
    if (pid_ == 0) {
      ::close(STDOUT_FILENO);  // where it says its address, which is known
      ::open("/dev/null", O_WRONLY);
      ::execl(MP_MANAGER_PROGRAM, "mp-manager", "--address", path_.c_str(), "--authkey-env",
              "MP_BENCH_KEY", nullptr);
      ::_exit(127);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  /// Microseconds from the start to its first reply.
  double first_reply() const {
    while (Clock::now() - begin_ < kPatience) {
      if (Manager::connect(UnixAddress{path_}, kKey)) {
        return std::chrono::duration<double, std::micro>(Clock::now() - begin_).count();
      }
      ::usleep(50);
    }
    throw CannotMeasure("mp-manager does not answer");
  }
  double resident_kib() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
    }
    throw CannotMeasure("mp-manager is gone");
  }

 private:
  std::string path_;
  Clock::time_point begin_;
  pid_t pid_;
};

double start_us() {
  ::setenv("MP_BENCH_KEY", kKey, 1);
  return Program().first_reply();
}
double resident_kib() {
  ::setenv("MP_BENCH_KEY", kKey, 1);
  const Program program;
  program.first_reply();
  return program.resident_kib();
}

/// A server of its own for one measurement.
struct Own {
  Own()
      : path(socket_path("own")), process(Placement::Same, [this] {
          ManagerServerOptions options;
          options.authkey = kKey;
          options.connections_max = 1'000'000;
          Result<ManagerServer> server = ManagerServer::open(UnixAddress{path}, std::move(options));
          if (server) static_cast<void>(server->serve());
        }) {
    await_listener(path);
  }
  Manager connect() const { return must(Manager::connect(UnixAddress{path}, kKey)); }

  std::string path;
  ServerProcess process;
};

void allow_descriptors(rlim_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count) return;
  limit.rlim_cur = count;
  limit.rlim_max = std::max(limit.rlim_max, count);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    throw CannotMeasure("RLIMIT_NOFILE is too small, and may not be raised");
  }
}

/// Connections with an open session, and optionally a request that is never answered.
std::vector<std::unique_ptr<manager::Channel>> crowd(const std::string& path, std::size_t count) {
  const manager::Endpoint endpoint(UnixAddress{path}, kKey);
  std::vector<std::unique_ptr<manager::Channel>> channels;
  const std::string open = must(manager::encode_request(
      Object(), "accept_connection", Object::tuple_of(Object::str("crowd")), Object::dict()));
  for (std::size_t i = 0; i < count; ++i) {
    channels.push_back(must(manager::Channel::open(endpoint, kPatience)));
    must(channels.back()->exchange(open));
  }
  return channels;
}

/// Bytes of the server for each of so many calls that wait.
double parked_bytes() {
  constexpr std::size_t kCount = 18'000;  // as many as Debian's hard limit of descriptors allows
  allow_descriptors(kCount + 1000);
  const Own server;
  const ManagedQueue queue = must(server.connect().queue());
  const auto channels_before = crowd(server.path, 100);
  const std::int64_t before = server.process.private_bytes();
  const auto channels = crowd(server.path, kCount);
  const std::string get = must(
      manager::encode_request(Object::str(queue.ident()), "get", Object::tuple(), Object::dict()));
  for (const auto& channel : channels) {
    const Result<void> sent = channel->send(get);
    if (!sent) throw CannotMeasure(sent.error().message);
  }
  must(queue.call("qsize"));  // behind all of them
  return static_cast<double>(server.process.private_bytes() - before) / kCount;
}

constexpr int kEntries = 1'000'000;

double dict_bytes() {
  const Own server;
  const ManagedDict dict = must(server.connect().dict());
  const std::int64_t before = server.process.private_bytes();
  for (int first = 0; first < kEntries;) {
    Object part = Object::dict();
    DictView view = part.as_dict();
    for (int i = 0; i < 10'000; ++i, ++first) {
      must(view.set(Object::str("key-" + std::to_string(first)), Object::integer(first + 1000)));
    }
    const Result<void> done = dict.update(part);
    if (!done) throw CannotMeasure(done.error().message);
  }
  return static_cast<double>(server.process.private_bytes() - before) / kEntries;
}

/// The same in CPython: in the process that would be the server.
double python_dict_bytes() {
  std::FILE* output = ::popen(
      "python3 -c \"import os\n"
      "def rss(): return int(open('/proc/self/statm').read().split()[1]) * "
      "os.sysconf('SC_PAGESIZE')\n"
      "before = rss(); d = {}\n"
      "for i in range(1000000): d['key-%d' % i] = i + 1000\n"
      "print((rss() - before) / 1000000)\"",
      "r");
  char line[64] = {};
  const bool read = output != nullptr && std::fgets(line, sizeof line, output) != nullptr;
  if (output != nullptr) ::pclose(output);
  if (!read) throw CannotMeasure("python3 does not run");
  return std::strtod(line, nullptr);
}

constexpr std::size_t kLarge = std::size_t{64} << 20;

/// Milliseconds for a value of 64 MiB to be there.
double large_value() {
  static const Own server;
  static const ManagedValue value = must(server.connect().value("x", Object()));
  const Object large = Object::bytes(std::string(kLarge, 'x'));
  const Clock::time_point begin = Clock::now();
  const Result<void> set = value.set(large);
  if (!set) throw CannotMeasure(set.error().message);
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double large_raw() {
  static const std::string path = socket_path("large");
  static const ServerProcess server(Placement::Free, [] {
    const int fd = ::accept(raw::unix_listener(path), nullptr, nullptr);
    std::string buffer(kLarge, '\0');
    while (true) {
      raw::receive_whole(fd, buffer.data(), buffer.size());
      raw::send_whole(fd, "k", 1);
    }
  });
  static const int fd = [] {
    for (int attempt = 0; attempt < 1000; ++attempt) {
      try {
        return raw::unix_client(path);
      } catch (const std::runtime_error&) {
        ::usleep(5000);
      }
    }
    throw CannotMeasure("no raw server");
  }();
  static const std::string message(kLarge, 'x');
  char answer = 0;
  const Clock::time_point begin = Clock::now();
  raw::send_whole(fd, message.data(), message.size());
  raw::receive_whole(fd, &answer, 1);
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// A call on a server on which there is nothing else, or a crowd.
Contender call_beside(const std::string& name, std::function<void(const Own& server)> fill) {
  const auto kept = std::make_shared<std::unique_ptr<Own>>();
  return {.name = name, .run = [=](std::int64_t operations) {
            if (!*kept) {
              *kept = std::make_unique<Own>();
              if (fill) fill(**kept);
            }
            return run_clients(1, Placement::Same, operations, [&]() -> Operation {
              const ManagedDict dict = must((*kept)->connect().dict());
              static_cast<void>(must(dict.setdefault(Object::str("key"))));
              return [dict] { static_cast<void>(must(dict.getitem(Object::str("key")))); };
            });
          }};
}

}  // namespace

std::vector<Case> server_cases() {
  const auto objects = std::make_shared<std::vector<ManagedDict>>();
  const auto channels =
      std::make_shared<std::vector<std::vector<std::unique_ptr<manager::Channel>>>>();
  return {
      {.name = "exec to first reply",
       .ours = {.name = "mp-manager",
                .run = [](std::int64_t) { return start_us(); },
                .operations = 1},
       .floor = 3000,
       .aim = 1000,
       .unit = "us"},
      {.name = "memory, empty",
       .ours = once("mp-manager", resident_kib),
       .floor = 6 * 1024,
       .aim = 2.5 * 1024,
       .unit = "KiB"},
      {.name = "18,000 waiting gets, each",
       .ours = once("mp-manager", parked_bytes),
       .floor = 1024,
       .aim = 768,
       .unit = "B"},
      {.name = "dict of 1,000,000 entries, each",
       .ours = once("mp-manager", dict_bytes),
       .raw = once("CPython's", python_dict_bytes),
       .floor = 2,
       .aim = 1,
       .unit = "B"},
      {.name = "64 MiB set",
       .ours = {.name = "Value",
                .run = [](std::int64_t) { return large_value(); },
                .operations = 1},
       .raw = Contender{.name = "raw socket",
                        .run = [](std::int64_t) { return large_raw(); },
                        .operations = 1},
       .floor = 1 / 0.8,
       .aim = 1.1,
       .unit = "ms"},
      {.name = "dict get beside 10,000 objects",
       .placement = Placement::Same,
       .ours = call_beside("dict get",
                           [objects](const Own& server) {
                             const Manager manager = server.connect();
                             for (int i = 0; i < 10'000; ++i) {
                               objects->push_back(must(manager.dict()));
                             }
                           }),
       .raw = call_beside("alone", {}),
       .floor = 1.05,
       .aim = 1.01},
      {.name = "dict get beside 10,000 idle connections",
       .placement = Placement::Same,
       .ours = call_beside("dict get",
                           [channels](const Own& server) {
                             allow_descriptors(15'000);
                             channels->push_back(crowd(server.path, 10'000));
                           }),
       .raw = call_beside("alone", {}),
       .floor = 1.05,
       .aim = 1.01},
  };
}

}  // namespace mp::bench
