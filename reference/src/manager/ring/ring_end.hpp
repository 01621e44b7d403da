#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string_view>

#include "base/unique_fd.hpp"
#include "manager/ring/lane.hpp"
#include "mp/result.hpp"

namespace mp::manager {

/// One side's end of the memory that a client and a server share: a stream of bytes in each
/// direction, and how to wake the other side. The socket between them stays: a byte on it wakes who
/// listens there, and its end is the end.
///
/// Sharing: one thread at a time, but for attention().
class RingEnd {
 public:
  enum class Role { Client, Server };

  struct Made {
    std::unique_ptr<RingEnd> end;
    base::UniqueFd memory;  ///< for the other side; no longer needed here once it was sent
  };
  /// The server's end of new memory, whose size nobody can change. `socket` is borrowed.
  static Result<Made> create(int socket);
  /// The client's end of what it was sent.
  /// Errors: Malformed   not such memory, or memory that may be taken away again
  static Result<std::unique_ptr<RingEnd>> open(base::UniqueFd memory, int socket);
  RingEnd(const RingEnd&) = delete;
  RingEnd& operator=(const RingEnd&) = delete;
  ~RingEnd();

  /// Copies what has come; how many bytes, none when nothing has. `room`: at least kPieceMax.
  /// Errors: Malformed   the other side does not keep to the rules
  Result<std::size_t> read(std::span<char> room);
  /// Writes what there is room for, and wakes the other side. Errors: as read()
  Result<std::size_t> write(std::string_view bytes);

  /// Something has come. Looks at the memory each time.
  bool has_input() const { return reader_.has_input(); }
  /// A large message can be gone on with.
  bool has_room() const { return writer_.has_room(); }

  /// What the other side has to do from now on to get this one's attention. Before it waits, this
  /// side looks once more for what it waits for.
  void attend(Attention how) { own_->attention.store(how); }
  shm::FutexWord& attention() { return own_->attention; }

  /// Whether the other side was last active on another processor.
  bool is_peer_elsewhere() const { return peer_->last_seen.is_elsewhere(); }

  /// Takes the bytes that woke this side off the socket. False when the socket has ended.
  bool hear();

  /// In a forked child, which does not have the memory.
  void abandon() { area_ = nullptr; }

 private:
  RingEnd(RingArea* area, Role role, int socket);
  void wake_peer();

  RingArea* area_;
  Side* own_;
  Side* peer_;
  LaneWriter writer_;
  LaneReader reader_;
  int socket_;
};

}  // namespace mp::manager
