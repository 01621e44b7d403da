#pragma once

#include <memory>
#include <string>

#include "servers.hpp"

namespace mp::bench {

/// Unmodified CPython clients that stay connected to a server; see cpython_manager.py.
class PythonClients {
 public:
  PythonClients(const Running& server, Placement placement, int count, const std::string& work);
  PythonClients(const PythonClients&) = delete;
  PythonClients& operator=(const PythonClients&) = delete;
  ~PythonClients();

  /// Nanoseconds of wall time for each operation, over all of them together.
  double run(std::int64_t operations);

 private:
  struct Client;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace mp::bench
