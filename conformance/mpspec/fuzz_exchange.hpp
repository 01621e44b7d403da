// What a fuzzer says to a manager server, as data: it can be played again, made smaller and kept.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mpspec {

/// One thing that is done on one of several connections.
struct FuzzStep {
  enum class What {
    connect,      // opens the connection, or opens it anew
    shake_hands,  // proves the key, as a client does
    frame,        // sends `bytes` as one frame
    send,         // sends `bytes` as they are
    receive,      // waits a moment for a frame
    close
  };

  What what = What::connect;
  int connection = 0;
  /// In a frame, a str of a pickle "@obj0@" stands for the ident of the first object that the
  /// exchange made: idents are another each time.
  std::string bytes{};
  friend bool operator==(const FuzzStep&, const FuzzStep&) = default;
};

using FuzzExchange = std::vector<FuzzStep>;

/// The pickled text that stands for an ident, and the payload with idents in their places.
std::string ident_placeholder(std::size_t object);
std::string with_idents(const std::string& payload, const std::vector<std::string>& idents);

nlohmann::json to_json(const FuzzExchange& exchange);
/// Throws nlohmann::json::exception or std::invalid_argument for what is no exchange.
FuzzExchange fuzz_exchange_from(const nlohmann::json& steps);

/// Exchanges made up from a seed: requests of all methods, damaged pickles, wrong frames, wrong
/// handshakes, connections that end in the middle. None asks the server to shut down. The same
/// seed and number give the same exchange.
FuzzExchange make_exchange(std::uint64_t seed, std::uint64_t number);

}  // namespace mpspec
