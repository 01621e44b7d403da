#include "manager/protocol/mac.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace mp::manager {
namespace {

struct DigestRow {
  Digest digest;
  std::string_view prefix;
  const EVP_MD* (*implementation)();
};

constexpr std::array<DigestRow, 5> kDigests = {{
    {Digest::Md5, "{md5}", EVP_md5},
    {Digest::Sha256, "{sha256}", EVP_sha256},
    {Digest::Sha384, "{sha384}", EVP_sha384},
    {Digest::Sha3_256, "{sha3_256}", EVP_sha3_256},
    {Digest::Sha3_384, "{sha3_384}", EVP_sha3_384},
}};

const DigestRow& row_of(Digest digest) {
  for (const DigestRow& row : kDigests) {
    if (row.digest == digest) return row;
  }
  MP_ASSERT(false && "a Digest outside the enumeration");
}

}  // namespace

std::string_view digest_prefix(Digest digest) { return row_of(digest).prefix; }

std::optional<PrefixedDigest> split_digest_prefix(std::string_view message) {
  for (const DigestRow& row : kDigests) {
    if (message.starts_with(row.prefix)) {
      return PrefixedDigest{row.digest, message.substr(row.prefix.size())};
    }
  }
  return std::nullopt;
}

Result<std::string> hmac(Digest digest, std::string_view key, std::string_view message) {
  // libcrypto takes a null key for "the key of last time", so an empty one needs an address.
  static constexpr unsigned char kNothing[1] = {0};
  const void* key_data = key.empty() ? static_cast<const void*>(kNothing) : key.data();
  std::string mac(EVP_MAX_MD_SIZE, char{});
  unsigned int size = 0;
  const unsigned char* done =
      HMAC(row_of(digest).implementation(), key_data, static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(),
           reinterpret_cast<unsigned char*>(mac.data()), &size);
  if (done == nullptr) return Error{ErrorCode::System, "libcrypto refuses the digest"};
  mac.resize(size);
  return mac;
}

void leave_libcrypto_unconfigured() {
  ::OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
                            OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                            OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
                        nullptr);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace mp::manager
