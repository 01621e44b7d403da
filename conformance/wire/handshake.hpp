// The words of the handshake and a client's answers to a challenge.
#pragma once

#include <string>
#include <string_view>

namespace mpspec {

inline constexpr std::string_view kChallenge = "#CHALLENGE#";
inline constexpr std::string_view kWelcome = "#WELCOME#";
inline constexpr std::string_view kFailure = "#FAILURE#";

/// The length of a challenge's payload that names no digest (CPython 3.8 to 3.11): whatever its
/// bytes are, all are random.
inline constexpr std::size_t kBareChallengeSize = 20;
/// The name of the digest in braces that a challenge's payload begins with; empty when it names
/// none.
std::string_view digest_prefix(std::string_view payload);
/// The 16 raw bytes of HMAC-MD5 of a challenge's payload.
std::string md5_answer(std::string_view key, std::string_view payload);
/// `{sha256}` and the 32 raw bytes of HMAC-SHA256 of it.
std::string sha256_answer(std::string_view key, std::string_view payload);
/// The payload of a client's challenge that every server answers, strict ones among them.
inline std::string own_challenge() { return "{sha256}" + std::string(40, 'c'); }
/// The answer that every server takes: by the digest that the challenge names, or else by MD5.
std::string answer(std::string_view key, std::string_view payload);

}  // namespace mpspec
