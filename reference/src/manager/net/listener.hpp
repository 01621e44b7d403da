#pragma once

#include <sys/types.h>

#include <optional>

#include "base/unique_fd.hpp"
#include "mp/address.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// A listening socket, non-blocking. Removes the file of a Unix socket at its end, if that is still
/// the file it made.
class Listener {
 public:
  /// Binds and listens. The file of a Unix socket that nobody listens on any more, left by a server
  /// that was killed, is replaced; two servers that find it at the same moment may both try.
  /// Errors: AlreadyExists     a server listens there, or the path is another kind of file
  ///         InvalidArgument, NotFound   see resolve()
  ///         System
  static Result<Listener> open(const Address& address);

  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&&) = delete;
  ~Listener();

  int fd() const { return fd_.get(); }
  /// The address it is reached by: with the port that was chosen.
  const Address& address() const { return address_; }
  /// Another process that inherited the socket owns it from now on: closes it and leaves the file.
  void abandon();

 private:
  struct File {
    std::string path;
    dev_t device;
    ino_t number;
  };
  Listener(base::UniqueFd fd, Address address) : fd_(std::move(fd)), address_(std::move(address)) {}
  Result<void> remember_file();

  base::UniqueFd fd_;
  Address address_;
  std::optional<File> file_;
};

}  // namespace mp::manager
