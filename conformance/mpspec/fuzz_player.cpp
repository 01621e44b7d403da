#include "mpspec/fuzz_player.hpp"

#include <algorithm>
#include <array>

#include "wire/handshake.hpp"
#include "wire/pickle_reader.hpp"

namespace mpspec {
namespace {

using namespace std::chrono_literals;
using What = FuzzStep::What;
using Clock = RawConnection::Clock;

/// How long a reply is waited for: many requests have none, or wait in the server.
constexpr auto kMoment = 200ms;

Clock::time_point soon() { return Clock::now() + kMoment; }

/// Any pickle of a pair has the kind near its beginning, whatever its protocol.
bool says_a_kind(std::string_view reply) {
  constexpr std::array<std::string_view, 5> kKinds = {"#RETURN", "#ERROR", "#TRACEBACK",
                                                      "#UNSERIALIZABLE", "#PROXY"};
  const std::string_view beginning = reply.substr(0, 64);
  return std::ranges::any_of(
      kKinds, [&](std::string_view kind) { return beginning.find(kind) != beginning.npos; });
}

/// The ident in the reply to `create`; empty in any other.
std::string ident_in(std::string_view reply) {
  try {
    const Pickled read = read_pickle(reply);
    const auto* pair = read.value.get_if<Tuple>();
    const auto* made =
        pair == nullptr || pair->items.size() != 2 ? nullptr : pair->items[1].get_if<Tuple>();
    const bool is_made = made != nullptr && made->items.size() == 2 && made->items[1].is<Tuple>();
    const auto* ident = is_made ? made->items[0].get_if<Str>() : nullptr;
    return ident == nullptr || ident->utf8.size() > 255 ? "" : ident->utf8;
  } catch (const PickleError&) {
    return "";
  }
}

}  // namespace

void FuzzPlayer::play(const FuzzExchange& exchange) {
  for (const FuzzStep& step : exchange) carry_out(step);
}

void FuzzPlayer::carry_out(const FuzzStep& step) {
  if (step.what == What::connect) return connect(step.connection);
  const auto found = connections_.find(step.connection);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  switch (step.what) {
    case What::shake_hands:
      return shake_hands(connection);
    case What::frame:
      connection.socket.send(frame(with_idents(step.bytes, idents_)), soon());
      return;
    case What::send:
      connection.socket.send(step.bytes, soon());
      return;
    case What::receive:
      return receive(connection);
    default:
      connections_.erase(found);
  }
}

void FuzzPlayer::connect(int number) {
  connections_.erase(number);
  try {
    connections_.emplace(number, Connection{RawConnection::connect(address_)});
  } catch (const ConnectError& error) {
    throw FuzzBroken{{"gone", error.what()}};
  }
}

/// Whatever goes wrong here, the well-behaved client finds out.
void FuzzPlayer::shake_hands(Connection& connection) {
  RawConnection& socket = connection.socket;
  const Received challenge = socket.receive(soon());
  if (!challenge.payload.starts_with(kChallenge)) return;
  socket.send(
      frame(answer(authkey_, std::string_view(challenge.payload).substr(kChallenge.size()))),
      soon());
  if (socket.receive(soon()).payload != kWelcome) return;
  socket.send(frame(std::string(kChallenge) + own_challenge()), soon());
  if (socket.receive(soon()).kind != Received::Kind::frame) return;
  socket.send(frame(kWelcome), soon());
  connection.has_shaken_hands = true;
}

void FuzzPlayer::receive(Connection& connection) {
  const Received received = connection.socket.receive(soon());
  if (received.kind != Received::Kind::frame || !connection.has_shaken_hands) return;
  if (!says_a_kind(received.payload))
    throw FuzzBroken{{"wrong", "sends a frame that is no reply to any request"}};
  if (std::string ident = ident_in(received.payload); !ident.empty())
    idents_.push_back(std::move(ident));
}

}  // namespace mpspec
