#pragma once

#include <cstdint>
#include <functional>

#include "team.hpp"

namespace mp::bench {

/// One operation of a client.
using Operation = std::function<void()>;
/// In a client's own process: connects, and says what an operation is.
using Connect = std::function<Operation()>;

/// Nanoseconds of wall time for each operation, over all clients together: each connects, does some
/// operations to warm up, waits for the others, and does its share.
double run_clients(int count, Placement placement, std::int64_t operations, const Connect& connect);

/// A server's process for as long as this lives.
class ServerProcess {
 public:
  /// Forks; `body` does not return to the caller. On the processor that clients of this placement
  /// are not on when they are split, or on theirs.
  ServerProcess(Placement placement, const std::function<void()>& body);
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess();

  int pid() const { return pid_; }
  /// Resident memory that only this process has, in bytes.
  std::int64_t private_bytes() const;
  std::int64_t resident_bytes() const;

 private:
  int pid_;
};

/// A path for a socket that nobody else uses, in a folder that goes with this process.
std::string socket_path(const std::string& name);
/// Waits until somebody listens there.
void await_listener(const std::string& path);

}  // namespace mp::bench
