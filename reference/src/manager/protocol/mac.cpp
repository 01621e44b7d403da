// The functions of one digest each do the work of a handshake at once; libcrypto's general ones set
// up all that it has at the first call, which takes half a millisecond: as long as half a server's
// start, or ten connections.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "manager/protocol/mac.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <array>
#include <cstring>

namespace mp::manager {
namespace {

/// What a digest function needs: RFC 2104's B and L, and libcrypto's three steps.
template <class Context, std::size_t kBlock, std::size_t kDigest, auto kInit, auto kUpdate,
          auto kFinal>
struct Hash {
  static std::string of(std::string_view first, std::string_view second) {
    std::string digest(kDigest, char{});
    Context context;
    kInit(&context);
    kUpdate(&context, first.data(), first.size());
    kUpdate(&context, second.data(), second.size());
    kFinal(reinterpret_cast<unsigned char*>(digest.data()), &context);
    return digest;
  }
  /// RFC 2104.
  static Result<std::string> hmac(std::string_view key, std::string_view message) {
    std::string block(kBlock, char{});
    const std::string short_key = key.size() > kBlock ? of(key, {}) : std::string(key);
    std::memcpy(block.data(), short_key.data(), short_key.size());
    for (char& byte : block) byte = static_cast<char>(byte ^ 0x36);
    const std::string inner = of(block, message);
    for (char& byte : block) byte = static_cast<char>(byte ^ 0x36 ^ 0x5c);
    return of(block, inner);
  }
};
using Md5 = Hash<MD5_CTX, MD5_CBLOCK, MD5_DIGEST_LENGTH, MD5_Init, MD5_Update, MD5_Final>;
using Sha256 =
    Hash<SHA256_CTX, SHA256_CBLOCK, SHA256_DIGEST_LENGTH, SHA256_Init, SHA256_Update, SHA256_Final>;
using Sha384 =
    Hash<SHA512_CTX, SHA512_CBLOCK, SHA384_DIGEST_LENGTH, SHA384_Init, SHA384_Update, SHA384_Final>;

/// For digests that have no functions of their own.
template <auto kImplementation>
Result<std::string> general_hmac(std::string_view key, std::string_view message) {
  // libcrypto takes a null key for "the key of last time", so an empty one needs an address.
  static constexpr unsigned char kNothing[1] = {0};
  const void* key_data = key.empty() ? static_cast<const void*>(kNothing) : key.data();
  std::string mac(EVP_MAX_MD_SIZE, char{});
  unsigned int size = 0;
  const unsigned char* done =
      HMAC(kImplementation(), key_data, static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(),
           reinterpret_cast<unsigned char*>(mac.data()), &size);
  if (done == nullptr) return Error{ErrorCode::System, "libcrypto refuses the digest"};
  mac.resize(size);
  return mac;
}

struct DigestRow {
  Digest digest;
  std::string_view prefix;
  Result<std::string> (*hmac)(std::string_view key, std::string_view message);
};

constexpr std::array<DigestRow, 5> kDigests = {{
    {Digest::Md5, "{md5}", Md5::hmac},
    {Digest::Sha256, "{sha256}", Sha256::hmac},
    {Digest::Sha384, "{sha384}", Sha384::hmac},
    {Digest::Sha3_256, "{sha3_256}", general_hmac<EVP_sha3_256>},
    {Digest::Sha3_384, "{sha3_384}", general_hmac<EVP_sha3_384>},
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
  return row_of(digest).hmac(key, message);
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
