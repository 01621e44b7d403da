#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mp/manager_store.hpp"
#include "mp/result.hpp"

struct ssl_st;

namespace mp::manager {

/// A client's end of TLS 1.2 or 1.3, without the socket: what is to be sent comes out, what has
/// arrived goes in.
class TlsSession {
 public:
  /// `host` is the name or address that the other side's certificate has to be for.
  /// Errors: InvalidArgument   a file that cannot be read, or is no certificate or key
  ///         System            the library cannot
  static Result<TlsSession> make(const std::string& host, const ManagerStoreOptions::Tls& options);

  TlsSession(TlsSession&&) noexcept;
  TlsSession& operator=(TlsSession&&) noexcept;
  ~TlsSession();

  /// Goes on with the handshake; true when it is complete. Appends what is to be sent to `out`.
  /// Errors: AuthenticationFailed   the other side's certificate is not accepted
  ///         Malformed              the other side does not keep to the protocol, or refuses
  Result<bool> shake_hands(std::string& out);

  /// Appends to `out` what `plain` becomes. After the handshake.
  Result<void> encrypt(std::string_view plain, std::string& out);
  /// Takes what has arrived; before the end of the handshake, too.
  void arrived(std::string_view bytes);
  /// Appends what of it can be read to `plain`, and to `out` what the protocol has to answer.
  /// Errors: Disconnected   the other side has ended the session in order
  ///         Malformed      as shake_hands()
  Result<void> decrypt(std::string& plain, std::string& out);

 private:
  explicit TlsSession(ssl_st* session);
  void collect(std::string& out);
  Error failure(int result);

  struct Free {
    void operator()(ssl_st* session) const;
  };
  std::unique_ptr<ssl_st, Free> session_;
};

}  // namespace mp::manager
