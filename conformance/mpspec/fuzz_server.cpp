#include "mpspec/fuzz_server.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "mpspec/backends.hpp"
#include "mpspec/fuzz_player.hpp"
#include "mpspec/server.hpp"
#include "wire/handshake.hpp"
#include "wire/pickle_reader.hpp"
#include "wire/pickle_writer.hpp"

namespace mpspec {
namespace {

using namespace std::chrono_literals;

constexpr auto kServerPatience = 30s;

}  // namespace

/// A connection of somebody who keeps to the protocol; what goes wrong is the server's fault.
class FuzzServer::Client {
 public:
  Client(const FuzzServer& server, bool serving) : deadline_(server.deadline()) {
    try {
      connection_.emplace(RawConnection::connect(server.address_));
    } catch (const ConnectError& error) {
      throw FuzzBroken{{"gone", error.what()}};
    }
    const std::string challenge = receive("a challenge");
    if (!challenge.starts_with(kChallenge)) wrong("begins without a challenge");
    send(answer(server.authkey_, std::string_view(challenge).substr(kChallenge.size())));
    const std::string welcome = receive("the answer to the right key");
    if (welcome == kFailure) throw FuzzBroken{{"wrong", "refuses the right key"}};
    if (welcome != kWelcome) wrong("neither welcomes nor refuses");
    send(std::string(kChallenge) + own_challenge());
    receive("the answer to a challenge");
    send(std::string(kWelcome));
    if (serving) ask(Value(), "accept_connection", {"mpspec"});
  }

  /// The value of '#RETURN'.
  Value ask(const Value& ident, const std::string& name, std::vector<Value> args) {
    send(write_pickle(tuple({ident, name, tuple(std::move(args)), dict()})));
    const std::string reply = receive("a reply to " + name);
    try {
      const Pickled read = read_pickle(reply);
      const auto* pair = read.value.get_if<Tuple>();
      if (pair != nullptr && pair->items.size() == 2 && pair->items[0] == Value("#RETURN"))
        return pair->items[1];
      wrong(fmt::format("answers {} with {}", name, to_python(read.value)));
    } catch (const PickleError&) {
      wrong("answers " + name + " with what is no pickle of data");
    }
  }

 private:
  [[noreturn]] static void wrong(const std::string& what) { throw FuzzBroken{{"wrong", what}}; }
  void send(const std::string& payload) {
    // A connection that is gone shows itself when the reply is awaited.
    connection_->send(frame(payload), deadline_);
  }
  std::string receive(const std::string& what) {
    Received received = connection_->receive(deadline_);
    if (received.kind == Received::Kind::timed_out)
      throw FuzzBroken{{"silent", "does not give a new client " + what}};
    if (received.kind == Received::Kind::ended)
      throw FuzzBroken{{"gone", "ends a new client's connection before " + what}};
    return std::move(received.payload);
  }

  Clock::time_point deadline_;
  std::optional<RawConnection> connection_;
};

/// The server's process and everything that it starts.
class FuzzServer::Process {
 public:
  explicit Process(const std::string& command) : pid_(::fork()) {
    if (pid_ < 0) throw UsageError("cannot start the server");
    if (pid_ != 0) return;
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  ~Process() {
    ::setpgid(pid_, pid_);  // it may not have come to it
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  bool has_ended() {
    return ::waitid(P_PID, static_cast<id_t>(pid_), &ended_, kLook) == 0 && ended_.si_pid != 0;
  }

 private:
  static constexpr int kLook = WEXITED | WNOHANG | WNOWAIT;

  pid_t pid_;
  siginfo_t ended_{};
};

FuzzServer::FuzzServer(FuzzTarget target)
    : target_(std::move(target)),
      address_(parse_address(target_.address)),
      authkey_(read_authkey(target_.authkey_file)) {
  if (can_restart()) {
    start();
    return;
  }
  probe_server({address_, authkey_}, target_.address);
  try {
    make_witness();
  } catch (const FuzzBroken& broken) {
    throw BackendBroken(fmt::format("the server at {} {}", target_.address, broken.finding.text));
  }
}

FuzzServer::~FuzzServer() = default;

FuzzServer::Clock::time_point FuzzServer::deadline() const {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(target_.deadline));
}

void FuzzServer::start() {
  process_.reset();
  const auto* path = address_.get_if<Str>();
  // Its own socket, which a killed server leaves behind, would keep the next one away.
  if (path != nullptr && std::filesystem::is_socket(path->utf8))
    std::filesystem::remove(path->utf8);
  process_ = std::make_unique<Process>(target_.server);
  for (const auto until = Clock::now() + kServerPatience;;) {
    try {
      make_witness();
      return;
    } catch (const FuzzBroken& broken) {
      if (process_->has_ended()) throw UsageError("the server ended at once: " + target_.server);
      if (Clock::now() > until)
        throw UsageError(fmt::format("the server at {} {}", target_.address, broken.finding.text));
    }
    std::this_thread::sleep_for(10ms);
  }
}

void FuzzServer::make_witness() {
  const Value made = Client(*this, false).ask(Value(), "create", {"list", list({1, "two", 3})});
  const auto* pair = made.get_if<Tuple>();
  const auto* ident =
      pair == nullptr || pair->items.empty() ? nullptr : pair->items[0].get_if<Str>();
  if (ident == nullptr) throw FuzzBroken{{"wrong", "makes no list: " + to_python(made)}};
  witness_ = ident->utf8;
}

/// New clients make objects, and an object that others do not know is as it was.
void FuzzServer::check_witness() {
  ++round_;
  Client client(*this, true);
  client.ask(witness_, "__setitem__", {1, round_});
  Value items = tuple({client.ask(witness_, "__len__", {})});
  if (items == tuple({3}))
    items =
        tuple({client.ask(witness_, "__getitem__", {0}), client.ask(witness_, "__getitem__", {1}),
               client.ask(witness_, "__getitem__", {2})});
  if (!(items == tuple({1, round_, 3})))
    throw FuzzBroken{{"wrong", "has changed a list that nobody else knows: " + to_python(items)}};
  const Value made = Client(*this, false).ask(Value(), "create", {"Event"});
  const auto* pair = made.get_if<Tuple>();
  if (pair == nullptr || pair->items.empty())
    throw FuzzBroken{{"wrong", "makes no Event: " + to_python(made)}};
  Client(*this, false).ask(Value(), "decref", {pair->items[0]});
}

std::optional<FuzzFinding> FuzzServer::play(const FuzzExchange& exchange) {
  FuzzPlayer player(address_, authkey_);
  try {
    player.play(exchange);
    check_witness();
  } catch (const FuzzBroken& broken) {
    return broken.finding;
  }
  return std::nullopt;
}

bool FuzzServer::recover() {
  if (can_restart()) {
    start();
    return true;
  }
  for (const auto until = deadline();;) {
    try {
      make_witness();
      return true;
    } catch (const FuzzBroken&) {
      if (Clock::now() > until) return false;
    }
    std::this_thread::sleep_for(10ms);
  }
}

}  // namespace mpspec
