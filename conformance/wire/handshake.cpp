#include "wire/handshake.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace mpspec {
namespace {

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view message) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (HMAC(digest, key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(),
           reinterpret_cast<unsigned char*>(out.data()), &size) == nullptr) {
    throw std::runtime_error("libcrypto computes no HMAC");
  }
  out.resize(size);
  return out;
}

}  // namespace

std::string_view digest_prefix(std::string_view payload) {
  // One random payload of 256 begins with a brace.
  if (payload.size() == kBareChallengeSize || !payload.starts_with('{')) return {};
  return payload.substr(0, payload.find('}') + 1);
}

std::string md5_answer(std::string_view key, std::string_view payload) {
  return hmac(EVP_md5(), key, payload);
}

std::string sha256_answer(std::string_view key, std::string_view payload) {
  return "{sha256}" + hmac(EVP_sha256(), key, payload);
}

std::string answer(std::string_view key, std::string_view payload) {
  return digest_prefix(payload) == "{sha256}" ? sha256_answer(key, payload)
                                              : md5_answer(key, payload);
}

}  // namespace mpspec
