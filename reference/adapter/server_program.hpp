// Managers whose server is another program, so that the library's proxies are judged on it.
#pragma once

#include <sys/types.h>

#include <memory>
#include <mp/manager.hpp>
#include <string>
#include <vector>

namespace adapter {

/// A running server program. It is started with `--address ADDRESS --authkey-file /dev/stdin
/// --exit-with-parent`, as mp-manager can be, and prints its address once clients can connect.
/// The last owner in the process that started it ends it.
class ServerProgram {
 public:
  /// Raises what the suite shall see when the program does not start.
  static std::shared_ptr<ServerProgram> start(const std::vector<std::string>& command,
                                              const mp::Address& address, const std::string& key);
  ServerProgram(const ServerProgram&) = delete;
  ServerProgram& operator=(const ServerProgram&) = delete;
  ~ServerProgram() { end(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Where it listens: a port that was 0 has become a real one.
  [[nodiscard]] const mp::Address& address() const { return address_; }
  /// Whether this process started it and so may end it.
  [[nodiscard]] bool is_ours() const;
  /// Asks it to end and waits for that; a second time does nothing.
  void end();

 private:
  ServerProgram(pid_t pid, mp::Address address, std::string folder);

  pid_t pid_;
  pid_t starter_;
  mp::Address address_;
  std::string folder_;  // of its socket, when nobody asked for an address
  bool ended_ = false;
};

/// What Manager.new makes when there is a server program.
struct ServedManager {
  mp::Manager manager;
  std::shared_ptr<ServerProgram> server;
};

}  // namespace adapter
