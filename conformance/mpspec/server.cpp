#include "mpspec/server.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iterator>

#include "wire/handshake.hpp"
#include "wire/pickle_reader.hpp"
#include "wire/pickle_writer.hpp"
#include "wire/raw_connection.hpp"

namespace mpspec {
namespace {

using namespace std::chrono_literals;

constexpr auto kProbeDeadline = 5s;

/// One conversation with the server, up to the first thing that is wrong.
class Probe {
 public:
  Probe(const ServerAddress& server, const std::string& address)
      : key_(server.authkey), address_(address), connection_(connected(server.address)) {}

  void run() {
    const std::string challenge = receive();
    if (!challenge.starts_with(kChallenge)) broken("does not begin with a challenge");
    send(answer(key_, std::string_view(challenge).substr(kChallenge.size())));
    if (receive() != kWelcome)
      throw UsageError(fmt::format("the server at {} refuses the key", address_));
    send(std::string(kChallenge) + own_challenge());
    receive();
    send(std::string(kWelcome));
    send(write_pickle(tuple({Value(), "dummy", tuple(), dict()})));
    try {
      if (read_pickle(receive()).value == tuple({"#RETURN", Value()})) return;
    } catch (const PickleError&) {
    }
    broken("does not answer the request 'dummy'");
  }

 private:
  static RawConnection connected(const Value& address) {
    try {
      return RawConnection::connect(address);
    } catch (const ConnectError& error) {
      throw UsageError(error.what());
    }
  }
  [[noreturn]] void broken(const std::string& what) {
    throw BackendBroken(fmt::format("what listens at {} {}", address_, what));
  }
  void send(const std::string& payload) { connection_.send(frame(payload), deadline_); }
  std::string receive() {
    const Received received = connection_.receive(deadline_);
    if (received.kind == Received::Kind::timed_out) broken("says nothing for 5 s");
    if (received.kind == Received::Kind::ended) broken("ends the connection");
    return received.payload;
  }

  const std::string& key_;
  const std::string& address_;
  RawConnection connection_;
  Clock::time_point deadline_ = Clock::now() + kProbeDeadline;
};

}  // namespace

Value parse_address(const std::string& text) {
  if (text.starts_with('@')) return Value(std::string(1, '\0') + text.substr(1));
  const std::size_t colon = text.rfind(':');
  if (text.empty() || (colon != std::string::npos && text.find('/') == std::string::npos)) {
    int port = 0;
    const char* end = text.data() + text.size();
    const bool is_number = colon != std::string::npos && colon > 0 &&
                           std::from_chars(text.data() + colon + 1, end, port).ptr == end;
    if (!is_number || port < 1 || port > 65535) {
      throw UsageError(
          fmt::format("'{}' is no address: give HOST:PORT, the PATH of a socket, or @NAME", text));
    }
    return tuple({text.substr(0, colon), port});
  }
  return Value(text);
}

std::string read_authkey(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string key((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.is_open() || in.bad())
    throw UsageError(fmt::format("cannot read the key in {}", file.string()));
  if (key.ends_with('\n')) key.pop_back();
  return key;
}

Baseline probe_server(const ServerAddress& server, const std::string& address) {
  const auto began = Clock::now();
  Probe(server, address).run();
  return {"server@" + address, "", Clock::now() - began};
}

bool judges_server(const Case& subject) { return subject.clause.starts_with("WIRE-"); }
bool ends_server(const Case& subject) { return subject.clause == "WIRE-023"; }

}  // namespace mpspec
