#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "mp/result.hpp"

namespace mp {

/// An engine that keeps the objects of several managers, on as many hosts: Redis 7 or Valkey.
/// Every manager of one store has all its objects in memory, too.
struct ManagerStoreOptions {
  /// `redis://HOST:PORT/DB`, the same encrypted as `rediss://HOST:PORT/DB`, or `redis+unix://PATH`;
  /// or `redis+sentinel://HOST:PORT,HOST:PORT/NAME/DB`: where these Redis Sentinels say it is.
  std::string url;
  /// Of `rediss://`. The engine's certificate has to be for HOST, and by somebody who is trusted.
  struct Tls {
    /// PEM files. Whose certificates are trusted; empty: those that the system trusts.
    std::string ca_file = {};
    /// What this manager shows, where the engine asks for it; both or none.
    std::string certificate_file = {};
    std::string key_file = {};
  };
  Tls tls = {};
  /// Of every key that the store uses. Managers with the same engine and prefix share objects.
  std::string prefix = "mp";
  /// Of an ACL of the engine; empty for none, or for the default user.
  std::string user = {};
  std::string password = {};

  enum class Consistency {
    /// What was answered is kept: the engine must write its AOF with `appendfsync always`, or
    /// `replicas` must confirm every change. A change that they do not confirm in time is reported
    /// as such: it may be lost.
    Acked,
    /// The engine may lose what was answered when it fails. There are no locks and semaphores: two
    /// clients might hold one.
    Fast,
  };
  Consistency consistency = Consistency::Acked;
  /// Replicas that must have a change before it is answered.
  unsigned replicas = 0;
  std::chrono::milliseconds confirmation_timeout = std::chrono::seconds(1);

  /// How long a manager that is not heard of keeps what its clients hold.
  std::chrono::milliseconds lease = std::chrono::seconds(5);
  /// How long a call may wait for the engine before it is answered that it may be carried out, or
  /// not.
  std::chrono::milliseconds patience = std::chrono::seconds(10);
  /// A snapshot is made when entries have grown to this, and to twice the last snapshot.
  std::size_t snapshot_after_bytes = std::size_t{16} << 20;
};

/// Takes a store out of its engine, with all its objects. The number of keys that there were.
/// Errors: InvalidArgument   managers take part in it, the message says how many; or no such URL
///         AuthenticationFailed, NotFound, TimedOut, Disconnected, Malformed, System   the engine
Result<std::size_t> clean_store(const ManagerStoreOptions& options);

}  // namespace mp
