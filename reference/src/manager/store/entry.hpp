#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "manager/objects/referent.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// One thing that happened at a manager and concerns all of them.
struct Op {
  enum class Kind : std::uint8_t {
    Call = 1,      ///< a request for an object
    ServerCall,    ///< a request for the server itself, of a session that has no other
    Close,         ///< the session has ended
    AbandonWaits,  ///< of `client`
    ClientDied,    ///< `client`
    Tick,          ///< what has waited until `now` at this manager is over
    Acknowledge,   ///< the session has got what was handed over to it
    Gone,          ///< `client` is the number of a manager that is no more
    CallBehind,    ///< a Call that was sent before the one before it was answered: left out while
                   ///< that is not over (Dispatcher::may_follow), as are all behind it until the
                   ///< session's next Call
  };
  Kind kind;
  SessionId session = 0;
  ClientId client = 0;
  Clock::time_point now{};  ///< by the clock of the manager it happened at
  std::string payload = {};
};

/// What a manager adds to the common order in one piece.
struct Entry {
  ManagerId manager;
  std::uint64_t sequence;  ///< rises with every entry of that manager
  std::vector<Op> ops;
};

/// Signs and checks what is kept in an engine that others may write to. Keys are made of the
/// authkey and the store's tag, so that nothing can be carried from one store to another.
class Seal {
 public:
  static constexpr std::size_t kMacBytes = 32;

  /// Error: System   libcrypto has no SHA-256
  static Result<Seal> make(std::string_view authkey, std::string_view tag);
  /// What tells that two managers have the same key, and nothing else.
  std::string check() const;

  void sign(std::string& text) const;
  /// What was signed. Error: Malformed   by nobody who has the key
  Result<std::string_view> open(std::string_view sealed) const;

 private:
  explicit Seal(std::string key) : key_(std::move(key)) {}
  std::string mac(std::string_view text) const;

  std::string key_;
};

/// Signed. Sessions and clients are written without the manager's number.
std::string encode_entry(const Entry& entry, const Seal& seal);
/// Sessions and clients carry the manager's number.
/// Error: Malformed   not signed with this key, or not what encode_entry() writes
Result<Entry> decode_entry(std::string_view text, const Seal& seal);

}  // namespace mp::manager
