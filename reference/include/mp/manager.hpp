#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mp/address.hpp"
#include "mp/managed_dict.hpp"
#include "mp/managed_list.hpp"
#include "mp/managed_queue.hpp"
#include "mp/managed_sync.hpp"
#include "mp/managed_values.hpp"
#include "mp/manager_server.hpp"
#include "mp/proxy.hpp"
#include "mp/result.hpp"

namespace mp {

struct ManagerOptions {
  /// Default: a Unix socket in a private temporary folder, which is removed at the end.
  std::optional<Address> address = std::nullopt;
  /// Default: current_authkey().
  std::optional<std::string> authkey = std::nullopt;
  /// Limits of the server; authkey and parent in it are not looked at.
  ManagerServerOptions server = {};
  /// How long shutdown() waits for the server to end by itself, and then for SIGTERM to end it.
  std::chrono::milliseconds shutdown_timeout = std::chrono::seconds(5);
};

struct ConnectOptions {
  /// Go on in memory shared with a server of this library on this host, for sessions of more than a
  /// few calls. For all of this process's sessions with that server that begin from then on.
  bool shared_memory = true;
};

/// A process that holds shared objects, and a client of it: Python's SyncManager.
///
/// A handle: copies name the same server. The last copy, in the process that started the server,
/// shuts it down. The server ignores SIGINT. When the process that started it ends without shutting
/// it down, the server ends as soon as it has no client left.
/// Errors:  of what talks to the server: those of Proxy. An object that cannot be made is Remote.
/// Sharing: any threads. A forked child may use its copy; it cannot shut the server down.
/// Source:  Python library, `multiprocessing.Manager`.
class Manager {
 public:
  /// Forks the server. It listens when start() returns. It keeps none of this process's descriptors
  /// but standard output and error.
  /// Errors: those of ManagerServer::open(); System
  static Result<Manager> start(ManagerOptions options = {});
  /// Becomes a client of a server of this library or of CPython.
  /// Errors: NotFound               nobody listens there; the message has the system's reason
  ///         AuthenticationFailed   the key is another one
  ///         Disconnected, TimedOut, Malformed, System
  static Result<Manager> connect(const Address& address, std::string authkey,
                                 ConnectOptions options = {});
  /// Takes part in the managers of a store, without a server of this host: start() with that store.
  /// Proxies lead to `address`, by default a private one; where they are to be passed between hosts
  /// all hosts use the same one.
  /// Errors: those of start(). With a store, of either kind, also:
  ///         InvalidArgument        the engine, or its settings, will not do
  ///         AuthenticationFailed   by the engine; or the store belongs to another authkey
  ///         TimedOut, Disconnected, Malformed, System   the engine cannot be talked to
  static Result<Manager> connect(ManagerStoreOptions store, std::string authkey,
                                 std::optional<Address> address = std::nullopt);

  const Address& address() const;
  const std::string& authkey() const;
  /// Of the server process; nothing after connect().
  std::optional<pid_t> pid() const;

  /// Ends the server and waits for its end; a second time does nothing.
  /// Errors: NotOwner   only the process that started it may
  ///         System     the server cannot be ended
  Result<void> shutdown();

  /// Objects that some process has a proxy of.
  Result<std::size_t> number_of_objects() const;
  Result<std::string> debug_info() const;

  /// Any type that the server has registered, by its typeid.
  Result<Proxy> create(std::string_view type_id, std::vector<Object> args = {},
                       const Object& kwargs = no_keywords()) const;

  Result<ManagedList> list(std::optional<Object> iterable = std::nullopt) const;
  Result<ManagedDict> dict(std::optional<Object> mapping = std::nullopt,
                           const Object& keywords = Object::dict()) const;
  /// Python's Namespace: the keywords are its attributes.
  Result<ManagedNamespace> name_space(const Object& keywords = Object::dict()) const;
  Result<ManagedValue> value(std::string_view typecode, Object value) const;
  Result<ManagedArray> array(char typecode, Object sequence) const;
  /// `maxsize` zero or less: no bound.
  Result<ManagedQueue> queue(std::int64_t maxsize = 0) const;
  Result<ManagedQueue> joinable_queue(std::int64_t maxsize = 0) const;
  Result<ManagedAcquirer> lock() const;
  Result<ManagedAcquirer> rlock() const;
  Result<ManagedAcquirer> semaphore(std::int64_t value = 1) const;
  Result<ManagedAcquirer> bounded_semaphore(std::int64_t value = 1) const;
  /// On a Lock or RLock of the same server, or an RLock of its own.
  Result<ManagedCondition> condition(std::optional<ManagedAcquirer> lock = std::nullopt) const;
  Result<ManagedEvent> event() const;
  /// kForever: no timeout of the barrier's own.
  Result<ManagedBarrier> barrier(std::int64_t parties, Timeout timeout = kForever) const;

  /// See transfer.hpp: the child is a client of the server. Only to a spawned child, because it
  /// takes the key along.
  /// Errors: InvalidArgument  in a ticket
  Result<void> pack(Packer& packer) const;
  static Result<Manager> unpack(Unpacker& unpacker);

 private:
  struct State;
  explicit Manager(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace mp
