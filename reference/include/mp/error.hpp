#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mp {

/// Everything a caller of the library can meet. The list is closed. The definite ones come first:
/// the operation certainly took no effect. After any other it may or may not have taken effect.
enum class ErrorCode : std::uint8_t {
  Empty,                 ///< nothing to take
  Full,                  ///< no room
  TimedOut,              ///< the awaited did not happen within the timeout
  Closed,                ///< used after close(), or nothing is left to read and no writer is left
  NotOwner,              ///< only the holder (or the creating process) may do that
  OutOfRange,            ///< an index, an offset or a length outside the object
  InvalidArgument,       ///< a rule of the operation is broken; the message names it
  AlreadyExists,         ///< the name is taken
  NotFound,              ///< no such name, key or item
  BrokenBarrier,         ///< the barrier was broken, reset or aborted
  Malformed,             ///< bytes from outside that are not what they claim to be
  TooLarge,              ///< over a documented limit, or over the room the caller gave
  AuthenticationFailed,  ///< the other side does not know the key
  Remote,                ///< an exception that came back from a manager's server
  OwnerDied,             ///< the previous holder died: the caller holds the lock now
  Disconnected,          ///< the other side went away during the operation
  System,                ///< the operating system refused; the message carries its reason
};

/// True when the operation certainly took no effect. A history checker may drop such a call; any
/// other it must try both ways.
constexpr bool is_definite(ErrorCode code) { return code < ErrorCode::OwnerDied; }

/// The enumerator's own spelling.
std::string_view to_string(ErrorCode code);

/// An outcome that is not the asked-for value. `message` is for people; programs look at `code`.
struct Error {
  ErrorCode code;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

/// `System` with the text of the operating system's error number, as in "ftruncate: No space left
/// on device".
Error system_error(std::string_view what, int error_number);

}  // namespace mp
