#include "mp/pipe.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace mp {

Result<Pipe> Pipe::create(bool duplex) {
  int ends[2];
  if (duplex) {
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      return system_error("socketpair", errno);
    }
  } else if (::pipe2(ends, O_CLOEXEC) != 0) {
    return system_error("pipe2", errno);
  }
  // Descriptors that were just made can be adopted.
  auto first = Connection::adopt(ends[0], /*readable=*/true, /*writable=*/duplex);
  auto second = Connection::adopt(ends[1], /*readable=*/duplex, /*writable=*/true);
  return Pipe{.first = *std::move(first), .second = *std::move(second)};
}

}  // namespace mp
