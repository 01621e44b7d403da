#include "mp/error.hpp"

#include <system_error>

#include "mp/assert.hpp"

namespace mp {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::Empty:
      return "Empty";
    case ErrorCode::Full:
      return "Full";
    case ErrorCode::TimedOut:
      return "TimedOut";
    case ErrorCode::Closed:
      return "Closed";
    case ErrorCode::NotOwner:
      return "NotOwner";
    case ErrorCode::OutOfRange:
      return "OutOfRange";
    case ErrorCode::InvalidArgument:
      return "InvalidArgument";
    case ErrorCode::AlreadyExists:
      return "AlreadyExists";
    case ErrorCode::NotFound:
      return "NotFound";
    case ErrorCode::BrokenBarrier:
      return "BrokenBarrier";
    case ErrorCode::Malformed:
      return "Malformed";
    case ErrorCode::TooLarge:
      return "TooLarge";
    case ErrorCode::AuthenticationFailed:
      return "AuthenticationFailed";
    case ErrorCode::Remote:
      return "Remote";
    case ErrorCode::OwnerDied:
      return "OwnerDied";
    case ErrorCode::Disconnected:
      return "Disconnected";
    case ErrorCode::System:
      return "System";
  }
  MP_ASSERT(false && "an ErrorCode outside the enumeration");
  return {};
}

Error system_error(std::string_view what, int error_number) {
  std::string message(what);
  message += ": ";
  message += std::generic_category().message(error_number);
  return Error{ErrorCode::System, std::move(message)};
}

}  // namespace mp
