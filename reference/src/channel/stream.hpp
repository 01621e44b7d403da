#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "mp/bytes.hpp"
#include "mp/result.hpp"

namespace mp::channel {

/// Writes both pieces completely, in one system call when the system takes them at once. No
/// SIGPIPE. Errors: Disconnected, System
Result<void> write_all(int fd, bool is_socket, BytesView first, BytesView second);

/// Reads until `bytes` is full or the stream ends; returns how much was read.
/// Errors: Disconnected, System
Result<std::size_t> read_until_end(int fd, std::span<std::byte> bytes);

}  // namespace mp::channel
