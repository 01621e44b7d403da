#pragma once

#include <span>
#include <string_view>

#include "base/unique_fd.hpp"

namespace mp::manager {

/// Sends bytes over a Unix socket without waiting, and with the first one a descriptor. As send(2).
ssize_t send_with_descriptor(int socket, std::string_view bytes, int descriptor);
/// Receives bytes, waiting for them, and a descriptor when one came along. As recv(2).
ssize_t receive_with_descriptor(int socket, std::span<char> room, base::UniqueFd& descriptor);

}  // namespace mp::manager
