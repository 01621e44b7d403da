// Input: decisions of a peer that does not know the key: steps on two connections to one server, or
// of a server against the client's half.
// Property: no key, no service. Whatever is sent, no connection is authenticated, no request
// reaches the dispatcher, and the peer hears nothing but challenges and `#FAILURE#`. The peer may
// send what it was told on either connection back on the other one, and answers made with other
// keys.
#include <array>
#include <cstring>
#include <functional>
#include <string>

#include "fuzz/support/byte_source.hpp"
#include "manager/core/conversation.hpp"

namespace mp::fuzz {
namespace {

using namespace manager;

constexpr std::string_view kChallenge = "#CHALLENGE#";

/// Not a constant: the fuzzer must not be able to learn the answer to a challenge by heart.
Nonce nonce_of(std::string_view input, std::size_t connection) {
  Nonce nonce;
  std::uint64_t state = std::hash<std::string_view>()(input) + connection;
  for (char& byte : nonce) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<char>(state >> 56);
  }
  return nonce;
}

/// What a stranger says next: words of the protocol, echoes, and MACs with keys that are not it.
std::string words(ByteSource& source, std::string_view heard, std::string_view heard_elsewhere) {
  constexpr std::array<std::string_view, 4> kWords = {"#WELCOME#", "#FAILURE#", "#CHALLENGE#", ""};
  const std::string_view said = source.chance() ? heard : heard_elsewhere;
  const std::string_view challenge = said.starts_with(kChallenge) ? said.substr(11) : said;
  switch (source.below(6)) {
    case 0:
      return std::string(source.take(source.byte()));
    case 1:
      return std::string(kWords[source.below(kWords.size())]);
    case 2:
      return std::string(said);
    case 3:
      return std::string(challenge);
    case 4: {
      const std::string_view key = source.take(source.below(8));
      return answer_challenge(key, challenge, DigestPolicy::Any).value_or("");
    }
    default:
      return std::string(kChallenge) + std::string(source.take(source.byte()));
  }
}

class Server {
 public:
  Server(Dispatcher& dispatcher, const ConversationOptions& options, const Nonce& nonce)
      : conversation_(dispatcher, options, nonce, ClientId{1}) {
    hear();
  }

  void send(std::string_view bytes) {
    while (!bytes.empty() && !conversation_.is_finished()) {
      const std::span<char> room = conversation_.prepare();
      const std::size_t count = std::min(room.size(), bytes.size());
      std::memcpy(room.data(), bytes.data(), count);
      conversation_.commit(count);
      bytes.remove_prefix(count);
      while (conversation_.step(Clock::time_point{})) {
      }
    }
    hear();
    MP_ASSERT(!conversation_.is_authenticated());
  }
  const std::string& heard() const { return heard_; }

 private:
  void hear() {
    FrameReader reader(kHandshakeFrameMax);
    reader.feed(conversation_.output());
    conversation_.output().clear();
    while (true) {
      const auto frame = reader.next();
      MP_ASSERT(frame.has_value());
      if (!*frame) return;
      heard_ = **frame;
      MP_ASSERT(heard_.starts_with(kChallenge) || heard_ == "#FAILURE#");
    }
  }

  Conversation conversation_;
  std::string heard_;
};

void attack_server(std::string_view input, ByteSource& source) {
  Dispatcher dispatcher({.ident_tag = "0123456789ab"});
  const ConversationOptions options{
      .authkey = "the key that nobody tells",
      .digests = source.chance() ? DigestPolicy::Any : DigestPolicy::NoMd5};
  std::array<Server, 2> servers = {
      {{dispatcher, options, nonce_of(input, 0)}, {dispatcher, options, nonce_of(input, 1)}}};
  while (!source.empty()) {
    const std::size_t target = source.below(2);
    const bool raw = source.below(4) == 0;
    std::string payload = words(source, servers[target].heard(), servers[1 - target].heard());
    std::string frame;
    append_frame(frame, payload);
    servers[target].send(raw ? payload : frame);
  }
  MP_ASSERT(dispatcher.request_count() == 0);
}

void attack_client(std::string_view input, ByteSource& source) {
  ClientHandshake client("the key that nobody tells", DigestPolicy::Any, nonce_of(input, 0));
  std::string heard;
  while (!source.empty()) {
    const HandshakeStep step = client.receive(words(source, heard, "#CHALLENGE#"));
    MP_ASSERT(step.next != HandshakeStep::Next::Done);
    if (step.send) heard = *step.send;
    if (step.next == HandshakeStep::Next::Fail) return;
  }
}

}  // namespace
}  // namespace mp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mp::fuzz;
  const std::string_view input = as_text(data, size);
  ByteSource source(input);
  source.below(4) == 3 ? attack_client(input, source) : attack_server(input, source);
  return 0;
}
