#pragma once

#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "fuzz/support/records.hpp"
#include "manager/protocol/frame.hpp"
#include "manager/protocol/handshake.hpp"
#include "mp/address.hpp"

namespace mp::fuzz {

/// A server on a Unix socket that knows the key and answers whatever is asked with the next record:
///   0 a frame with that payload   1 a '#RETURN' of a value    2 a '#PROXY' of a value
///   3 a new object                4 any bytes, and the end   5 the end of the connection
///   6 an exception                7 None, as a well-behaved server would
/// A new connection is welcomed, unless the next record is an 8: then its body is said instead of
/// the handshake. Behind the last record every connection is closed, so that nobody waits for ever.
class HostileServer {
 public:
  explicit HostileServer(std::vector<Record> script);
  ~HostileServer();
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  const Address& address() const { return address_; }
  static constexpr const char* kKey = "secret";

 private:
  struct Connection;
  void run();
  void welcome();
  /// False when the connection is to be closed.
  bool serve(Connection& connection);
  bool answer(Connection& connection, std::string_view payload);
  bool answer_request(Connection& connection);

  std::vector<Record> script_;
  std::size_t next_ = 0;
  Address address_;
  base::UniqueFd listener_;
  base::UniqueFd stop_;
  std::map<int, Connection> connections_;
  std::thread thread_;
};

}  // namespace mp::fuzz
