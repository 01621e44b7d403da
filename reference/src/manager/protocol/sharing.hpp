#pragma once

#include <string_view>

#include "manager/protocol/message.hpp"

namespace mp::manager {

// How a client and a server agree to go on in shared memory: spec/wire, "Shared memory".

/// A name in accept_connection that ends like this asks whether the server offers it.
inline constexpr std::string_view kSharingMark = "#shared-memory-1";
/// A server that does answers this instead of None.
inline constexpr std::string_view kSharingOffer = "shared-memory-1";
/// In the session, a request to the server itself: go on in shared memory from here.
inline constexpr std::string_view kSharingFunction = "share_memory";

inline bool is_sharing_request(const Request& request) {
  return request.ident.kind() == Kind::None && request.name.is_str(kSharingFunction);
}

}  // namespace mp::manager
