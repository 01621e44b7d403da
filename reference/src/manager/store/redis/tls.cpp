#include "manager/store/redis/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "mp/assert.hpp"

namespace mp::manager {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

/// The oldest complaint of the library about what this thread did, all of which is then forgotten.
std::string complaint() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "error " + std::to_string(code);
}

Error unusable(const std::string& file, const char* what) {
  return {ErrorCode::InvalidArgument, file + ": no " + what + " in it: " + complaint()};
}

Result<void> trust(SSL_CTX* context, const std::string& ca_file) {
  if (ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) return {};
    return Error{ErrorCode::System, "the system's certificates: " + complaint()};
  }
  if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) == 1) return {};
  return unusable(ca_file, "certificate");
}

Result<void> show(SSL_CTX* context, const ManagerStoreOptions::Tls& options) {
  if (options.certificate_file.empty() && options.key_file.empty()) return {};
  if (options.certificate_file.empty() || options.key_file.empty()) {
    return Error{ErrorCode::InvalidArgument,
                 "a certificate and its key are needed, or none of both"};
  }
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1) {
    return unusable(options.certificate_file, "certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return unusable(options.key_file, "key that fits the certificate");
  }
  return {};
}

bool is_address(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

/// The certificate must be for that host, and a server of many is told which one is meant.
bool expect(SSL* session, const std::string& host) {
  if (is_address(host)) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  }
  return SSL_set1_host(session, host.c_str()) == 1 &&
         SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

}  // namespace

TlsSession::TlsSession(ssl_st* session) : session_(session) {}
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;
TlsSession::~TlsSession() = default;
void TlsSession::Free::operator()(ssl_st* session) const { SSL_free(session); }

Result<TlsSession> TlsSession::make(const std::string& host,
                                    const ManagerStoreOptions::Tls& options) {
  ERR_clear_error();
  const Context context(SSL_CTX_new(TLS_client_method()));
  if (!context) return Error{ErrorCode::System, "TLS: " + complaint()};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  MP_TRY(trust(context.get(), options.ca_file));
  MP_TRY(show(context.get(), options));
  TlsSession made(SSL_new(context.get()));
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  if (!made.session_ || in == nullptr || out == nullptr) {
    BIO_free(in);
    BIO_free(out);
    return Error{ErrorCode::System, "TLS: " + complaint()};
  }
  SSL_set_bio(made.session_.get(), in, out);  // which are its own now
  SSL_set_connect_state(made.session_.get());
  if (!expect(made.session_.get(), host)) {
    return Error{ErrorCode::InvalidArgument, host + ": no name of a host: " + complaint()};
  }
  return made;
}

void TlsSession::collect(std::string& out) {
  BIO* const written = SSL_get_wbio(session_.get());
  const std::size_t count = BIO_ctrl_pending(written);
  const std::size_t before = out.size();
  out.resize(before + count);
  const int read = BIO_read(written, out.data() + before, static_cast<int>(count));
  out.resize(before + static_cast<std::size_t>(std::max(read, 0)));
}

Error TlsSession::failure(int result) {
  if (SSL_get_error(session_.get(), result) == SSL_ERROR_ZERO_RETURN) {
    return {ErrorCode::Disconnected, "the store has closed the connection"};
  }
  const long verified = SSL_get_verify_result(session_.get());
  if (verified != X509_V_OK) {
    ERR_clear_error();
    return {ErrorCode::AuthenticationFailed, std::string("its certificate is not accepted: ") +
                                                 X509_verify_cert_error_string(verified)};
  }
  return {ErrorCode::Malformed, "TLS: " + complaint()};
}

Result<bool> TlsSession::shake_hands(std::string& out) {
  ERR_clear_error();
  const int result = SSL_do_handshake(session_.get());
  collect(out);
  if (result == 1) return true;
  if (SSL_get_error(session_.get(), result) == SSL_ERROR_WANT_READ) return false;
  return failure(result);
}

Result<void> TlsSession::encrypt(std::string_view plain, std::string& out) {
  ERR_clear_error();
  while (!plain.empty()) {
    std::size_t written = 0;
    const int result = SSL_write_ex(session_.get(), plain.data(), plain.size(), &written);
    collect(out);
    if (result != 1) return failure(result);
    plain.remove_prefix(written);
  }
  return {};
}

void TlsSession::arrived(std::string_view bytes) {
  // Memory takes everything.
  const int count =
      BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size()));
  MP_ASSERT(count == static_cast<int>(bytes.size()));
}

Result<void> TlsSession::decrypt(std::string& plain, std::string& out) {
  ERR_clear_error();
  while (true) {
    char room[16 * 1024];  // of one record
    std::size_t count = 0;
    const int result = SSL_read_ex(session_.get(), room, sizeof room, &count);
    collect(out);
    if (result == 1) {
      plain.append(room, count);
      continue;
    }
    if (SSL_get_error(session_.get(), result) == SSL_ERROR_WANT_READ) return {};
    return failure(result);
  }
}

}  // namespace mp::manager
