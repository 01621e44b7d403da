#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "mp/address.hpp"
#include "mp/result.hpp"

namespace mp::manager {

class Channel;
class Reference;

/// Which server, and the key that it and its clients know. One object per server and key in a
/// process.
struct Endpoint {
  Address address;
  std::string authkey;
  /// References of this process to its objects. With the last one the connections may go.
  mutable std::atomic<std::size_t> reference_count{0};
  /// Whether sessions may go on in shared memory, where the server offers it.
  mutable std::atomic<bool> may_share{true};

  Endpoint(Address where, std::string key) : address(std::move(where)), authkey(std::move(key)) {}
};

/// What the proxies of one process share. The lock is held over every fork, so that a child finds
/// everything whole; a child's copies of the connections are closed at once, because they belong to
/// its parent, whose death the server could not notice otherwise.
class ProcessState {
 public:
  static ProcessState& get();

  std::string authkey();
  void set_authkey(std::string authkey);

  /// The one Endpoint for this server and key.
  std::shared_ptr<const Endpoint> endpoint(const Address& address, const std::string& authkey);
  /// For a server that is known from a proxy only: one in use with this address, else the process's
  /// own key.
  std::shared_ptr<const Endpoint> endpoint(const Address& address);

  void add(Channel& channel);
  void remove(Channel& channel);

  void add(const std::shared_ptr<Reference>& reference);
  /// The references of this process, those inherited by a fork included.
  std::vector<std::shared_ptr<Reference>> references();

 private:
  ProcessState();
  static void before_fork();
  static void after_fork_in_parent();
  static void after_fork_in_child();

  std::mutex mutex_;
  std::string authkey_;
  std::vector<std::weak_ptr<const Endpoint>> endpoints_;
  std::unordered_set<Channel*> channels_;
  std::vector<std::weak_ptr<Reference>> references_;
};

}  // namespace mp::manager
