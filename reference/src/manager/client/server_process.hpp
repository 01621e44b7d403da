#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "base/identity.hpp"
#include "base/unique_fd.hpp"
#include "mp/address.hpp"
#include "mp/clock.hpp"
#include "mp/manager_server.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// A folder that only this user may enter, and that goes with everything in it that is a server's.
class PrivateFolder {
 public:
  /// In $TMPDIR, or /tmp. Errors: System; InvalidArgument when its path leaves no room for a
  /// socket's.
  static Result<PrivateFolder> make();
  PrivateFolder(PrivateFolder&& other) noexcept;
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  ~PrivateFolder() { remove(); }

  std::string socket_path() const { return path_ + "/socket"; }
  void remove();

 private:
  explicit PrivateFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

/// The server process that this process has forked.
class ServerProcess {
 public:
  /// Without an address the server gets a socket in a folder of its own.
  static Result<std::unique_ptr<ServerProcess>> start(const std::optional<Address>& address,
                                                      ManagerServerOptions options);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const Address& address() const { return address_; }
  pid_t pid() const { return pid_; }
  /// Only the process that started it may end it and be told of its end.
  bool is_ours() const { return starter_ == base::this_process(); }

  /// Waits until it has ended, and reaps it. False when the timeout passed first.
  Result<bool> join(Timeout timeout);
  void signal(int number);
  /// What a killed server has left. After join().
  void clean_up();

 private:
  ServerProcess() = default;

  Address address_;
  std::optional<PrivateFolder> folder_;
  pid_t pid_ = 0;
  base::UniqueFd pidfd_;
  base::Identity starter_;
  bool has_ended_ = false;
};

}  // namespace mp::manager
