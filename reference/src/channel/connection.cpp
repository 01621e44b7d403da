#include "mp/connection.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/poll.hpp"
#include "channel/frame.hpp"
#include "channel/stream.hpp"

namespace mp {
namespace {

using channel::FrameHeader;

/// Memory is taken as bytes arrive, not as they are announced: an announcement costs nothing.
constexpr std::size_t kFirstChunkBytes = std::size_t{1} << 20;

Error out_of_range(const char* text) { return {ErrorCode::OutOfRange, text}; }
Error cut_off() { return {ErrorCode::Malformed, "got end of file during message"}; }

/// The part of `buffer` that a call names by offset and size.
Result<BytesView> select_part(BytesView buffer, std::int64_t offset,
                              std::optional<std::int64_t> size) {
  const auto length = static_cast<std::int64_t>(buffer.size());
  if (offset < 0) return out_of_range("offset is negative");
  if (length < offset) return out_of_range("buffer length < offset");
  if (!size) return buffer.subspan(static_cast<std::size_t>(offset));
  if (*size < 0) return out_of_range("size is negative");
  if (*size > length - offset) return out_of_range("buffer length < offset + size");
  return buffer.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(*size));
}

}  // namespace

Result<Connection> Connection::adopt(int descriptor, bool readable, bool writable) {
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
    return Error{ErrorCode::InvalidArgument, "invalid handle"};
  }
  if (!readable && !writable) {
    return Error{ErrorCode::InvalidArgument,
                 "at least one of `readable` and `writable` must be True"};
  }
  return Connection(descriptor, S_ISSOCK(status.st_mode), readable, writable);
}

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::exchange(other.fd_, -1);
  is_socket_ = other.is_socket_;
  readable_ = other.readable_;
  writable_ = other.writable_;
  return *this;
}

void Connection::close() {
  if (closed()) return;
  ::close(std::exchange(fd_, -1));
}

Result<int> Connection::fileno() const {
  if (closed()) return Error{ErrorCode::Closed, "handle is closed"};
  return fd_;
}

Result<void> Connection::check_readable() const {
  MP_TRY(fileno());
  if (!readable_) return Error{ErrorCode::InvalidArgument, "connection is write-only"};
  return {};
}

Result<void> Connection::check_writable() const {
  MP_TRY(fileno());
  if (!writable_) return Error{ErrorCode::InvalidArgument, "connection is read-only"};
  return {};
}

Result<void> Connection::send_bytes(BytesView buffer, std::int64_t offset,
                                    std::optional<std::int64_t> size) {
  MP_TRY(check_writable());
  MP_TRY_ASSIGN(const BytesView message, select_part(buffer, offset, size));
  if (message.size() > kMessageBytesMax)
    return Error{ErrorCode::TooLarge, "the message is too long"};
  return channel::write_all(fd_, is_socket_, FrameHeader(message.size()).bytes(), message);
}

Result<Bytes> Connection::recv_bytes(std::optional<std::int64_t> maxlength) {
  MP_TRY(check_readable());
  if (maxlength && *maxlength < 0) return out_of_range("negative maxlength");
  MP_TRY_ASSIGN(const std::uint64_t length, recv_length());
  if (length > kMessageBytesMax || (maxlength && length > static_cast<std::uint64_t>(*maxlength))) {
    return cannot_go_on({ErrorCode::TooLarge, "bad message length"});
  }
  return recv_body(length);
}

Result<std::size_t> Connection::recv_bytes_into(std::span<std::byte> buffer, std::int64_t offset,
                                                Bytes* overflow) {
  MP_TRY(check_readable());
  if (offset < 0) return out_of_range("negative offset");
  if (static_cast<std::uint64_t>(offset) > buffer.size()) return out_of_range("offset too large");
  MP_TRY_ASSIGN(const std::uint64_t length, recv_length());
  if (length > kMessageBytesMax) return cannot_go_on({ErrorCode::TooLarge, "bad message length"});
  const std::span<std::byte> room = buffer.subspan(static_cast<std::size_t>(offset));
  if (length > room.size()) {
    MP_TRY_ASSIGN(Bytes message, recv_body(length));
    if (overflow != nullptr) *overflow = std::move(message);
    return Error{ErrorCode::TooLarge, "buffer too short"};
  }
  MP_TRY(recv_exactly(room.first(length)));
  return static_cast<std::size_t>(length);
}

/// The header of the next message. The end of the stream is clean here and nowhere else.
Result<std::uint64_t> Connection::recv_length() {
  std::array<std::byte, FrameHeader::kShortBytes> bytes;
  MP_TRY_ASSIGN(const std::size_t count, channel::read_until_end(fd_, bytes));
  if (count == 0) return Error{ErrorCode::Closed, "end of file"};
  if (count < bytes.size()) return cut_off();
  const Result<channel::ShortLength> parsed = channel::parse_short_length(bytes);
  if (!parsed) return cannot_go_on(parsed.error());
  if (!parsed->long_follows) return parsed->length;
  std::array<std::byte, FrameHeader::kLongBytes> long_bytes;
  MP_TRY(recv_exactly(long_bytes));
  return channel::parse_long_length(long_bytes);
}

Result<void> Connection::recv_exactly(std::span<std::byte> bytes) {
  MP_TRY_ASSIGN(const std::size_t count, channel::read_until_end(fd_, bytes));
  if (count < bytes.size()) return cut_off();
  return {};
}

Result<Bytes> Connection::recv_body(std::uint64_t length) {
  Bytes message;
  while (message.size() < length) {
    const std::size_t begun = message.size();
    message.resize(std::min<std::uint64_t>(length, std::max(kFirstChunkBytes, 2 * begun)));
    MP_TRY(recv_exactly(std::span(message).subspan(begun)));
  }
  return message;
}

/// The place of the next frame in the stream is lost.
Error Connection::cannot_go_on(Error error) {
  if (writable_) {
    readable_ = false;
  } else {
    close();
  }
  return error;
}

Result<bool> Connection::poll(Timeout timeout) const {
  MP_TRY(check_readable());
  return base::poll_readable(fd_, Deadline::after(timeout));
}

namespace connection {

Result<std::vector<int>> wait(std::span<const int> descriptors, Timeout timeout) {
  std::vector<pollfd> entries;
  entries.reserve(descriptors.size());
  for (const int descriptor : descriptors)
    entries.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
  MP_TRY(base::poll_until(entries, Deadline::after(timeout)));
  std::vector<int> ready;
  for (const pollfd& entry : entries) {
    if ((entry.revents & POLLNVAL) != 0 || entry.fd < 0) return system_error("poll", EBADF);
    if (entry.revents != 0) ready.push_back(entry.fd);
  }
  return ready;
}

}  // namespace connection
Result<void> Connection::pack(Packer& packer) const {
  if (closed()) return Error{ErrorCode::InvalidArgument, "handle is closed"};
  packer.number((readable_ ? 1u : 0u) | (writable_ ? 2u : 0u));
  return packer.descriptor(fd_);
}

Result<Connection> Connection::unpack(Unpacker& unpacker) {
  MP_TRY_ASSIGN(const std::uint64_t ways, unpacker.number());
  MP_TRY_ASSIGN(const int fd, unpacker.descriptor());
  auto connection = adopt(fd, (ways & 1) != 0, (ways & 2) != 0);
  if (!connection) ::close(fd);
  return connection;
}

}  // namespace mp
