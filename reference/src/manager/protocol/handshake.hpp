#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "mp/result.hpp"

namespace mp::manager {

/// Which digests prove knowledge of the key. CPython up to 3.11 knows MD5 only.
enum class DigestPolicy {
  Any,    ///< HMAC with MD5, SHA-256, SHA-384, SHA3-256 or SHA3-384
  NoMd5,  ///< the same without MD5; CPython 3.12 and later
};

/// No frame of the handshake is longer, on either side.
inline constexpr std::size_t kHandshakeFrameMax = 256;
inline constexpr std::size_t kNonceSize = 40;
using Nonce = std::array<char, kNonceSize>;

/// Fresh random bytes for one challenge. Error: System.
Result<Nonce> make_nonce();

/// The answer to a challenge, which is what follows `#CHALLENGE#`: a bare HMAC-MD5 for a challenge
/// of CPython up to 3.11, else `{name}` and the HMAC with the digest that the challenge's prefix
/// names.
/// Errors: AuthenticationFailed   the policy forbids the only possible digest
///         System                 libcrypto refuses the digest
Result<std::string> answer_challenge(std::string_view authkey, std::string_view challenge,
                                     DigestPolicy policy);

/// Whether `answer` proves that its sender knows the key. Takes the same time for every wrong MAC.
bool proves_key(std::string_view authkey, std::string_view challenge, std::string_view answer,
                DigestPolicy policy);

/// What one side does after a frame of the other side.
struct HandshakeStep {
  enum class Next { Continue, Done, Fail };
  Next next;
  std::optional<std::string> send;  ///< payload of a frame; to be sent also before failing
  std::string reason;               ///< of Fail; never to be sent
};

/// The server's half: challenge, verify, welcome; then answer the client's challenge. It tells a
/// peer that has not proven the key nothing but `#FAILURE#`.
class ServerHandshake {
 public:
  ServerHandshake(std::string authkey, DigestPolicy policy, const Nonce& nonce);
  /// The payload of the first frame on the connection.
  const std::string& challenge() const { return challenge_; }
  HandshakeStep receive(std::string_view payload);

 private:
  enum class State { AwaitAnswer, AwaitChallenge, AwaitVerdict };

  std::string authkey_;
  DigestPolicy policy_;
  std::string challenge_;
  State state_ = State::AwaitAnswer;
};

/// The client's half: answer the server's challenge, then challenge the server.
class ClientHandshake {
 public:
  ClientHandshake(std::string authkey, DigestPolicy policy, const Nonce& nonce);
  HandshakeStep receive(std::string_view payload);

 private:
  enum class State { AwaitChallenge, AwaitVerdict, AwaitAnswer };

  std::string authkey_;
  DigestPolicy policy_;
  std::string challenge_;
  State state_ = State::AwaitChallenge;
};

}  // namespace mp::manager
