// Cases on the bytes that a manager server and its clients send each other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/conformance.hpp"
#include "tests/support/wire_reply.hpp"
#include "wire/handshake.hpp"
#include "wire/pickle_writer.hpp"
#include "wire/raw_connection.hpp"

namespace mpspec {

using Named = std::vector<std::pair<Value, Value>>;

/// A request for an object's method, or for the server itself when `ident` is None.
Value request(const Value& ident, const std::string& name, const std::vector<Value>& args = {},
              const Named& kwargs = {});

/// A case whose peer is a manager server: that of a manager which the backend makes for it, or the
/// one whose address the run was given.
class WireConformance : public Conformance {
 protected:
  void SetUp() override;
  void TearDown() override;

  const ServerAddress& server();
  static Clock::time_point deadline() {
    return Clock::now() + CaseContext::current().settings.deadline;
  }
  /// Says `unsupported` where the server has to be there afterwards.
  void may_end_server();

  // Connections, at one step of their life or another.
  RawConnection connect();
  /// The payload of the server's challenge, its first frame.
  std::string challenge_of(RawConnection& connection);
  /// Answers the server's challenge; the server has said that the client is welcome.
  RawConnection welcomed();
  /// The whole handshake is done.
  RawConnection authenticated();
  /// A session for objects' methods.
  RawConnection session();

  // What comes and goes.
  void send(RawConnection& connection, std::string_view bytes);
  /// The next frame's payload. None by the deadline is a hang, an end of the connection a failure.
  std::string receive(RawConnection& connection);
  Reply receive_reply(RawConnection& connection);
  /// All frames up to the end of the connection; one that stays open is a hang.
  std::vector<std::string> receive_all(RawConnection& connection);
  /// The server ends the connection, and none of its last frames is a result.
  void expect_end_without_result(RawConnection& connection);

  // Requests.
  Reply exchange(RawConnection& connection, const Pickled& request, int protocol = 4);
  Reply call(RawConnection& session, const std::string& ident, const std::string& method,
             const std::vector<Value>& args = {}, const Named& kwargs = {});
  /// A request for the server itself, on a connection of its own.
  Reply ask(const std::string& name, const std::vector<Value>& args = {}, const Named& kwargs = {});
  /// What the server says to `create`: an ident and the names of the methods.
  Value create_reply(const std::string& type, const std::vector<Value>& args = {},
                     const Named& kwargs = {});
  /// Makes an object; gives its ident. The case is `unsupported` where the server whose address the
  /// run was given has no such type.
  std::string create(const std::string& type, const std::vector<Value>& args = {},
                     const Named& kwargs = {});
  /// Gives back the reference that came with `create`.
  void drop(const std::string& ident);
  long long number_of_objects();
  /// The server is alive and answers a new client.
  void expect_serving();

 private:
  std::optional<ServerAddress> server_;
  std::vector<Value> made_;
};

}  // namespace mpspec
