#include "manager/protocol/handshake.hpp"

#include <errno.h>
#include <sys/random.h>

#include "manager/protocol/mac.hpp"

namespace mp::manager {
namespace {

constexpr std::string_view kChallenge = "#CHALLENGE#";
constexpr std::string_view kWelcome = "#WELCOME#";
constexpr std::string_view kFailure = "#FAILURE#";
// A challenge of exactly this length comes from CPython up to 3.11, whatever its bytes are.
constexpr std::size_t kLegacyChallengeSize = 20;
constexpr std::size_t kMd5Size = 16;

std::string make_challenge(const Nonce& nonce) {
  std::string challenge = "#CHALLENGE#{sha256}";
  challenge.append(nonce.data(), nonce.size());
  return challenge;
}

/// What is MACed: everything after the literal, the digest's prefix included.
std::string_view challenge_message(std::string_view payload) {
  return payload.substr(kChallenge.size());
}

HandshakeStep fail(std::string reason, std::optional<std::string> last_word = std::nullopt) {
  return {HandshakeStep::Next::Fail, std::move(last_word), std::move(reason)};
}
HandshakeStep proceed(std::string payload) {
  return {HandshakeStep::Next::Continue, std::move(payload), {}};
}
HandshakeStep refuse() { return fail("digest received was wrong", std::string(kFailure)); }

std::optional<Digest> digest_of_challenge(std::string_view challenge) {
  if (challenge.size() == kLegacyChallengeSize) return std::nullopt;
  const std::optional<PrefixedDigest> named = split_digest_prefix(challenge);
  return named ? std::optional(named->digest) : std::nullopt;
}

/// Answers the other side's `#CHALLENGE#` frame.
HandshakeStep answer_frame(std::string_view authkey, std::string_view payload,
                           DigestPolicy policy) {
  if (payload.size() > kHandshakeFrameMax || !payload.starts_with(kChallenge)) {
    return fail("the peer sent no challenge");
  }
  Result<std::string> answer = answer_challenge(authkey, challenge_message(payload), policy);
  return answer ? proceed(*std::move(answer)) : fail(answer.error().message);
}

}  // namespace

Result<Nonce> make_nonce() {
  Nonce nonce;
  // Up to 256 bytes come whole once the kernel's generator is ready; before that, getrandom waits.
  ssize_t got = 0;
  do {
    got = ::getrandom(nonce.data(), nonce.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(nonce.size())) return system_error("getrandom", errno);
  return nonce;
}

Result<std::string> answer_challenge(std::string_view authkey, std::string_view challenge,
                                     DigestPolicy policy) {
  const std::optional<Digest> named = digest_of_challenge(challenge);
  const Digest digest = named.value_or(Digest::Md5);
  if (digest == Digest::Md5 && policy == DigestPolicy::NoMd5) {
    return Error{ErrorCode::AuthenticationFailed, "the challenge asks for MD5"};
  }
  MP_TRY_ASSIGN(const std::string mac, hmac(digest, authkey, challenge));
  std::string answer(named ? digest_prefix(*named) : std::string_view{});
  answer += mac;
  return answer;
}

bool proves_key(std::string_view authkey, std::string_view challenge, std::string_view answer,
                DigestPolicy policy) {
  // Sixteen bytes are a bare HMAC-MD5 even if they happen to begin like a prefix.
  const std::optional<PrefixedDigest> named =
      answer.size() == kMd5Size ? std::nullopt : split_digest_prefix(answer);
  const Digest digest = named ? named->digest : Digest::Md5;
  if (digest == Digest::Md5 && policy == DigestPolicy::NoMd5) return false;
  const Result<std::string> expected = hmac(digest, authkey, challenge);
  return expected && equal_in_constant_time(*expected, named ? named->rest : answer);
}

ServerHandshake::ServerHandshake(std::string authkey, DigestPolicy policy, const Nonce& nonce)
    : authkey_(std::move(authkey)), policy_(policy), challenge_(make_challenge(nonce)) {}

HandshakeStep ServerHandshake::receive(std::string_view payload) {
  switch (state_) {
    case State::AwaitAnswer:
      if (payload.size() > kHandshakeFrameMax ||
          !proves_key(authkey_, challenge_message(challenge_), payload, policy_)) {
        return refuse();
      }
      state_ = State::AwaitChallenge;
      return proceed(std::string(kWelcome));
    case State::AwaitChallenge:
      state_ = State::AwaitVerdict;
      return answer_frame(authkey_, payload, policy_);
    case State::AwaitVerdict:
      if (payload != kWelcome) return fail("digest sent was rejected");
      return {HandshakeStep::Next::Done, std::nullopt, {}};
  }
  MP_ASSERT(false && "a handshake state outside the enumeration");
}

ClientHandshake::ClientHandshake(std::string authkey, DigestPolicy policy, const Nonce& nonce)
    : authkey_(std::move(authkey)), policy_(policy), challenge_(make_challenge(nonce)) {}

HandshakeStep ClientHandshake::receive(std::string_view payload) {
  switch (state_) {
    case State::AwaitChallenge:
      state_ = State::AwaitVerdict;
      return answer_frame(authkey_, payload, policy_);
    case State::AwaitVerdict:
      if (payload != kWelcome) return fail("digest sent was rejected");
      state_ = State::AwaitAnswer;
      return proceed(challenge_);
    case State::AwaitAnswer:
      if (payload.size() > kHandshakeFrameMax ||
          !proves_key(authkey_, challenge_message(challenge_), payload, policy_)) {
        return refuse();
      }
      return {HandshakeStep::Next::Done, std::string(kWelcome), {}};
  }
  MP_ASSERT(false && "a handshake state outside the enumeration");
}

}  // namespace mp::manager
