#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mp/result.hpp"

namespace mp::manager {

/// The digests of the manager handshake.
enum class Digest { Md5, Sha256, Sha384, Sha3_256, Sha3_384 };

/// `{md5}` and so on, as challenges and answers begin.
std::string_view digest_prefix(Digest digest);

struct PrefixedDigest {
  Digest digest;
  std::string_view rest;
};
/// The digest that `message` names in its prefix, and what follows; none without a known prefix.
std::optional<PrefixedDigest> split_digest_prefix(std::string_view message);

/// Error: System when libcrypto does not offer the digest (MD5 under FIPS).
Result<std::string> hmac(Digest digest, std::string_view key, std::string_view message);

/// False at once for different lengths, which are no secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// For programs that use libcrypto for nothing else: reading its configuration takes longer than
/// all the rest of a start. Before anything else here.
void leave_libcrypto_unconfigured();

}  // namespace mp::manager
