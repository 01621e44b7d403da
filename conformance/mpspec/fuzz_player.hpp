// Carries out the steps of an exchange.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "mpspec/fuzz_exchange.hpp"
#include "mpspec/fuzz_server.hpp"

namespace mpspec {

/// What a server must not do.
struct FuzzBroken {
  FuzzFinding finding;
};

class FuzzPlayer {
 public:
  FuzzPlayer(const Value& address, const std::string& authkey)
      : address_(address), authkey_(authkey) {}

  /// Leaves connections open that the exchange does not close. Throws FuzzBroken when nobody takes
  /// connections any more, or what comes as a reply is none.
  void play(const FuzzExchange& exchange);

 private:
  struct Connection {
    RawConnection socket;
    bool has_shaken_hands = false;
  };

  void carry_out(const FuzzStep& step);
  void connect(int number);
  void shake_hands(Connection& connection);
  void receive(Connection& connection);

  const Value& address_;
  const std::string& authkey_;
  std::map<int, Connection> connections_;
  std::vector<std::string> idents_;
};

}  // namespace mpspec
