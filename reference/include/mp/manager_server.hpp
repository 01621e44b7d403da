#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "mp/address.hpp"
#include "mp/manager_store.hpp"
#include "mp/result.hpp"

namespace mp {

struct ManagerServerOptions {
  /// What clients must know. An empty key is a key that everybody knows.
  std::string authkey = {};
  /// Refuse HMAC-MD5, the only digest of CPython up to 3.11.
  bool strict_auth = false;
  /// Of one request; a longer one is answered with an error and ends its connection.
  /// Whatever it is, reading it takes at most 56 MiB and 14 times its size (mp/pickle.hpp).
  std::size_t message_bytes_max = std::size_t{256} << 20;
  /// Containers in containers of one request.
  std::size_t depth_max = 1000;
  /// Connections at a time; further ones are closed at once. A client has one for each of its
  /// threads, and for a moment one more whenever it makes, copies or drops a proxy.
  std::size_t connections_max = 4096;
  /// A connection that has not proven the key by then is closed.
  std::chrono::milliseconds handshake_timeout = std::chrono::seconds(30);
  /// Offer C++ proxies on a Unix socket to go on in memory shared with them, some 130 KiB for each
  /// session; at most 1024 do at a time.
  bool shared_memory = true;
  /// How long the references of a process that died without giving them back are kept.
  std::chrono::milliseconds orphan_grace = std::chrono::seconds(1);
  /// When this process, the parent of the server's, has ended, and no client is left, the server
  /// ends.
  std::optional<pid_t> parent = std::nullopt;
  /// Where the objects live, if other managers have them, too.
  std::optional<ManagerStoreOptions> store = std::nullopt;
};

/// What a server has done since it was opened.
struct ManagerServerStats {
  std::uint64_t connections = 0;      ///< all that came
  std::uint64_t turned_away = 0;      ///< of these: over connections_max, or no descriptor was left
  std::uint64_t unauthenticated = 0;  ///< of these: ended before the key was proven
  std::uint64_t requests = 0;         ///< of clients that had proven the key
  std::uint64_t errors = 0;           ///< requests answered with an exception, Empty and Full too
  std::uint64_t objects = 0;          ///< made
};

/// A server of CPython's manager protocol: unmodified `SyncManager(address, authkey).connect()`
/// clients of CPython 3.8 to 3.13 use it, and mp::Manager does. It holds lists, dicts, namespaces,
/// values, arrays, queues, locks, semaphores, conditions, events, barriers and iterators. Data
/// only: nothing that a client sends is executed, so there is no Pool, no key function, no barrier
/// action.
///
/// A call that waits is set aside: it holds nobody up, and takes no thread. serve() runs threads of
/// its own for connections that are busy, 64 at most, and one for all that share memory; idle ones
/// cost a descriptor.
/// Sharing: serve() once, in one thread; stop() from any thread or signal handler.
class ManagerServer {
 public:
  /// Listens at once: a client may connect before serve() runs.
  /// Errors: AlreadyExists     a server listens at that address
  ///         InvalidArgument, NotFound   no such address
  ///         System
  /// With a store: those of the store, see README.md; and it is the process that serves.
  static Result<ManagerServer> open(const Address& address, ManagerServerOptions options);

  ManagerServer(ManagerServer&&) noexcept;
  ManagerServer& operator=(ManagerServer&&) = delete;
  /// Removes the file of a Unix socket.
  ~ManagerServer();

  /// Where clients reach it: with the port that was chosen.
  const Address& address() const;

  /// Serves until a client asks for shutdown, stop() is called or the parent and all clients are
  /// gone. Waiting calls then end with the end of their connections.
  /// Errors: System   the event loop cannot go on
  Result<void> serve();

  /// Sharing: not while serve() runs.
  ManagerServerStats stats() const;

  /// Ends serve(), now or as soon as it runs.
  void stop() noexcept;

 private:
  struct State;
  explicit ManagerServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mp
